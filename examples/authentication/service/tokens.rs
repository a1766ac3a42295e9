//! Signed tokens: access tokens that applications verify by themselves, and refresh tokens that are used once.

use axum::http::StatusCode;
use examples::{failure::During, outputs::sha256_hex};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header, encode, jwk::JwkSet};
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Service,
    answer::{Answer, Answered, Asked},
    definition::{OWN_AUDIENCE, Tokens},
    random_hex,
    sessions::Stage,
};
use crate::rules::Weakness;

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who signed.
    pub iss: String,
    /// The account.
    pub sub: String,
    /// For whom.
    pub aud: String,
    /// Since when.
    pub iat: i64,
    /// Until when.
    pub exp: i64,
    /// Its own name.
    pub jti: String,
    /// The account's name.
    pub name: String,
    /// The account's group.
    pub group: String,
}

/// What a verifier wants of a token.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Who must have signed.
    pub issuer: &'a str,
    /// For whom it must be.
    pub audience: &'a str,
    /// By how much clocks may differ, in seconds.
    pub skew_s: u32,
    /// The time.
    pub now: i64,
}

/// What a token says, if it counts. Every application verifies like this, with the keys that the service publishes.
///
/// # Errors
/// Says why it does not count.
pub fn verify(token: &str, keys: &JwkSet, wanted: &Wanted<'_>) -> Result<Claims, String> {
    let header = decode_header(token).map_err(|error| error.to_string())?;
    let key = header
        .kid
        .as_deref()
        .and_then(|kid| keys.find(kid))
        .ok_or("no key of ours signed it")?;
    let key = DecodingKey::from_jwk(key).map_err(|error| error.to_string())?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[wanted.issuer]);
    validation.set_audience(&[wanted.audience]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    // The library asks the system's clock; ours can be moved.
    validation.validate_exp = false;
    let claims = decode::<Claims>(token, &key, &validation)
        .map_err(|error| error.to_string())?
        .claims;
    if claims.exp + i64::from(wanted.skew_s) < wanted.now {
        return Err("it has expired".to_owned());
    }
    Ok(claims)
}

fn not_counting() -> Answer {
    Answer::refused(
        StatusCode::UNAUTHORIZED,
        "the refresh token does not count, or no longer",
    )
}

impl Service {
    /// Tokens for an application, for whoever is in.
    ///
    /// # Errors
    /// The answer to whoever is not, or asks for an application that nobody knows.
    pub fn issue_tokens(&self, asked: &Asked) -> Answered {
        let caller = self.caller(asked, &[Stage::Full])?;
        let audience = asked.text("audience")?;
        let known = self.token_settings()?.audiences.contains(&audience);
        if !known {
            return Err(Answer::refused(
                StatusCode::BAD_REQUEST,
                "there is no such application",
            ));
        }
        self.pair(caller.account, &audience, None)
    }

