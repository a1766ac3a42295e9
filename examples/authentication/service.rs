//! The service: accounts, logins, second factors, sessions, tokens and the way back in, over SQLite and HTTP.
//!
//! Cryptography is that of `argon2`, `ed25519-dalek` by `jsonwebtoken`, `totp-rs`, `sha2` and `getrandom`; none is written here.

pub mod accounts;
pub mod answer;
pub mod clock;
pub mod definition;
pub mod ed25519;
pub mod events;
pub mod factor;
pub mod guessing;
pub mod http;
pub mod keys;
pub mod login;
pub mod passwords;
pub mod post;
pub mod recovery;
pub mod sessions;
pub mod sso;
pub mod store;
pub mod tokens;

use std::sync::{Arc, Mutex, PoisonError};

use examples::{
    failure::{During, Outcome},
    live::Live,
    outputs::{Outputs, sha256_hex},
};
use rusqlite::Connection;

use self::{clock::Clock, definition::Definition, events::Events, guessing::Addresses, keys::KeyRing};

/// What every request is answered from.
#[derive(Debug)]
pub struct Service {
    /// What it was told to do.
    pub definition: Definition,
    /// The time.
    pub clock: Clock,
    /// What goes to owners.
    pub post: post::Post,
    /// What happened, counted and logged.
    pub events: Events,
    store: Mutex<Connection>,
    keys: Mutex<KeyRing>,
    addresses: Mutex<Addresses>,
    hasher: Arc<passwords::Hasher>,
    folder: Outputs,
    admin_sha256: String,
}

/// Holds whoever may rotate keys and open accounts for others; readable by its owner only.
pub const ADMIN_FILE: &str = "secrets/admin.token";

impl Service {
    /// Opens, or founds, the service in a folder: its store, its keys and its log lie there.
    ///
    /// # Errors
    /// When the folder cannot be used or the definition makes no sense.
    pub fn open(
        definition: Definition,
        folder: &Outputs,
        clock: Clock,
        post: post::Post,
    ) -> Outcome<Arc<Self>> {
        ed25519::install();
        let admin = match folder.read_if_there(ADMIN_FILE)? {
            Some(token) => String::from_utf8_lossy(&token).into_owned(),
            None => {
                let token = random_hex()?;
                folder.write_secret(ADMIN_FILE, &token)?;
                token
            }
        };
        let keys = KeyRing::open(folder.clone(), clock.now())?;
        Ok(Arc::new(Service {
            store: Mutex::new(store::open(&folder.place(store::FILE))?),
            keys: Mutex::new(keys),
            addresses: Mutex::default(),
            hasher: Arc::new(passwords::Hasher::new(&definition.passwords)?),
            events: Events::open(&folder.place(events::FILE))?,
            folder: folder.clone(),
            admin_sha256: sha256_hex(admin.as_bytes()),
            definition,
            clock,
            post,
        }))
    }

    /// Serves it on a port of the loopback interface.
    ///
    /// # Errors
    /// When the port is in use.
    pub async fn serve(self: &Arc<Self>, port: u16) -> Outcome<Live> {
        Live::start(http::router(self.clone()), port).await
    }

    /// Asks or changes the store, alone with it, and all or nothing: a kill or a failure on the way leaves what was.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn with_store<T>(&self, ask: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Outcome<T> {
        let store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = || -> rusqlite::Result<T> {
            let transaction = store.unchecked_transaction()?;
            let answer = ask(&transaction)?;
            transaction.commit()?;
            Ok(answer)
        };
        answer().during("asking the store")
    }

    fn ring(&self) -> std::sync::MutexGuard<'_, KeyRing> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// 256 bits of chance from the system, in hexadecimal.
///
/// # Errors
/// When the system has none.
pub fn random_hex() -> Outcome<String> {
    examples::hex::random(32)
}
