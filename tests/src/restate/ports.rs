//! Ports that nobody listens on.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::dice::Dice;

/// Below those that systems hand out to outgoing connections: a port must still be free when what listened on it was
/// killed and is started again.
const FIRST: usize = 20_000;
const COUNT: usize = 12_000;

/// Each port is given once in a process.
static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// A port on loopback. Another process may take it before it is used, so whoever starts something tries others then.
///
/// # Panics
///
/// If hardly any port is free.
pub fn free() -> u16 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut dice = Dice::new(u64::from(std::process::id()) << 32 ^ u64::from(since.subsec_nanos()));
    for _ in 0..1_000 {
        let port = u16::try_from(FIRST + dice.below(COUNT)).expect("it is below 65,536");
        let new = GIVEN.lock().unwrap_or_else(PoisonError::into_inner).insert(port);
        if new && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no port of {FIRST} to {} is free", FIRST + COUNT);
}
