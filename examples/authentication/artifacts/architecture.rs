//! How each secret is made, kept, used and forgotten.

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use crate::decision::{Decision, require_complete};
use crate::faults::Faults;

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenDesign {
    /// How it is signed.
    pub algorithm: SigningAlgorithm,
    /// What it says of its user.
    pub claims: Vec<String>,
    /// For whom tokens may be meant.
    pub audiences: Vec<String>,
    /// How long an access token lives, in seconds.
    pub access_lives_s: u32,
    /// How long a refresh token lives, in seconds.
    pub refresh_lives_s: u32,
    /// Whether a refresh token that is used twice ends its whole family.
    pub reuse_ends_family: bool,
    /// By how much clocks may differ, in seconds.
    pub clock_skew_s: u32,
    /// Why it is so.
    pub decisions: Vec<Decision>,
}

/// How a token is signed; "none" is not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SigningAlgorithm {
    /// Ed25519.
    EdDsa,
    /// ECDSA on P-256.
    Es256,
    /// HMAC, where issuer and verifier are one.
    Hs256,
}

impl TokenDesign {
    /// The longest that an access token may live, in seconds: it cannot be taken back before.
    pub const ACCESS_LIVES_S_AT_MOST: u32 = 3_600;

    /// Tokens are short-lived, meant for someone, and a stolen one is noticed.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require(self.access_lives_s > 0, "access_lives_s", "is 0");
        faults.require_at_most(
            self.access_lives_s,
            Self::ACCESS_LIVES_S_AT_MOST,
            "access_lives_s",
        );
        faults.require_at_most(self.access_lives_s, self.refresh_lives_s, "access_lives_s");
        faults.require_some(&self.audiences, "audiences");
        faults.require(
            self.reuse_ends_family,
            "reuse_ends_family",
            "is false: a stolen token would go unnoticed",
        );
        require_complete(&mut faults, "decisions", &self.decisions);
        faults.verdict()
    }
}

/// How keys come, change and go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPlan {
    /// Where private keys lie, as in `key management service`.
    pub kept_in: String,
    /// Who or what may use them.
    pub used_by: Vec<String>,
    /// How often the signing key changes, in days.
    pub rotated_every_days: u32,
    /// For how long a key that no longer signs still verifies, in seconds.
    pub verifies_for_s: u32,
    /// How long the longest token lives that such a key may have signed, in seconds.
    pub longest_token_s: u32,
    /// How long it takes to withdraw a stolen key everywhere, in minutes.
    pub emergency_takes_min: u32,
}

impl KeyPlan {
    /// Keys change, no token outlives its key, and a stolen key can be withdrawn.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_text(&self.kept_in, "kept_in");
        faults.require_some(&self.used_by, "used_by");
        faults.require(self.rotated_every_days > 0, "rotated_every_days", "is 0");
        let early = format!(
            "is {}, but tokens live for {}",
            self.verifies_for_s, self.longest_token_s
        );
        faults.require(
            self.verifies_for_s >= self.longest_token_s,
            "verifies_for_s",
            early,
        );
        faults.require(
            self.emergency_takes_min > 0,
            "emergency_takes_min",
            "is 0: try it and take the time",
        );
        faults.verdict()
    }
}

/// How passwords are kept: as argon2id hashes of this cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordStorage {
    /// The memory that one hash takes, in KiB.
    pub memory_kib: u32,
    /// How often it goes over that memory.
    pub iterations: u32,
    /// How many lanes it uses.
    pub lanes: u32,
    /// The length of the salt, in bytes.
    pub salt_bytes: u32,
    /// How long one hash took on the target machine, in milliseconds.
    pub measured_ms: u32,
    /// The shortest password that is accepted, in characters.
    pub password_chars_at_least: u32,
    /// The list of stolen passwords that are refused.
    pub refused_list: String,
    /// Why it is so.
    pub decisions: Vec<Decision>,
}

