//! The second factor: codes that change with the time (RFC 6238), by `totp-rs`; each works once. For the day the device is
//! lost there are recovery codes, which work once too.
//!
//! The secret of a factor must be readable to make codes from, so it lies in a file for the service only, not in the store.

use axum::http::StatusCode;
use examples::{
    failure::{During, Outcome},
    outputs::sha256_hex,
};
use serde_json::json;
use totp_rs::{Builder, Secret, Totp};

use super::{
    Service,
    answer::{Answer, Answered, Asked},
    guessing::{Guess, Kind, Subject},
    random_hex,
    sessions::{Caller, Stage},
};

/// The codes of a secret in base 32, as an app of its owner makes them.
///
/// # Errors
/// When it is no secret.
pub fn codes(secret: &str, account: &str, system: &str) -> Outcome<Totp> {
    let secret = Secret::try_from_base32(secret.trim())
        .map_err(|error| examples::failure::Failure::new(format_args!("{error:?}")))?;
    let account = account.replace(':', "_");
    let built = Builder::new()
        .with_secret(secret)
        .with_account_name(account)
        .with_issuer(Some(system.replace(':', "_")))
        .build();
    built.during("setting up the codes of a second factor")
}

fn file(account: i64) -> String {
    format!("factors/{account}.secret")
}

/// Where a secret waits for its first code; until then the one of before counts.
fn pending_file(account: i64) -> String {
    format!("factors/{account}.pending")
}

impl Service {
    /// Gives the caller a secret for their app; it counts once a code of it was shown.
    ///
    /// # Errors
    /// The answer to a wrong password.
    pub async fn enrol_factor(&self, asked: &Asked) -> Answered {
        let caller = self.caller(asked, &[Stage::Full, Stage::Enrol])?;
        self.ask_again(asked, &caller.name).await?;
        // Whoever was let in to enrol the first one must not replace it with another.
        let account = self.account(&caller.name)?;
        if caller.stage == Stage::Enrol && account.is_some_and(|account| account.has_factor) {
            return Err(Answer::refused(
                StatusCode::FORBIDDEN,
                "a second factor is enrolled already; log in again",
            ));
        }
        let secret = Secret::generate().to_base32();
        self.folder.write_secret(&pending_file(caller.account), &secret)?;
        let url = codes(&secret, &caller.name, &self.definition.system)?
            .to_url()
            .during("writing the address of a factor")?;
        Ok(Answer::ok(json!({ "secret": secret, "url": url })))
    }

    /// Takes the first code, and gives the codes for the day the device is lost.
    ///
    /// # Errors
    /// The answer to a wrong code.
    pub fn confirm_factor(&self, asked: &Asked) -> Answered {
        let caller = self.caller(asked, &[Stage::Full, Stage::Enrol])?;
        let pending = self.folder.place(&pending_file(caller.account));
        self.require_code(asked, &caller, &pending_file(caller.account))?;
        std::fs::rename(pending, self.folder.place(&file(caller.account)))
            .during("keeping a second factor")?;
        let count = self
            .definition
            .factor
            .as_ref()
            .map_or(0, |factor| factor.recovery_codes);
        let mut given = Vec::new();
        for _ in 0..count {
            // 80 bits: too many to guess, few enough to write down.
            given.push(random_hex()?.chars().take(20).collect::<String>());
        }
        self.with_store(|store| {
            store.execute(
                "UPDATE accounts SET factor = 'confirmed' WHERE id = ?1",
                [caller.account],
            )?;
            store.execute("DELETE FROM recovery_codes WHERE account = ?1", [caller.account])?;
            for code in &given {
                let sha256 = sha256_hex(code.as_bytes());
                store.execute(
                    "INSERT INTO recovery_codes (sha256, account) VALUES (?1, ?2)",
                    (sha256, caller.account),
                )?;
            }
            Ok(())
        })?;
        let id = self.begin_session(asked, caller.account, Stage::Full)?;
        self.events.tell(
            self.clock.now(),
            "factor_enrolled",
            Some(caller.account),
            Some(asked.address),
        );
        self.tell_owner(
            Some(caller.account),
            &caller.name,
            "a second factor was added to your account",
        );
        let answer = Answer::ok(json!({ "status": "enrolled", "recovery_codes": given }));
        Ok(answer.with_session(&self.definition.sessions.cookie, &id))
    }

