//! Accounts: how they come, change their password and go.

use axum::http::StatusCode;
use rusqlite::OptionalExtension;
use serde_json::json;

use super::{
    Service,
    answer::{Answer, Answered, Asked},
    guessing::{Kind, Subject},
    passwords,
    post::Message,
    sessions::Stage,
};
use crate::rules::Weakness;

/// An account, as it is kept.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its number.
    pub id: i64,
    /// Its group.
    pub group: String,
    /// The hash, of whoever does not come by a provider.
    pub password: Option<String>,
    /// By whom they come.
    pub provider: Option<String>,
    /// Whether a second factor is confirmed.
    pub has_factor: bool,
}

impl Service {
    /// Opens an account for whoever asks. The answer is the same where there is one already; its owner is told then.
    ///
    /// # Errors
    /// The answer to a weak password.
    pub async fn register(&self, asked: &Asked) -> Answered {
        let group = self.definition.groups.first().cloned().unwrap_or_default();
        self.open_account(asked, &group).await
    }

    /// Opens an account in a group, for an administrator.
    ///
    /// # Errors
    /// The answer to whoever is none.
    pub async fn register_for(&self, asked: &Asked) -> Answered {
        self.only_admin(asked)?;
        let group = asked.text("group")?;
        if !self.definition.groups.contains(&group) {
            return Err(Answer::refused(StatusCode::BAD_REQUEST, "there is no such group"));
        }
        self.open_account(asked, &group).await
    }

