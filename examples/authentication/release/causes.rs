//! What an attack looks like, done on purpose: each alert is caused once on a service that runs.

use std::net::SocketAddr;

use examples::{
    client::Call,
    failure::{Failure, Outcome, ensure},
    outputs::Outputs,
};
use serde_json::{Value, json};

use super::alerts::{self, Watch};
use crate::{
    bed::{Browser, User, expect},
    service::{
        ADMIN_FILE,
        definition::{Definition, OWN_AUDIENCE},
    },
};

/// No alert needs more than this.
const TRIES_AT_MOST: u32 = 80;

/// Causes each alert once. Those that fired.
///
/// # Errors
/// When one does not fire, or fires although nothing happened.
pub async fn cause_all(
    service: SocketAddr,
    folder: &Outputs,
    definition: &Definition,
) -> Outcome<Vec<String>> {
    let cookie = definition.sessions.cookie.clone();
    let mut drill = Drill {
        service,
        inside: Browser::new(service, &cookie, "192.0.2.52"),
        cookie,
        admin: String::from_utf8_lossy(&folder.read(ADMIN_FILE)?).into_owned(),
        user: User::new("drill")?,
        nth: 0,
    };
    expect(
        &drill.inside.post("/register", &drill.user.words()).await?,
        202,
        "registering",
    )?;
    drill.inside.log_in(&drill.user).await?;
    let mut fired = Vec::new();
    for watch in alerts::watches(definition) {
        drill.cause(watch).await?;
        fired.push(watch.name.to_owned());
    }
    Ok(fired)
}

/// An attacker and a user, on a service that is another process.
struct Drill {
    service: SocketAddr,
    cookie: String,
    admin: String,
    user: User,
    /// Where the user is in.
    inside: Browser,
    nth: u32,
}

impl Drill {
    fn browser(&self, address: &str) -> Browser {
        Browser::new(self.service, &self.cookie, address)
    }

    async fn metrics(&self) -> Outcome<String> {
        let reply = self.browser("192.0.2.50").get("/metrics").await?;
        Ok(String::from_utf8_lossy(&reply.body).into_owned())
    }

    /// It is quiet before, and fires once the thing is done often enough.
    async fn cause(&mut self, watch: &Watch) -> Outcome<()> {
        let before = self.metrics().await?;
        let quiet = !watch.fires(&before, &self.metrics().await?);
        ensure(
            quiet,
            format_args!("the alert `{}` fires although nothing happened", watch.name),
        )?;
        for _ in 0..TRIES_AT_MOST {
            self.nth += 1;
            self.act(watch.event).await?;
            if watch.fires(&before, &self.metrics().await?) {
                return Ok(());
            }
        }
        let name = watch.name;
        Err(Failure::new(format_args!(
            "the alert `{name}` was not fired by {TRIES_AT_MOST} times `{}`; mend its condition",
            watch.event
        )))
    }

    async fn act(&mut self, event: &str) -> Outcome<()> {
        match event {
            "factor_failed" => self.show_wrong_code().await,
            "refresh_reused" => self.refresh_twice().await,
            "key_withdrawn" => self.withdraw_key().await,
            _ => self.send(event).await,
        }
    }

    /// What takes one request from somebody who is not in.
    async fn send(&mut self, event: &str) -> Outcome<()> {
        let nth = self.nth;
        let guess =
            |name: String| json!({ "name": format!("{name}@quayside.example"), "password": "a wrong guess" });
        let post = |path: &str, body: Value| Call::new("POST", path).with_json(&body);
        let call = match event {
            "guess_refused" => post("/login", guess("guessed".to_owned())),
            "login_failed" => post("/login", guess(format!("sprayed{nth}"))),
            "address_limited" => post("/login", guess(format!("swept{nth}"))),
            "recovery_requested" => post("/recovery", guess(format!("lost{nth}"))),
            "admin_refused" => post("/admin/keys/rotate", json!({})),
            "origin_refused" => post("/logout", json!({})).with_header("origin", "https://evil.example"),
            "token_refused" => Call::new("GET", "/userinfo").with_token("a.forged.token"),
            event => return Err(Failure::new(format_args!("nobody knows how to cause `{event}`"))),
        };
        let address = match event {
            "address_limited" => "198.51.100.251".to_owned(),
            _ => format!("198.51.100.{}", nth % 250),
        };
        self.browser(&address).send(call).await.map(drop)
    }

    /// A secret is enrolled and not confirmed; guesses at it count as those at a login.
    async fn show_wrong_code(&mut self) -> Outcome<()> {
        if self.user.factor.is_none() {
            let body = json!({ "password": self.user.password });
            let given = self.inside.post("/factor/enrol", &body).await?;
            self.user.factor = given.json()?["secret"].as_str().map(str::to_owned);
        }
        self.inside
            .post("/factor/confirm", &json!({ "code": "no code" }))
            .await
            .map(drop)
    }

    async fn refresh_twice(&mut self) -> Outcome<()> {
        let given = self
            .inside
            .post("/token", &json!({ "audience": OWN_AUDIENCE }))
            .await?;
        let body = json!({ "refresh_token": given.json()?["refresh_token"] });
        self.inside.post("/token/refresh", &body).await?;
        self.inside.post("/token/refresh", &body).await.map(drop)
    }

    async fn withdraw_key(&mut self) -> Outcome<()> {
        let keys = self.inside.get("/.well-known/jwks.json").await?.json()?;
        let body = json!({ "kid": keys["keys"][0]["kid"] });
        let call = Call::new("POST", "/admin/keys/withdraw");
        let reply = self
            .inside
            .send(call.with_token(&self.admin).with_json(&body))
            .await?;
        expect(&reply, 200, "withdrawing a key")
    }
}
