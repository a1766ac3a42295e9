//! Coming in on another's word: the browser is sent to a provider with a question that only it can have asked, and brings back
//! a signed answer, which counts once.

use axum::http::StatusCode;
use examples::outputs::sha256_hex;
use jsonwebtoken::dangerous::insecure_decode_claims;
use serde_json::json;

use super::{
    Service,
    answer::{Answer, Answered, Asked},
    definition::{ISSUER, Provider},
    random_hex,
    sessions::Stage,
    tokens::{Claims, Wanted, verify},
};
use crate::rules::Weakness;

/// A provider's word is fresh, in seconds.
const FRESH_S: i64 = 300;
/// By how much clocks may differ, in seconds.
const SKEW_S: u32 = 30;

impl Service {
    /// Begins the round trip: the browser keeps a secret as its cookie, and the question to the provider is its SHA-256.
    ///
    /// # Errors
    /// When the system has no chance.
    pub fn begin_sso(&self, _: &Asked) -> Answered {
        let kept = random_hex()?;
        let question = sha256_hex(kept.as_bytes());
        let providers = self.definition.providers.iter();
        let providers: Vec<_> = providers
            .map(|provider| json!({ "name": provider.name, "issuer": provider.issuer }))
            .collect();
        let answer = Answer::ok(json!({ "nonce": question, "audience": ISSUER, "providers": providers }));
        Ok(answer.with_session(&self.definition.sessions.cookie, &kept))
    }

    /// Ends it: the provider's word, for the question of this browser.
    ///
    /// # Errors
    /// The answer to a word that does not count.
    pub fn finish_sso(&self, asked: &Asked) -> Answered {
        let word = asked.text("assertion")?;
        let now = self.clock.now();
        let Some((provider, claims)) = self.heard(asked, &word, now) else {
            self.events.tell(now, "word_refused", None, Some(asked.address));
            return Err(Answer::refused(
                StatusCode::UNAUTHORIZED,
                "the word of the provider does not count",
            ));
        };
        let name = claims.name.to_lowercase();
        self.with_store(|store| {
            store.execute(
                "INSERT INTO accounts (name, team, password, provider, made_at) VALUES (?1, ?2, '', ?3, ?4) ON CONFLICT DO NOTHING",
                (&name, &claims.group, &provider.name, now),
            )
        })?;
        // A provider must not open the account of somebody who has a password here, or came by another.
        let account = self
            .account(&name)?
            .filter(|account| account.provider.as_ref() == Some(&provider.name));
        let Some(account) = account.filter(|account| account.group == claims.group) else {
            self.events.tell(now, "word_refused", None, Some(asked.address));
            return Err(Answer::refused(
                StatusCode::UNAUTHORIZED,
                "the word of the provider does not count",
            ));
        };
        let id = self.begin_session(asked, account.id, Stage::Full)?;
        self.events
            .tell(now, "login_succeeded", Some(account.id), Some(asked.address));
        Ok(Answer::ok(json!({ "status": "logged_in" })).with_session(&self.definition.sessions.cookie, &id))
    }

    /// Who says what, if it counts.
    fn heard(&self, asked: &Asked, word: &str, now: i64) -> Option<(&Provider, Claims)> {
        let spoken: Claims = insecure_decode_claims(word).ok()?;
        let provider = self
            .definition
            .providers
            .iter()
            .find(|provider| provider.issuer == spoken.iss)?;
        let wanted = Wanted {
            issuer: &provider.issuer,
            audience: ISSUER,
            skew_s: SKEW_S,
            now,
        };
        let claims = verify(word, &provider.keys, &wanted).ok()?;
        let skew_s = i64::from(SKEW_S);
        // A word from the future would be fresh for longer than it is remembered.
        let fresh = (now - FRESH_S - skew_s..=now + skew_s).contains(&claims.iat)
            && provider.groups.contains(&claims.group);
        if self.definition.has(Weakness::AssertionReplay) {
            return fresh.then_some((provider, claims));
        }
        if !fresh || claims.jti != sha256_hex(asked.cookie.as_deref()?.as_bytes()) {
            return None;
        }
        // Only now: what another browser shows must not use it up.
        let taken = (sha256_hex(word.as_bytes()), now + 2 * FRESH_S);
        let first = self.with_store(|store| {
            store.execute(
                "INSERT INTO taken_words (sha256, expires_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                taken,
            )
        });
        first.is_ok_and(|first| first == 1).then_some((provider, claims))
    }
}
