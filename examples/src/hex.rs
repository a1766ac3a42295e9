//! Bytes in hexadecimal, and some that nobody can guess.

use crate::failure::{During, Outcome};

/// Two digits for each byte, in small letters.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// So many bytes of chance from the system, in hexadecimal.
///
/// # Errors
/// When the system has none to give.
pub fn random(bytes: usize) -> Outcome<String> {
    let mut chance = vec![0; bytes];
    getrandom::fill(&mut chance).during("asking the system for random bytes")?;
    Ok(hex(&chance))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_is_two_digits() -> Outcome<()> {
        assert_eq!(hex(&[0, 15, 171, 255]), "000fabff");
        assert_eq!(random(16)?.len(), 32);
        assert_ne!(random(16)?, random(16)?);
        Ok(())
    }
}
