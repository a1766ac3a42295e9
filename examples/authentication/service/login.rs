//! Logging in: the password, then the second factor where there is one.

use axum::http::StatusCode;
use serde_json::json;

use super::{
    Service,
    accounts::Account,
    answer::{Answer, Answered, Asked},
    guessing::{Guess, Kind, Subject},
    sessions::Stage,
};
use crate::rules::Weakness;

impl Service {
    /// Looks at a name and a password. Answers and work are the same whether there is such an account or not.
    ///
    /// # Errors
    /// The answer to whoever does not know the password, or guesses too often.
    pub async fn log_in(&self, asked: &Asked) -> Answered {
        let (name, password) = (asked.text("name")?, asked.text("password")?);
        let subject = Subject::new(Kind::Password, &name);
        let guess = self.begin_guess(subject, asked.address)?;
        let account = self.account(&name)?;
        let hash = account.as_ref().and_then(|account| account.password.clone());
        if hash.is_none() && self.definition.has(Weakness::EnumerationByTiming) {
            return self.refuse_login(asked, &guess, &name, None);
        }
        let right = self.hasher.verify(password.clone(), hash).await?;
        match account {
            Some(account) if right => self.let_in(asked, &guess, &account, password).await,
            account => self.refuse_login(asked, &guess, &name, account),
        }
    }

    async fn let_in(&self, asked: &Asked, guess: &Guess, account: &Account, password: String) -> Answered {
        self.guessed_right(guess)?;
        if account
            .password
            .as_deref()
            .is_some_and(|hash| !self.hasher.is_current(hash))
        {
            let raised = self.hasher.hash(password).await?;
            self.with_store(|store| {
                store.execute(
                    // Not over a password that was chosen meanwhile.
                    "UPDATE accounts SET password = ?2 WHERE id = ?1 AND password = ?3",
                    (account.id, raised, &account.password),
                )
            })?;
            self.events.tell(
                self.clock.now(),
                "hash_raised",
                Some(account.id),
                Some(asked.address),
            );
        }
        let required = self
            .definition
            .factor
            .as_ref()
            .is_some_and(|factor| factor.required_of.contains(&account.group));
        let (stage, status) = match self.definition.factor {
            Some(_) if account.has_factor => (Stage::Factor, "second_factor_due"),
            Some(_) if required => (Stage::Enrol, "second_factor_must_be_enrolled"),
            _ => (Stage::Full, "logged_in"),
        };
        let id = self.begin_session(asked, account.id, stage)?;
        if stage != Stage::Factor {
            self.events.tell(
                self.clock.now(),
                "login_succeeded",
                Some(account.id),
                Some(asked.address),
            );
        }
        Ok(Answer::ok(json!({ "status": status })).with_session(&self.definition.sessions.cookie, &id))
    }

    fn refuse_login(&self, asked: &Asked, guess: &Guess, name: &str, account: Option<Account>) -> Answered {
        let (now, id) = (self.clock.now(), account.as_ref().map(|account| account.id));
        self.events.tell(now, "login_failed", id, Some(asked.address));
        if guess.locks {
            self.events.tell(now, "account_locked", id, Some(asked.address));
            self.tell_owner(
                id,
                name,
                "someone guessed your password wrong too often; logging in is stopped for a while",
            );
        }
        if account.is_none() && self.definition.has(Weakness::EnumerationByAnswer) {
            return Err(Answer::refused(StatusCode::NOT_FOUND, "there is no such account"));
        }
        Err(Answer::refused(
            StatusCode::UNAUTHORIZED,
            "name or password is wrong",
        ))
    }

    /// Who the caller is.
    ///
    /// # Errors
    /// The answer to whoever is not in.
    pub fn who_am_i(&self, asked: &Asked) -> Answered {
        let caller = self.caller(asked, &[Stage::Full])?;
        Ok(Answer::ok(json!({ "name": caller.name, "group": caller.group })))
    }
}
