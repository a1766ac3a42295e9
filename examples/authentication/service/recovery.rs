//! The way back in: a secret by post that works once and not for long. Using it ends all sessions, and the owner is told.

use axum::http::StatusCode;
use examples::{failure::Outcome, outputs::sha256_hex};
use rusqlite::OptionalExtension;
use serde_json::json;
use std::sync::Arc;

use super::{
    Service,
    answer::{Answer, Answered, Asked},
    guessing::{Kind, Subject},
    post::Message,
    random_hex,
};
use crate::rules::Weakness;

impl Service {
    /// Sends a secret to the owner of a name, if there is one. Nothing is looked up before the answer is given, so the answer
    /// cannot tell.
    ///
    /// # Errors
    /// When the address asks too often.
    pub fn request_recovery(self: &Arc<Self>, asked: &Asked) -> Answered {
        let name = asked.text("name")?;
        let subject = Subject::new(Kind::Recovery, &name);
        // Each request counts, or a mailbox could be flooded by it.
        self.begin_guess(subject, asked.address)?;
        self.events
            .tell(self.clock.now(), "recovery_requested", None, Some(asked.address));
        let service = self.clone();
        tokio::task::spawn_blocking(move || {
            if let Err(failure) = service.send_secret(&name) {
                tracing::error!(%failure, "a way back in could not be sent");
            }
        });
        Ok(Answer::new(
            StatusCode::ACCEPTED,
            json!({ "status": "a way back in was sent, if there is such an account" }),
        ))
    }

    fn send_secret(&self, name: &str) -> Outcome<()> {
        let lives = self
            .definition
            .recovery
            .as_ref()
            .map_or(0, |recovery| recovery.lives_s);
        let secret = random_hex()?;
        let expires_at = self.clock.now() + i64::from(lives);
        let kept = self.kept(&secret);
        let made = self.with_store(|store| {
            store.execute(
                "INSERT INTO recoveries (secret, account, expires_at) SELECT ?1, id, ?2 FROM accounts
                 WHERE name = ?3 AND provider IS NULL",
                (kept, expires_at, name.to_lowercase()),
            )
        })?;
        if made == 0 {
            return Ok(());
        }
        let text = format!(
            "with this you choose a new password within {} minutes",
            lives / 60
        );
        self.post.send(Message {
            to: name.to_lowercase(),
            text,
            secret: Some(secret),
        })
    }

    /// Takes a secret and a new password.
    ///
    /// # Errors
    /// The answer to a secret that does not work, or a weak password.
    pub async fn complete_recovery(&self, asked: &Asked) -> Answered {
        let (secret, new) = (asked.text("secret")?, asked.text("new_password")?);
        let subject = Subject::new(Kind::Secret, &asked.address.to_string());
        let guess = self.begin_guess(subject, asked.address)?;
        let (now, kept) = (self.clock.now(), self.kept(&secret));
        let found = self.with_store(|store| {
            store
                .query_row(
                    "SELECT id, name FROM recoveries JOIN accounts ON id = account WHERE secret = ?1 AND expires_at > ?2",
                    (&kept, now),
                    |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)),
                )
                .optional()
        })?;
        let Some((account, name)) = found else {
            return Err(Answer::refused(
                StatusCode::UNAUTHORIZED,
                "the secret does not work, or no longer",
            ));
        };
        self.guessed_right(&guess)?;
        self.require_good(&new, &name)?;
        let hash = self.hasher.hash(new).await?;
        let reusable = self.definition.has(Weakness::RecoveryReuse);
        let used = self.with_store(|store| {
            // All secrets of the account, and only if this one is still there: two at once must not both win.
            let used = store.execute(
                "DELETE FROM recoveries WHERE account = ?2 AND ?1 IN (SELECT secret FROM recoveries)",
                (&kept, account),
            )?;
            if reusable {
                let kept = (&kept, account, now + 86_400);
                store.execute(
                    "INSERT INTO recoveries (secret, account, expires_at) VALUES (?1, ?2, ?3)",
                    kept,
                )?;
            }
            if used > 0 {
                store.execute("UPDATE accounts SET password = ?2 WHERE id = ?1", (account, hash))?;
            }
            Ok(used)
        })?;
        if used == 0 {
            return Err(Answer::refused(
                StatusCode::UNAUTHORIZED,
                "the secret does not work, or no longer",
            ));
        }
        self.end_everything(account, None)?;
        self.forgive(&Subject::new(Kind::Password, &name))?;
        self.events
            .tell(now, "recovery_completed", Some(account), Some(asked.address));
        self.tell_owner(
            Some(account),
            &name,
            "your password was replaced by a way back in; all devices were logged out",
        );
        Ok(Answer::ok(json!({ "status": "password_replaced" }))
            .without_session(&self.definition.sessions.cookie))
    }

    fn kept(&self, secret: &str) -> String {
        if self.definition.has(Weakness::PlainRecovery) {
            return secret.to_owned();
        }
        sha256_hex(secret.as_bytes())
    }
}