impl PasswordStorage {
    /// The cost is no lower than OWASP's minimum for argon2id (19 MiB, two iterations, one lane).
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        let mut at_least = |value: u32, bound: u32, field: &str| {
            faults.require(value >= bound, field, format!("is {value}, less than {bound}"));
        };
        at_least(self.memory_kib, 19 * 1024, "memory_kib");
        at_least(self.iterations, 2, "iterations");
        at_least(self.lanes, 1, "lanes");
        at_least(self.salt_bytes, 16, "salt_bytes");
        at_least(self.measured_ms, 1, "measured_ms");
        at_least(self.password_chars_at_least, 8, "password_chars_at_least");
        faults.require_text(&self.refused_list, "refused_list");
        require_complete(&mut faults, "decisions", &self.decisions);
        faults.verdict()
    }
}

/// How sessions are handled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionDesign {
    /// Where a session lives, as in `table sessions, by hash of the id`.
    pub kept_in: String,
    /// How much chance is in an id, in bits.
    pub id_entropy_bits: u32,
    /// What gives a session a new id.
    pub id_renewed_by: Vec<SessionEvent>,
    /// After how long without a request it ends, in seconds.
    pub idle_timeout_s: u32,
    /// After how long it ends in any case, in seconds.
    pub absolute_timeout_s: u32,
    /// The attributes of its cookie.
    pub cookie_attributes: Vec<String>,
}

/// What happens to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionEvent {
    /// Someone logs in.
    LoggedIn,
    /// A second factor was shown.
    FactorShown,
    /// The password changed.
    PasswordChanged,
}

impl SessionDesign {
    /// An id cannot be guessed or planted, does not reach scripts, and does not live for ever.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        let guessable = format!("is {}, less than 128", self.id_entropy_bits);
        faults.require(self.id_entropy_bits >= 128, "id_entropy_bits", guessable);
        let renewed = self.id_renewed_by.contains(&SessionEvent::LoggedIn);
        faults.require(
            renewed,
            "id_renewed_by",
            "lacks `logged_in`: a planted id would become a login",
        );
        for attribute in ["HttpOnly", "Secure", "SameSite"] {
            let set = self
                .cookie_attributes
                .iter()
                .any(|given| given.starts_with(attribute));
            faults.require(set, "cookie_attributes", format!("lacks `{attribute}`"));
        }
        faults.require(self.idle_timeout_s > 0, "idle_timeout_s", "is 0");
        faults.require_at_most(self.idle_timeout_s, self.absolute_timeout_s, "idle_timeout_s");
        faults.verdict()
    }
}

/// When guessing is stopped, and how an owner gets back in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockoutDesign {
    /// After how many failures in a row guessing is slowed.
    pub slowed_after_failures: u32,
    /// After how many failures in a row the account is locked for a while.
    pub locked_after_failures: u32,
    /// For how long it is locked, in seconds; a lock without end would let anyone lock anyone out.
    pub locked_for_s: u32,
    /// How many failures one address may cause in a minute, over all accounts.
    pub failures_per_address_per_min: u32,
    /// How long a recovery secret works, in seconds.
    pub recovery_lives_s: u32,
    /// Whether answers are the same for accounts that exist and that do not.
    pub answers_alike: bool,
    /// How the owner learns of a lock or a recovery.
    pub owner_told_by: String,
}

impl LockoutDesign {
    /// Guessing is stopped but ends by itself, recovery is short, and nothing tells which accounts exist.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require(self.slowed_after_failures > 0, "slowed_after_failures", "is 0");
        faults.require_at_most(
            self.slowed_after_failures,
            self.locked_after_failures,
            "slowed_after_failures",
        );
        faults.require_at_most(self.locked_after_failures, 100, "locked_after_failures");
        faults.require(self.locked_for_s > 0, "locked_for_s", "is 0");
        faults.require_at_most(self.locked_for_s, 86_400, "locked_for_s");
        faults.require(
            self.failures_per_address_per_min > 0,
            "failures_per_address_per_min",
            "is 0",
        );
        faults.require_at_most(self.recovery_lives_s, 86_400, "recovery_lives_s");
        faults.require(
            self.answers_alike,
            "answers_alike",
            "is false: it would tell which accounts exist",
        );
        faults.require_text(&self.owner_told_by, "owner_told_by");
        faults.verdict()
    }
}
