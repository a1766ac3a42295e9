//! Guessing: slowed after some failures, stopped for a while after more, and limited for each address over all accounts. Names
//! without an account are counted as those with one, so that nothing can be told from it.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{MutexGuard, PoisonError},
};

use examples::outputs::sha256_hex;
use rusqlite::{Connection, OptionalExtension};

use super::{
    Service,
    answer::{Answer, Answered},
    definition::{Definition, Guessing},
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

    fn forget_last(&mut self, address: IpAddr) {
        if let Some(times) = self.failed_at.get_mut(&address) {
            times.pop_back();
        }
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

/// A guess that is being looked at. It counts as wrong from the beginning: many at once would all be looked at otherwise,
/// before the first of them was found wrong.
#[derive(Debug)]
pub struct Guess {
    subject: Subject,
    address: IpAddr,
    /// Whether, if it is wrong, nothing is looked at for a while.
    pub locks: bool,
}

impl Service {
    /// Whether a guess is looked at now.
    ///
    /// # Errors
    /// The answer that says to try later.
    pub fn begin_guess(&self, subject: Subject, address: IpAddr) -> Answered<Guess> {
        let (now, rules) = (self.clock.now(), &self.definition.guessing);
        let limit = rules.per_address_per_min as usize;
        {
            let mut addresses = self.locked_addresses();
            if addresses.recent(address, now) >= limit && !self.definition.has(Weakness::NoAddressLimit) {
                self.events.tell(now, "address_limited", None, Some(address));
                return Err(Answer::later(60));
            }
            addresses.failed(address, now);
        }
        let always = subject.is_never_stopped(&self.definition);
        let counted = self.with_store(|store| count(store, &subject, always, now, rules))?;
        match counted {
            Counted::At(locks) => Ok(Guess {
                subject,
                address,
                locks,
            }),
            Counted::NotBefore(at) => {
                // It was not looked at, so it is no failure of the address.
                self.locked_addresses().forget_last(address);
                self.events.tell(now, "guess_refused", None, Some(address));
                Err(Answer::later(at - now))
            }
        }
    }

    /// It was right after all.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn guessed_right(&self, guess: &Guess) -> Answered<()> {
        self.locked_addresses().forget_last(guess.address);
        self.forgive(&guess.subject)
    }

    /// What was guessed at is as if nobody had.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn forgive(&self, subject: &Subject) -> Answered<()> {
        self.with_store(|store| store.execute("DELETE FROM guesses WHERE subject = ?1", [&subject.sha256]))?;
        Ok(())
    }

    fn locked_addresses(&self) -> MutexGuard<'_, Addresses> {
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What came of counting a guess.
enum Counted {
    /// It is looked at; whether it locks, if it is wrong.
    At(bool),
    /// It is not looked at before then.
    NotBefore(i64),
}

fn count(
    store: &Connection,
    subject: &Subject,
    always: bool,
    now: i64,
    rules: &Guessing,
) -> rusqlite::Result<Counted> {
    let failures: Option<u32> = store
        .query_row(
            "INSERT INTO guesses (subject, failures, next_at, locked) VALUES (?1, 1, ?2, 0)
             ON CONFLICT (subject) DO UPDATE SET failures = CASE WHEN locked THEN 1 ELSE failures + 1 END, locked = 0
             WHERE next_at <= ?2 OR ?3 RETURNING failures",
            (&subject.sha256, now, always),
            |row| row.get(0),
        )
        .optional()?;
    let Some(failures) = failures else {
        let next_at = "SELECT next_at FROM guesses WHERE subject = ?1";
        return store
            .query_row(next_at, [&subject.sha256], |row| row.get(0))
            .map(Counted::NotBefore);
    };
    let locks = failures >= rules.locked_after;
    let wait = if locks {
        i64::from(rules.locked_for_s)
    } else if failures >= rules.slowed_after {
        (1_i64 << (failures - rules.slowed_after).min(8)).min(SLOWEST_S)
    } else {
        0
    };
    store.execute(
        "UPDATE guesses SET next_at = ?2, locked = ?3 WHERE subject = ?1",
        (&subject.sha256, now + wait, locks),
    )?;
    Ok(Counted::At(locks))
}
