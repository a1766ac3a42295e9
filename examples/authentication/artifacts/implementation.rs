//! The parts of the service.

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use super::FactorKind;
use crate::faults::Faults;

/// A part of the service, set up and tried on a live port before it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetUp {
    /// The file that says what the service does, relative to the folder of the run.
    pub file: String,
    /// The SHA-256 of that file with this part in it.
    pub sha256: String,
    /// What was seen to hold on a live port.
    pub seen: Vec<String>,
}

/// What hashes and verifies passwords.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordStore {
    /// How it was set up.
    pub set_up: SetUp,
    /// The library that hashes, with its version.
    pub library: String,
    /// A hash that it made, of a password that nobody uses.
    pub sample_hash: String,
    /// How long one hash takes, in milliseconds.
    pub hash_ms: u32,
    /// How many passwords are on the list that it refuses.
    pub refused_passwords: u64,
    /// Whether a login raises a hash of lower cost.
    pub raises_old_hashes: bool,
}

impl PasswordStore {
    /// It makes argon2id hashes, and was seen to refuse and to raise.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        let argon = self.sample_hash.starts_with("$argon2id$");
        faults.require(argon, "sample_hash", "is no argon2id hash");
        faults.require(self.refused_passwords > 0, "refused_passwords", "is 0");
        faults.require_some(&self.set_up.seen, "set_up.seen");
        faults.verdict()
    }
}

/// What users and applications talk to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthEndpoints {
    /// How it was set up.
    pub set_up: SetUp,
    /// The endpoints.
    pub endpoints: Vec<AuthEndpoint>,
}

/// One endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthEndpoint {
    /// The method and path, as in `POST /login`.
    pub route: String,
    /// What it does.
    pub purpose: String,
    /// How many requests one address may send in a minute.
    pub requests_per_min: u32,
    /// The statuses that it answers with.
    pub statuses: Vec<u16>,
}

/// What issues and verifies tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenService {
    /// How it was set up.
    pub set_up: SetUp,
    /// The library that signs, with its version.
    pub library: String,
    /// The path at which verifiers find the public keys.
    pub keys_path: String,
    /// For how long verifiers may remember them, in seconds.
    pub keys_cached_s: u32,
    /// The id of the key that signs now.
    pub signing_key: String,
}

/// What creates and ends sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionService {
    /// How it was set up.
    pub set_up: SetUp,
    /// The name of the cookie.
    pub cookie: String,
    /// How often ended sessions are swept away, in seconds.
    pub swept_every_s: u32,
    /// The endpoints by which a user sees and ends their sessions.
    pub endpoints: Vec<String>,
}

/// What lets an owner back in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryFlow {
    /// How it was set up.
    pub set_up: SetUp,
    /// By which way the secret reaches the owner.
    pub sent_by: String,
    /// How long it works, in seconds.
    pub lives_s: u32,
    /// Whether using it ends all sessions.
    pub ends_sessions: bool,
    /// What the owner is told afterwards, and by which way.
    pub notice: String,
}

/// The second factor, or the decision against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactor {
    /// It is there.
    Added {
        /// How it was set up.
        set_up: SetUp,
        /// The kinds that it takes.
        kinds: Vec<FactorKind>,
        /// How many codes a user gets for the day the device is lost.
        recovery_codes: u32,
        /// Whether a code works only once.
        codes_work_once: bool,
    },
    /// The requirements ask for none.
    NotRequired {
        /// Why, in the words of the requirements.
        because: String,
    },
}

impl SecondFactor {
    /// A factor can be lost without losing the account, and a code seen over a shoulder is worth nothing.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        match self {
            SecondFactor::Added {
                kinds,
                recovery_codes,
                codes_work_once,
                set_up,
            } => {
                faults.require_some(kinds, "added.kinds");
                faults.require(*recovery_codes > 0, "added.recovery_codes", "is 0");
                faults.require(
                    *codes_work_once,
                    "added.codes_work_once",
                    "is false: a code could be replayed",
                );
                faults.require_some(&set_up.seen, "added.set_up.seen");
            }
            SecondFactor::NotRequired { because } => faults.require_text(because, "not_required.because"),
        }
        faults.verdict()
    }
}
