//! Guessing: slowed after some failures, stopped for a while after more, and limited for each address over all accounts. Names
//! without an account are counted as those with one, so that nothing can be told from it.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
};

use examples::outputs::sha256_hex;
use rusqlite::OptionalExtension;

use super::{
    Service,
    answer::{Answer, Answered},
    definition::Definition,
};
use crate::rules::Weakness;

/// The failures of the last minute, by address.
#[derive(Debug, Default)]
pub struct Addresses {
    failed_at: HashMap<IpAddr, VecDeque<i64>>,
}

/// More addresses than this are not remembered; the oldest failures go first then.
const ADDRESSES_AT_MOST: usize = 50_000;
/// The longest wait between two guesses that are slowed, in seconds.
const SLOWEST_S: i64 = 30;

impl Addresses {
    fn recent(&mut self, address: IpAddr, now: i64) -> usize {
        let Some(times) = self.failed_at.get_mut(&address) else {
            return 0;
        };
        while times.front().is_some_and(|&at| at <= now - 60) {
            times.pop_front();
        }
        times.len()
    }

    fn failed(&mut self, address: IpAddr, now: i64) {
        if self.failed_at.len() >= ADDRESSES_AT_MOST {
            self.failed_at
                .retain(|_, times| times.back().is_some_and(|&at| at > now - 60));
        }
        self.failed_at.entry(address).or_default().push_back(now);
    }
}

/// What is guessed at. The store keeps its SHA-256, since the name may be somebody's address who has no account.
#[derive(Debug, Clone)]
pub struct Subject {
    kind: Kind,
    sha256: String,
}

/// A kind of guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// At the password of a name.
    Password,
    /// At the second factor of a name.
    Factor,
    /// At a secret of recovery, from an address.
    Secret,
    /// A way back in asked for, for a name.
    Recovery,
}

impl Subject {
    /// Guesses of that kind at that name.
    pub fn new(kind: Kind, name: &str) -> Self {
        let sha256 = sha256_hex(format!("{kind:?}:{}", name.to_lowercase()).as_bytes());
        Subject { kind, sha256 }
    }

    fn is_never_stopped(&self, definition: &Definition) -> bool {
        match self.kind {
            Kind::Password => definition.has(Weakness::NoLockout),
            Kind::Factor => definition.has(Weakness::NoFactorLimit),
            Kind::Secret | Kind::Recovery => false,
        }
    }
}

impl Service {
    /// Whether a guess is looked at now.
    ///
    /// # Errors
    /// The answer that says to try later.
    pub fn may_guess(&self, subject: &Subject, address: IpAddr) -> Answered<()> {
        let now = self.clock.now();
        let recent = self.locked_addresses().recent(address, now);
        let limit = self.definition.guessing.per_address_per_min as usize;
        if recent >= limit && !self.definition.has(Weakness::NoAddressLimit) {
            self.events.tell(now, "address_limited", None, Some(address));
            return Err(Answer::later(60));
        }
        let next_at: Option<i64> = self.with_store(|store| {
            store
                .query_row(
                    "SELECT next_at FROM guesses WHERE subject = ?1",
                    [&subject.sha256],
                    |row| row.get(0),
                )
                .optional()
        })?;
        match next_at {
            Some(at) if at > now && !subject.is_never_stopped(&self.definition) => {
                self.events.tell(now, "guess_refused", None, Some(address));
                Err(Answer::later(at - now))
            }
            _ => Ok(()),
        }
    }

    /// A guess was wrong. Whether it locked what was guessed at.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn guessed_wrong(&self, subject: &Subject, address: IpAddr) -> Answered<bool> {
        let (now, rules) = (self.clock.now(), &self.definition.guessing);
        self.locked_addresses().failed(address, now);
        let failures: u32 = self.with_store(|store| {
            store.query_row(
                "INSERT INTO guesses (subject, failures, next_at, locked) VALUES (?1, 1, ?2, 0)
                 ON CONFLICT (subject) DO UPDATE SET failures = CASE WHEN locked THEN 1 ELSE failures + 1 END, locked = 0
                 RETURNING failures",
                (&subject.sha256, now),
                |row| row.get(0),
            )
        })?;
        let locks = failures >= rules.locked_after;
        let wait = if locks {
            i64::from(rules.locked_for_s)
        } else if failures >= rules.slowed_after {
            (1_i64 << (failures - rules.slowed_after).min(8)).min(SLOWEST_S)
        } else {
            0
        };
        self.with_store(|store| {
            store.execute(
                "UPDATE guesses SET next_at = ?2, locked = ?3 WHERE subject = ?1",
                (&subject.sha256, now + wait, locks),
            )
        })?;
        Ok(locks)
    }

    /// A guess was right, or the owner came back in otherwise.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn guessed_right(&self, subject: &Subject) -> Answered<()> {
        self.with_store(|store| store.execute("DELETE FROM guesses WHERE subject = ?1", [&subject.sha256]))?;
        Ok(())
    }

    fn locked_addresses(&self) -> std::sync::MutexGuard<'_, Addresses> {
        self.addresses
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
