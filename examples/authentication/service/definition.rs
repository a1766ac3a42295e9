//! What the service is told to do: made by the implementation steps, a section each, and kept as `service.json`.

use std::{collections::BTreeSet, net::IpAddr};

use jsonwebtoken::jwk::JwkSet;
use serde::{Deserialize, Serialize};

use crate::rules::Weakness;

/// The whole of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// The system that users log in to.
    pub system: String,
    /// The groups of accounts; who registers comes into the first.
    pub groups: Vec<String>,
    /// How passwords are kept.
    pub passwords: Passwords,
    /// When guessing is stopped.
    pub guessing: Guessing,
    /// How long a login lasts.
    pub sessions: Sessions,
    /// Signed tokens, where there are any.
    pub tokens: Option<Tokens>,
    /// The way back in.
    pub recovery: Option<Recovery>,
    /// The second factor, where there is one.
    pub factor: Option<Factor>,
    /// On whose word users are let in.
    pub providers: Vec<Provider>,
    /// For how long what happened is kept, in days.
    pub kept_days: u32,
    /// From whom `X-Forwarded-For` is believed.
    pub proxies: Vec<IpAddr>,
    /// From which origins a browser may send what changes something.
    pub origins: Vec<String>,
    /// Planted for a drill, and not found yet.
    pub weaknesses: BTreeSet<Weakness>,
}

/// How passwords are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passwords {
    /// In KiB.
    pub memory_kib: u32,
    /// Times over the memory.
    pub iterations: u32,
    /// Lanes.
    pub lanes: u32,
    /// The shortest that is accepted.
    pub chars_at_least: u32,
}

/// When guessing is stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guessing {
    /// Failures until the next guess must wait.
    pub slowed_after: u32,
    /// Failures until nothing is looked at for a while.
    pub locked_after: u32,
    /// That while, in seconds.
    pub locked_for_s: u32,
    /// Failures of one address in a minute, over all accounts.
    pub per_address_per_min: u32,
}

/// How long a login lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sessions {
    /// The name of the cookie.
    pub cookie: String,
    /// Without a request, in seconds.
    pub idle_s: u32,
    /// In any case, in seconds.
    pub absolute_s: u32,
    /// At the same time, for one account.
    pub devices_at_most: u16,
}

/// Signed tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Who signs.
    pub issuer: String,
    /// For whom.
    pub audiences: Vec<String>,
    /// In seconds.
    pub access_lives_s: u32,
    /// In seconds.
    pub refresh_lives_s: u32,
    /// By how much clocks may differ.
    pub skew_s: u32,
    /// After how many days another key signs.
    pub key_signs_for_days: u32,
    /// For how long a key verifies that no longer signs, in seconds.
    pub key_verifies_for_s: u32,
}

/// The way back in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// How long a secret works, in seconds.
    pub lives_s: u32,
}

/// Somebody whose word is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// Its name.
    pub name: String,
    /// Who signs there.
    pub issuer: String,
    /// The groups that come by it, and no others.
    pub groups: Vec<String>,
    /// The keys that it publishes.
    pub keys: JwkSet,
}

/// The second factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factor {
    /// The groups that must have it.
    pub required_of: Vec<String>,
    /// How many codes there are for the day the device is lost.
    pub recovery_codes: u32,
}

/// Who the service is, to applications and providers.
pub const ISSUER: &str = "https://accounts.quayside.example";

/// The audience of the service itself: whoever shows such a token is told of its user.
pub const OWN_AUDIENCE: &str = "accounts";

impl Definition {
    /// Whether this weakness was planted and is not mended.
    pub fn has(&self, weakness: Weakness) -> bool {
        self.weaknesses.contains(&weakness)
    }
}