    /// The second half of a login. The session gets a new id.
    ///
    /// # Errors
    /// The answer to a wrong code.
    pub fn show_factor(&self, asked: &Asked) -> Answered {
        let caller = self.caller(asked, &[Stage::Factor])?;
        self.require_code(asked, &caller, &file(caller.account))?;
        self.finish_login(asked, &caller)
    }

    /// The second half of a login, without the device.
    ///
    /// # Errors
    /// The answer to a wrong code.
    pub fn use_recovery_code(&self, asked: &Asked) -> Answered {
        let caller = self.caller(asked, &[Stage::Factor])?;
        let sha256 = sha256_hex(asked.text("code")?.as_bytes());
        let subject = Subject::new(Kind::Factor, &caller.name);
        let guess = self.begin_guess(subject, asked.address)?;
        let used = self.with_store(|store| {
            store.execute(
                "DELETE FROM recovery_codes WHERE sha256 = ?1 AND account = ?2",
                (sha256, caller.account),
            )
        })?;
        if used == 0 {
            return Err(self.refuse_code(asked, &guess, &caller));
        }
        self.guessed_right(&guess)?;
        self.tell_owner(
            Some(caller.account),
            &caller.name,
            "a recovery code was used to log in to your account",
        );
        self.finish_login(asked, &caller)
    }

    /// Removes what is kept of a factor outside the store.
    pub fn forget_factor(&self, account: i64) {
        for file in [file(account), pending_file(account)] {
            let _ = std::fs::remove_file(self.folder.place(&file));
        }
    }

    fn finish_login(&self, asked: &Asked, caller: &Caller) -> Answered {
        let id = self.begin_session(asked, caller.account, Stage::Full)?;
        self.events.tell(
            self.clock.now(),
            "login_succeeded",
            Some(caller.account),
            Some(asked.address),
        );
        Ok(Answer::ok(json!({ "status": "logged_in" })).with_session(&self.definition.sessions.cookie, &id))
    }

    fn require_code(&self, asked: &Asked, caller: &Caller, file: &str) -> Answered<()> {
        let code = asked.text("code")?;
        let subject = Subject::new(Kind::Factor, &caller.name);
        let guess = self.begin_guess(subject, asked.address)?;
        let secret = self.folder.read(file);
        let secret =
            secret.map_err(|_| Answer::refused(StatusCode::CONFLICT, "no second factor is enrolled"))?;
        let secret = String::from_utf8_lossy(&secret).into_owned();
        let codes = codes(&secret, &caller.name, &self.definition.system)?;
        let now = u64::try_from(self.clock.now()).unwrap_or_default();
        let step = codes.check(&code, now).and_then(|step| i64::try_from(step).ok());
        let Some(step) = step else {
            return Err(self.refuse_code(asked, &guess, caller));
        };
        // In one step, so that of two who show the same code at once one comes second.
        let first = self.with_store(|store| {
            store.execute(
                "UPDATE accounts SET last_code_step = ?2 WHERE id = ?1 AND last_code_step < ?2",
                (caller.account, step),
            )
        })?;
        if first == 0 {
            return Err(self.refuse_code(asked, &guess, caller));
        }
        self.guessed_right(&guess)
    }

    fn refuse_code(&self, asked: &Asked, guess: &Guess, caller: &Caller) -> Answer {
        self.events.tell(
            self.clock.now(),
            "factor_failed",
            Some(caller.account),
            Some(asked.address),
        );
        if guess.locks {
            self.events.tell(
                self.clock.now(),
                "account_locked",
                Some(caller.account),
                Some(asked.address),
            );
            let notice = "someone knows your password and guesses your codes; change the password";
            self.tell_owner(Some(caller.account), &caller.name, notice);
        }
        Answer::refused(StatusCode::UNAUTHORIZED, "the code is wrong")
    }
}