    async fn open_account(&self, asked: &Asked, group: &str) -> Answered {
        let (name, password) = (asked.text("name")?, asked.text("password")?);
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(Answer::refused(
                StatusCode::BAD_REQUEST,
                "`name` must be an address",
            ));
        }
        self.require_good(&password, &name)?;
        let hash = self.hasher.hash(password).await?;
        let now = self.clock.now();
        let made = self.with_store(|store| {
            store.execute(
                "INSERT INTO accounts (name, team, password, made_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                (name.to_lowercase(), group, hash, now),
            )
        })?;
        let account = self.account(&name)?.map(|account| account.id);
        if made == 0 {
            self.tell_owner(
                account,
                &name,
                "someone tried to register with your address; you have an account already",
            );
            if self.definition.has(Weakness::EnumerationByAnswer) {
                return Err(Answer::refused(
                    StatusCode::CONFLICT,
                    "there is such an account already",
                ));
            }
        }
        self.events.tell(now, "registered", account, Some(asked.address));
        Ok(Answer::new(
            StatusCode::ACCEPTED,
            json!({ "status": "you can log in, if the address was new" }),
        ))
    }

    /// Changes the password of the caller, who must know the old one. All other sessions end, and this one gets a new id.
    ///
    /// # Errors
    /// The answer to a wrong or weak password.
    pub async fn change_password(&self, asked: &Asked) -> Answered {
        let caller = self.caller(asked, &[Stage::Full])?;
        let new = asked.text("new_password")?;
        self.ask_again(asked, &caller.name).await?;
        self.require_good(&new, &caller.name)?;
        let hash = self.hasher.hash(new).await?;
        self.with_store(|store| {
            // A way back in that somebody else asked for must not undo the change.
            store.execute("DELETE FROM recoveries WHERE account = ?1", [caller.account])?;
            store.execute(
                "UPDATE accounts SET password = ?2 WHERE id = ?1",
                (caller.account, hash),
            )
        })?;
        if !self.definition.has(Weakness::PasswordChangeKeepsSessions) {
            self.end_everything(caller.account, Some(&caller.sha256))?;
        }
        let id = self.begin_session(asked, caller.account, Stage::Full)?;
        self.events.tell(
            self.clock.now(),
            "password_changed",
            Some(caller.account),
            Some(asked.address),
        );
        self.tell_owner(Some(caller.account), &caller.name, "your password was changed");
        Ok(Answer::ok(json!({ "status": "password_changed" }))
            .with_session(&self.definition.sessions.cookie, &id))
    }

    /// Deletes the account of the caller, with everything that belongs to it.
    ///
    /// # Errors
    /// The answer to a wrong password.
    pub async fn delete_account(&self, asked: &Asked) -> Answered {
        let caller = self.caller(asked, &[Stage::Full])?;
        self.ask_again(asked, &caller.name).await?;
        self.with_store(|store| store.execute("DELETE FROM accounts WHERE id = ?1", [caller.account]))?;
        self.forget_factor(caller.account);
        self.events.tell(
            self.clock.now(),
            "account_deleted",
            Some(caller.account),
            Some(asked.address),
        );
        Ok(Answer::ok(json!({ "status": "deleted" })).without_session(&self.definition.sessions.cookie))
    }

    /// Asks for the password although someone is logged in: the session may be stolen. Wrong ones count as guesses.
    ///
    /// # Errors
    /// The answer to a wrong password.
    pub async fn ask_again(&self, asked: &Asked, name: &str) -> Answered<()> {
        let password = asked.text("password")?;
        let subject = Subject::new(Kind::Password, name);
        let guess = self.begin_guess(subject, asked.address)?;
        let hash = self.account(name)?.and_then(|account| account.password);
        if self.hasher.verify(password, hash).await? {
            return self.guessed_right(&guess);
        }
        Err(Answer::refused(StatusCode::FORBIDDEN, "the password is wrong"))
    }

    /// Refuses a password that others would guess.
    ///
    /// # Errors
    /// Says why.
    pub fn require_good(&self, password: &str, name: &str) -> Answered<()> {
        if self.definition.has(Weakness::WeakPasswords) {
            return Ok(());
        }
        match passwords::objection(password, name, &self.definition.passwords) {
            None => Ok(()),
            Some(objection) => Err(Answer::refused(StatusCode::UNPROCESSABLE_ENTITY, &objection)),
        }
    }

    /// The account of a name.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn account(&self, name: &str) -> Answered<Option<Account>> {
        let found = self.with_store(|store| {
            store
                .query_row(
                    "SELECT id, team, iif(provider IS NULL, password, NULL), provider, factor = 'confirmed'
                     FROM accounts WHERE name = ?1",
                    [name.to_lowercase()],
                    |row| {
                        Ok(Account {
                            id: row.get(0)?,
                            group: row.get(1)?,
                            password: row.get(2)?,
                            provider: row.get(3)?,
                            has_factor: row.get(4)?,
                        })
                    },
                )
                .optional()
        })?;
        Ok(found)
    }

    /// Tells an owner, if there is one.
    pub fn tell_owner(&self, account: Option<i64>, name: &str, notice: &str) {
        let Some(account) = account else { return };
        let now = self.clock.now();
        let noted = self.with_store(|store| {
            store.execute(
                "INSERT INTO outbox (account, at, notice) VALUES (?1, ?2, ?3)",
                (account, now, notice),
            )
        });
        let message = Message {
            to: name.to_lowercase(),
            text: notice.to_owned(),
            secret: None,
        };
        if let Err(failure) = noted.and_then(|_| self.post.send(message)) {
            tracing::error!(%failure, "an owner could not be told");
        }
    }

    /// Whether an administrator asks.
    ///
    /// # Errors
    /// The answer to whoever is none.
    pub fn only_admin(&self, asked: &Asked) -> Answered<()> {
        let sha256 = asked
            .bearer
            .as_deref()
            .map(|token| examples::outputs::sha256_hex(token.as_bytes()));
        if sha256.as_deref() == Some(self.admin_sha256.as_str()) {
            return Ok(());
        }
        self.events
            .tell(self.clock.now(), "admin_refused", None, Some(asked.address));
        Err(Answer::refused(
            StatusCode::UNAUTHORIZED,
            "only for administrators",
        ))
    }
}
