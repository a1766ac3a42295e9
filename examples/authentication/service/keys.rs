//! The keys that sign tokens: each in a file for the service only, changed and withdrawn while it runs.

use examples::{
    failure::{During, Failure, Outcome},
    outputs::Outputs,
};
use jsonwebtoken::{
    Algorithm, EncodingKey,
    jwk::{Jwk, JwkSet, ThumbprintHash},
};
use serde::{Deserialize, Serialize};

use super::ed25519;

/// What is known of the keys, without what signs.
const RING_FILE: &str = "keys/ring.json";

/// The keys, oldest first.
#[derive(Debug)]
pub struct KeyRing {
    folder: Outputs,
    keys: Vec<Key>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Key {
    kid: String,
    jwk: Jwk,
    made_at: i64,
    retired_at: Option<i64>,
}

impl KeyRing {
    /// The keys of a folder, or a first one.
    ///
    /// # Errors
    /// When they cannot be read or written.
    pub fn open(folder: Outputs, now: i64) -> Outcome<Self> {
        let keys = match folder.read_if_there(RING_FILE)? {
            Some(ring) => serde_json::from_slice(&ring).during("reading the keys")?,
            None => Vec::new(),
        };
        let mut ring = KeyRing { folder, keys };
        if ring.signing().is_none() {
            ring.rotate(now)?;
        }
        Ok(ring)
    }

    /// From now on a new key signs. Its id.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn rotate(&mut self, now: i64) -> Outcome<String> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).during("asking the system for chance")?;
        let signs = ed25519::encoding_key(&seed);
        let mut jwk = Jwk::from_encoding_key(&signs, Algorithm::EdDSA).during("making a public key")?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).during("naming a key")?;
        jwk.common.key_id = Some(kid.clone());
        // The key is on disk before the ring names it.
        self.folder
            .write_secret(&seed_file(&kid), &examples::hex::hex(&seed))?;
        for key in self.keys.iter_mut().filter(|key| key.retired_at.is_none()) {
            key.retired_at = Some(now);
        }
        self.keys.push(Key {
            kid: kid.clone(),
            jwk,
            made_at: now,
            retired_at: None,
        });
        self.save()?;
        Ok(kid)
    }

    /// From now on a new key signs, if the one that does has signed for so long. Whether it had.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn rotate_if_old(&mut self, now: i64, signs_for_s: i64) -> Outcome<bool> {
        let is_old = self.signing().is_none_or(|key| key.made_at + signs_for_s <= now);
        if is_old {
            self.rotate(now)?;
        }
        Ok(is_old)
    }

    /// A key verifies nothing any more, at once. Whether there was such a key.
    ///
    /// # Errors
    /// When a new one cannot be written.
    pub fn withdraw(&mut self, kid: &str, now: i64) -> Outcome<bool> {
        let before = self.keys.len();
        self.keys.retain(|key| key.kid != kid);
        if self.keys.len() == before {
            return Ok(false);
        }
        if self.signing().is_none() {
            self.rotate(now)?;
        }
        self.save()?;
        let _ = std::fs::remove_file(self.folder.place(&seed_file(kid)));
        Ok(true)
    }

    /// The keys that verify now.
    pub fn verifying(&self, now: i64, retired_for_s: u32) -> JwkSet {
        let verifies = |key: &&Key| {
            key.retired_at
                .is_none_or(|at| at + i64::from(retired_for_s) >= now)
        };
        JwkSet {
            keys: self
                .keys
                .iter()
                .filter(verifies)
                .map(|key| key.jwk.clone())
                .collect(),
        }
    }

    /// The id of the key that signs, and the key.
    ///
    /// # Errors
    /// When its file is gone.
    pub fn signer(&self) -> Outcome<(String, EncodingKey)> {
        let key = self
            .signing()
            .ok_or_else(|| Failure::new("there is no key that signs; rotate the keys"))?;
        let seed = self.folder.read(&seed_file(&key.kid))?;
        let seed: Option<Vec<u8>> = seed
            .chunks(2)
            .map(|pair| {
                std::str::from_utf8(pair)
                    .ok()
                    .and_then(|pair| u8::from_str_radix(pair, 16).ok())
            })
            .collect();
        let seed = seed.ok_or_else(|| Failure::new("a key is damaged; rotate the keys"))?;
        Ok((key.kid.clone(), ed25519::encoding_key(&seed)))
    }

    fn signing(&self) -> Option<&Key> {
        self.keys.iter().rfind(|key| key.retired_at.is_none())
    }

    fn save(&self) -> Outcome<()> {
        self.folder.write_json(RING_FILE, &self.keys).map(drop)
    }
}

fn seed_file(kid: &str) -> String {
    format!("keys/{kid}.seed")
}
