//! Durations as in `"90s"`, and ranges of them, to milliseconds.

/// How many milliseconds a unit has.
const UNITS: &[(&str, u64)] = &[
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

/// A hundred years: timers do not reach further, and nobody waits longer.
const LONGEST: u64 = 36_500 * 86_400_000;

/// One duration.
///
/// # Errors
///
/// The message of the error.
pub(super) fn duration(text: &str) -> Result<u64, String> {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let malformed =
        || format!("`{text}` is not a duration; write a whole number and ms, s, m, h or d, as in `90s`");
    if text.is_empty() {
        return Err(
            "the duration is missing; write a whole number and ms, s, m, h or d, as in `90s`".to_owned(),
        );
    }
    if number.is_empty() {
        return Err(malformed());
    }
    let Some((_, factor)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(match unit {
            "" => format!("`{text}` has no unit; write ms, s, m, h or d after it, as in `{number}s`"),
            _ => malformed(),
        });
    };
    let millis = number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(*factor));
    millis
        .filter(|millis| *millis <= LONGEST)
        .ok_or_else(|| format!("`{text}` is too long; a duration is at most a hundred years"))
}

/// One duration that is not zero.
///
/// # Errors
///
/// The message of the error.
pub(super) fn positive(text: &str) -> Result<u64, String> {
    match duration(text)? {
        0 => Err(format!("`{text}` is no time at all; write at least `1ms`")),
        millis => Ok(millis),
    }
}

/// `"200ms..5s"`, or one duration for both ends.
///
/// # Errors
///
/// The message of the error.
pub(super) fn range(text: &str) -> Result<(u64, u64), String> {
    let Some((from, to)) = text.split_once("..") else {
        let both = duration(text)?;
        return Ok((both, both));
    };
    let (first, last) = (duration(from)?, duration(to)?);
    if first > last {
        return Err(format!(
            "`{text}` runs backwards; write the shorter one first, as in `{to}..{from}`"
        ));
    }
    Ok((first, last))
}
