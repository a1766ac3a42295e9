//! Sessions: an id of 256 bits of chance in a cookie, its SHA-256 in the store.

use axum::http::StatusCode;
use examples::outputs::sha256_hex;
use rusqlite::OptionalExtension;
use serde_json::{Value, json};

use super::{
    Service,
    answer::{Answer, Answered, Asked},
    random_hex,
};
use crate::rules::Weakness;

/// How far someone is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The password was right, the second factor is due.
    Factor,
    /// The password was right, and a second factor must be enrolled first.
    Enrol,
    /// In.
    Full,
}

/// Who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The account.
    pub account: i64,
    /// Its name.
    pub name: String,
    /// Its group.
    pub group: String,
    /// How far in.
    pub stage: Stage,
    /// The session, as it is kept.
    pub sha256: String,
}

impl Stage {
    fn name(self) -> &'static str {
        match self {
            Stage::Factor => "factor",
            Stage::Enrol => "enrol",
            Stage::Full => "full",
        }
    }

    fn of_name(name: &str) -> Self {
        match name {
            "full" => Stage::Full,
            "enrol" => Stage::Enrol,
            _ => Stage::Factor,
        }
    }
}

impl Service {
    /// A new session; the one that the browser brought ends. Its id.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn begin_session(&self, asked: &Asked, account: i64, stage: Stage) -> Answered<String> {
        let planted = asked
            .cookie
            .as_ref()
            .filter(|_| self.definition.has(Weakness::SessionFixation));
        let id = match planted {
            Some(brought) => brought.clone(),
            None => random_hex()?,
        };
        let (now, settings) = (self.clock.now(), &self.definition.sessions);
        let brought = asked.cookie.as_deref().map(|id| sha256_hex(id.as_bytes()));
        self.with_store(|store| {
            store.execute("DELETE FROM sessions WHERE sha256 = ?1", [&brought])?;
            store.execute(
                "INSERT OR REPLACE INTO sessions (sha256, account, stage, made_at, seen_at, address) VALUES (?1, ?2, ?3, ?4, ?4, ?5)",
                (sha256_hex(id.as_bytes()), account, stage.name(), now, asked.address.to_string()),
            )?;
            // One device more than may be: the one that was not seen for longest goes. Of each stage apart, or whoever knows the
            // password alone could push out those who are in.
            store.execute(
                "DELETE FROM sessions WHERE account = ?1 AND stage = ?3 AND sha256 NOT IN (SELECT sha256 FROM sessions
                 WHERE account = ?1 AND stage = ?3 ORDER BY seen_at DESC, rowid DESC LIMIT ?2)",
                (account, settings.devices_at_most, stage.name()),
            )
        })?;
        Ok(id)
    }

    /// Who asks, if a session of theirs lives and is so far.
    ///
    /// # Errors
    /// The answer to whoever is not.
    pub fn caller(&self, asked: &Asked, stages: &[Stage]) -> Answered<Caller> {
        let refused = || Answer::refused(StatusCode::UNAUTHORIZED, "not logged in");
        let sha256 = sha256_hex(asked.cookie.as_deref().ok_or_else(refused)?.as_bytes());
        let (now, settings) = (self.clock.now(), &self.definition.sessions);
        let idle_since = if self.definition.has(Weakness::NoIdleTimeout) {
            0
        } else {
            now - i64::from(settings.idle_s)
        };
        let made_since = if self.definition.has(Weakness::NoAbsoluteTimeout) {
            0
        } else {
            now - i64::from(settings.absolute_s)
        };
        let found = self.with_store(|store| {
            store
                .query_row(
                    "UPDATE sessions SET seen_at = ?2 WHERE sha256 = ?1 AND seen_at > ?3 AND made_at > ?4
                     RETURNING account, stage, (SELECT name FROM accounts WHERE id = account),
                     (SELECT team FROM accounts WHERE id = account)",
                    (&sha256, now, idle_since, made_since),
                    |row| {
                        let stage: String = row.get(1)?;
                        Ok(Caller {
                            account: row.get(0)?,
                            name: row.get(2)?,
                            group: row.get(3)?,
                            stage: Stage::of_name(&stage),
                            sha256: sha256.clone(),
                        })
                    },
                )
                .optional()
        })?;
        found
            .filter(|caller| stages.contains(&caller.stage))
            .ok_or_else(refused)
    }

    /// Ends one session.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn log_out(&self, asked: &Asked) -> Answered {
        let caller = self.caller(asked, &[Stage::Full, Stage::Enrol, Stage::Factor])?;
        if !self.definition.has(Weakness::LogoutInBrowserOnly) {
            self.with_store(|store| {
                store.execute("DELETE FROM sessions WHERE sha256 = ?1", [&caller.sha256])
            })?;
        }
        self.events.tell(
            self.clock.now(),
            "logged_out",
            Some(caller.account),
            Some(asked.address),
        );
        Ok(Answer::ok(json!({ "status": "logged_out" })).without_session(&self.definition.sessions.cookie))
    }

    /// Ends all sessions and tokens of the caller.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn log_out_everywhere(&self, asked: &Asked) -> Answered {
        let caller = self.caller(asked, &[Stage::Full])?;
        self.end_everything(caller.account, None)?;
        self.events.tell(
            self.clock.now(),
            "logged_out",
            Some(caller.account),
            Some(asked.address),
        );
        Ok(Answer::ok(json!({ "status": "logged_out_everywhere" }))
            .without_session(&self.definition.sessions.cookie))
    }

    /// Ends the sessions of an account but one, and its refresh tokens.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn end_everything(&self, account: i64, but: Option<&str>) -> Answered<()> {
        self.with_store(|store| {
            store.execute(
                "DELETE FROM sessions WHERE account = ?1 AND sha256 <> coalesce(?2, '')",
                (account, but),
            )?;
            store.execute("DELETE FROM refresh_tokens WHERE account = ?1", [account])
        })?;
        Ok(())
    }

    /// The sessions of the caller, without what would open them.
    ///
    /// # Errors
    /// When the caller is not in.
    pub fn list_sessions(&self, asked: &Asked) -> Answered {
        let caller = self.caller(asked, &[Stage::Full])?;
        let idle_since = self.clock.now() - i64::from(self.definition.sessions.idle_s);
        let sessions = self.with_store(|store| {
            let mut asked = store.prepare(
                "SELECT sha256 = ?2, made_at, seen_at, address FROM sessions WHERE account = ?1 AND seen_at > ?3 ORDER BY made_at",
            )?;
            let rows = asked.query_map((caller.account, &caller.sha256, idle_since), |row| {
                let (this, made_at, seen_at): (bool, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let address: String = row.get(3)?;
                Ok(json!({ "this": this, "made_at": made_at, "seen_at": seen_at, "address": address }))
            })?;
            rows.collect::<rusqlite::Result<Vec<Value>>>()
        })?;
        Ok(Answer::ok(json!({ "sessions": sessions })))
    }

    /// Sweeps away what has ended, and what happened longer ago than is kept; changes a key whose time is over. How many sessions
    /// went.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn sweep(&self) -> Answered<usize> {
        let (now, settings) = (self.clock.now(), &self.definition.sessions);
        let kept_since = now - 86_400 * i64::from(self.definition.kept_days);
        self.events.forget_before(kept_since)?;
        if let Some(tokens) = &self.definition.tokens
            && self
                .ring()
                .rotate_if_old(now, 86_400 * i64::from(tokens.key_signs_for_days))?
        {
            self.events.tell(now, "key_rotated", None, None);
        }
        let gone = self.with_store(|store| {
            store.execute("DELETE FROM outbox WHERE at < ?1", [kept_since])?;
            store.execute("DELETE FROM guesses WHERE next_at < ?1", [now - 86_400])?;
            store.execute("DELETE FROM taken_words WHERE expires_at <= ?1", [now])?;
            store.execute("DELETE FROM recoveries WHERE expires_at <= ?1", [now])?;
            store.execute("DELETE FROM refresh_tokens WHERE expires_at <= ?1", [now])?;
            store.execute(
                "DELETE FROM sessions WHERE seen_at <= ?1 OR made_at <= ?2",
                (
                    now - i64::from(settings.idle_s),
                    now - i64::from(settings.absolute_s),
                ),
            )
        })?;
        Ok(gone)
    }
}