    /// New tokens for a refresh token, which is worth nothing afterwards. Shown twice, it ends its whole family: one of the two
    /// who showed it has stolen it.
    ///
    /// # Errors
    /// The answer to a token that does not count.
    pub fn refresh_tokens(&self, asked: &Asked) -> Answered {
        let sha256 = sha256_hex(asked.text("refresh_token")?.as_bytes());
        let now = self.clock.now();
        let found = self.with_store(|store| {
            store
                .query_row(
                    "SELECT family, account, audience, used, (SELECT name FROM accounts WHERE id = account)
                     FROM refresh_tokens WHERE sha256 = ?1 AND expires_at > ?2",
                    (&sha256, now),
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)),
                )
                .optional()
        })?;
        let (family, account, audience, used, name): (String, i64, String, bool, String) =
            found.ok_or_else(not_counting)?;
        // Marked in one step, so that of two at once one comes second.
        let marked = self.with_store(|store| {
            store.execute(
                "UPDATE refresh_tokens SET used = 1 WHERE sha256 = ?1 AND used = 0",
                [&sha256],
            )
        })?;
        if (used || marked == 0) && !self.definition.has(Weakness::RefreshReuse) {
            self.with_store(|store| {
                store.execute("DELETE FROM refresh_tokens WHERE family = ?1", [&family])
            })?;
            self.events
                .tell(now, "refresh_reused", Some(account), Some(asked.address));
            let notice = "a token of yours was used twice; if that was not you, change your password";
            self.tell_owner(Some(account), &name, notice);
            return Err(not_counting());
        }
        self.pair(account, &audience, Some(family))
    }

    /// Takes back a refresh token with its family.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn revoke_tokens(&self, asked: &Asked) -> Answered {
        let sha256 = sha256_hex(asked.text("refresh_token")?.as_bytes());
        self.with_store(|store| {
            store.execute(
                "DELETE FROM refresh_tokens WHERE family = (SELECT family FROM refresh_tokens WHERE sha256 = ?1)",
                [sha256],
            )
        })?;
        Ok(Answer::ok(json!({ "status": "revoked" })))
    }

    /// Of whom a token is, for applications that ask instead of verifying.
    ///
    /// # Errors
    /// The answer to a token that does not count.
    pub fn user_info(&self, asked: &Asked) -> Answered {
        let token = asked.bearer.as_deref().unwrap_or_default();
        match self.verify_own(token) {
            Ok(claims) => Ok(Answer::ok(
                json!({ "sub": claims.sub, "name": claims.name, "group": claims.group }),
            )),
            Err(_) => {
                self.events
                    .tell(self.clock.now(), "token_refused", None, Some(asked.address));
                Err(Answer::refused(
                    StatusCode::UNAUTHORIZED,
                    "the token does not count",
                ))
            }
        }
    }

    fn verify_own(&self, token: &str) -> Result<Claims, String> {
        let settings = self.definition.tokens.as_ref().ok_or("there are no tokens")?;
        // The three planted weaknesses of a verifier: each takes what only it should not.
        if self.definition.has(Weakness::UnsignedTokens) && token.ends_with('.') {
            return jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(|error| error.to_string());
        }
        let spoken: Option<Claims> = jsonwebtoken::dangerous::insecure_decode_claims(token).ok();
        let audience = match &spoken {
            Some(claims) if self.definition.has(Weakness::AudienceUnchecked) => claims.aud.clone(),
            _ => OWN_AUDIENCE.to_owned(),
        };
        let now = match &spoken {
            Some(claims) if self.definition.has(Weakness::ExpiryUnchecked) => claims.iat,
            _ => self.clock.now(),
        };
        let wanted = Wanted {
            issuer: &settings.issuer,
            audience: &audience,
            skew_s: settings.skew_s,
            now,
        };
        verify(token, &self.verifying_keys(), &wanted)
    }

    /// The keys that verify now, as they are published.
    pub fn verifying_keys(&self) -> JwkSet {
        let retired_for_s = self
            .definition
            .tokens
            .as_ref()
            .map_or(0, |tokens| tokens.key_verifies_for_s);
        self.ring().verifying(self.clock.now(), retired_for_s)
    }

    /// From now on a new key signs.
    ///
    /// # Errors
    /// The answer to whoever is no administrator.
    pub fn rotate_keys(&self, asked: &Asked) -> Answered {
        self.only_admin(asked)?;
        let kid = self.ring().rotate(self.clock.now())?;
        self.events
            .tell(self.clock.now(), "key_rotated", None, Some(asked.address));
        Ok(Answer::ok(json!({ "signing_key": kid })))
    }

    /// A stolen key verifies nothing any more.
    ///
    /// # Errors
    /// The answer to whoever is no administrator, or names no key.
    pub fn withdraw_key(&self, asked: &Asked) -> Answered {
        self.only_admin(asked)?;
        let kid = asked.text("kid")?;
        let now = self.clock.now();
        let gone = if self.definition.has(Weakness::WithdrawnKeys) {
            // It signs nothing any more, and that is all.
            self.ring().rotate(now)?;
            true
        } else {
            self.ring().withdraw(&kid, now)?
        };
        if !gone {
            return Err(Answer::refused(StatusCode::NOT_FOUND, "there is no such key"));
        }
        self.events.tell(now, "key_withdrawn", None, Some(asked.address));
        Ok(Answer::ok(json!({ "withdrawn": kid })))
    }

    fn token_settings(&self) -> Answered<&Tokens> {
        let none = || Answer::refused(StatusCode::NOT_FOUND, "there are no tokens");
        self.definition.tokens.as_ref().ok_or_else(none)
    }

    /// Tokens of a new family, or of one that goes on.
    fn pair(&self, account: i64, audience: &str, goes_on: Option<String>) -> Answered {
        let settings = self.token_settings()?;
        let now = self.clock.now();
        let (name, group): (String, String) = self.with_store(|store| {
            store.query_row(
                "SELECT name, team FROM accounts WHERE id = ?1",
                [account],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
        })?;
        let claims = Claims {
            iss: settings.issuer.clone(),
            sub: account.to_string(),
            aud: audience.to_owned(),
            iat: now,
            exp: now + i64::from(settings.access_lives_s),
            jti: random_hex()?,
            name,
            group,
        };
        let (kid, signs) = self.ring().signer()?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(kid);
        let access = encode(&header, &claims, &signs).during("signing a token")?;
        let refresh = random_hex()?;
        let expires_at = now + i64::from(settings.refresh_lives_s);
        let is_new = goes_on.is_none();
        let family = match goes_on {
            Some(family) => family,
            None => random_hex()?,
        };
        let kept = self.with_store(|store| {
            // A family that was ended meanwhile stays so.
            store.execute(
                "INSERT INTO refresh_tokens (sha256, family, account, audience, expires_at) SELECT ?1, ?2, ?3, ?4, ?5
                 WHERE ?6 OR EXISTS (SELECT 1 FROM refresh_tokens WHERE family = ?2)",
                (sha256_hex(refresh.as_bytes()), family, account, audience, expires_at, is_new),
            )
        })?;
        if kept == 0 {
            return Err(not_counting());
        }
        Ok(Answer::ok(json!({
            "access_token": access, "token_type": "Bearer", "expires_in": settings.access_lives_s, "refresh_token": refresh,
        })))
    }
}
