//! Passwords: hashed with argon2id, verified, and refused where they are weak or known to be stolen.

use std::{collections::HashSet, sync::Arc, sync::LazyLock};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use examples::failure::{During, Outcome};
use tokio::sync::Semaphore;
use zxcvbn::{Score, zxcvbn};

use super::definition;

/// Hashes and verifies.
#[derive(Debug)]
pub struct Hasher {
    argon: Argon2<'static>,
    params: Params,
    /// Verified where there is no account, so that it takes as long.
    dummy: String,
    /// Each hash takes its memory; more at once than cores would only take more of it.
    turns: Semaphore,
}

/// Passwords that are tried first by whoever has a list.
static STOLEN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("../refused_passwords.txt")
        .lines()
        .filter(|line| !line.is_empty())
        .collect()
});

/// The longest that is looked at; argon2 takes more, but nobody types it.
const CHARS_AT_MOST: usize = 128;

impl Hasher {
    /// At that cost.
    ///
    /// # Errors
    /// When argon2 knows no such cost.
    pub fn new(settings: &definition::Passwords) -> Outcome<Self> {
        let params = Params::new(settings.memory_kib, settings.iterations, settings.lanes, None);
        let params = params.during("setting the cost of argon2id")?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
        let dummy = argon
            .hash_password(super::random_hex()?.as_bytes())
            .during("hashing")?
            .to_string();
        Ok(Hasher {
            argon,
            params,
            dummy,
            turns: Semaphore::new(2),
        })
    }

    /// A hash with a salt of its own.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub async fn hash(self: &Arc<Self>, password: String) -> Outcome<String> {
        let _turn = self.turns.acquire().await.during("waiting for a turn to hash")?;
        let hasher = self.clone();
        let work = move || {
            hasher
                .argon
                .hash_password(password.as_bytes())
                .map(|hash| hash.to_string())
        };
        tokio::task::spawn_blocking(work)
            .await
            .during("hashing")?
            .during("hashing")
    }

    /// Whether the password is that of the hash; where there is none, no, after the same work.
    ///
    /// # Errors
    /// When the hash is none.
    pub async fn verify(self: &Arc<Self>, password: String, hash: Option<String>) -> Outcome<bool> {
        let _turn = self.turns.acquire().await.during("waiting for a turn to hash")?;
        let hasher = self.clone();
        let work = move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| hasher.dummy.clone());
            let parsed = PasswordHash::new(&hash).during("reading a hash")?;
            Ok(hasher.argon.verify_password(password.as_bytes(), &parsed).is_ok() && known)
        };
        tokio::task::spawn_blocking(work).await.during("verifying")?
    }

    /// Whether the hash costs what it should.
    pub fn is_current(&self, hash: &str) -> bool {
        let of_hash = PasswordHash::new(hash)
            .ok()
            .filter(|hash| hash.algorithm.as_str() == "argon2id");
        of_hash
            .and_then(|hash| Params::try_from(&hash).ok())
            .is_some_and(|params| {
                params.m_cost() >= self.params.m_cost()
                    && params.t_cost() >= self.params.t_cost()
                    && params.p_cost() == self.params.p_cost()
            })
    }
}

/// How many passwords are on the list.
pub fn stolen_count() -> usize {
    STOLEN.len()
}

/// Why a password is refused for an account of that name, if it is.
pub fn objection(password: &str, name: &str, settings: &definition::Passwords) -> Option<String> {
    let chars = password.chars().count();
    if chars < settings.chars_at_least as usize {
        return Some(format!(
            "the password is too short; take at least {} characters",
            settings.chars_at_least
        ));
    }
    if chars > CHARS_AT_MOST {
        return Some(format!(
            "the password is too long; take at most {CHARS_AT_MOST} characters"
        ));
    }
    if STOLEN.contains(password.to_lowercase().as_str()) {
        return Some("the password is known to be stolen; take another".to_owned());
    }
    let parts: Vec<&str> = name
        .split(|letter: char| !letter.is_alphanumeric())
        .chain([name])
        .collect();
    let weak = zxcvbn(password, &parts).score() < Score::Three;
    weak.then(|| "the password is easy to guess; take one that others would not think of".to_owned())
}
