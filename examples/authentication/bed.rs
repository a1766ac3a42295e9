//! The service in a folder of its own, live, with browsers to talk to it: what steps try things on and attacks run against.

use std::sync::Arc;

use examples::{
    client::{Call, Client, Reply},
    failure::{During, Failure, Outcome, ensure},
    live::Live,
    outputs::Outputs,
};
use serde_json::{Value, json};

use crate::service::{
    ADMIN_FILE, Service, clock::Clock, definition::Definition, factor, post::Post, random_hex,
};

/// A live service that nobody else knows.
#[derive(Debug)]
pub struct Bed {
    /// The service itself.
    pub service: Arc<Service>,
    /// The folder that it lives in.
    pub folder: Outputs,
    live: Live,
    _scratch: tempfile::TempDir,
}

/// Something that keeps a cookie, at an address of its own.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    cookie_name: String,
    /// The id of its session.
    pub session: Option<String>,
    /// The line that set it, as it came.
    pub set_cookie: String,
    /// What a proxy says of where it is.
    pub address: String,
}

/// A user, with everything that only they know.
#[derive(Debug, Clone)]
pub struct User {
    /// The account's name.
    pub name: String,
    /// The password.
    pub password: String,
    /// The secret in their app.
    pub factor: Option<String>,
    /// For the day the device is lost.
    pub recovery_codes: Vec<String>,
}

impl User {
    /// Somebody with a password that nobody guesses.
    ///
    /// # Errors
    /// When the system has no chance.
    pub fn new(name: &str) -> Outcome<Self> {
        let password: String = random_hex()?.chars().take(24).collect();
        Ok(User {
            name: format!("{name}@quayside.example"),
            password,
            factor: None,
            recovery_codes: Vec::new(),
        })
    }

    /// Name and password, as they are sent.
    pub fn words(&self) -> Value {
        json!({ "name": self.name, "password": self.password })
    }
}

impl Bed {
    /// Starts the service.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(definition: &Definition, outputs: &Outputs) -> Outcome<Self> {
        let scratch = outputs.scratch()?;
        let folder = Outputs::open(&crate::team::PLACE, scratch.path())?;
        let service = Service::open(definition.clone(), &folder, Clock::default(), Post::kept())?;
        let live = service.serve(0).await?;
        Ok(Bed {
            service,
            folder,
            live,
            _scratch: scratch,
        })
    }

    /// A browser at that address.
    pub fn browser(&self, address: &str) -> Browser {
        Browser::new(
            self.live.address(),
            &self.service.definition.sessions.cookie,
            address,
        )
    }

    /// Where it is.
    pub fn address(&self) -> std::net::SocketAddr {
        self.live.address()
    }

    /// Later by so many seconds.
    pub fn advance(&self, seconds: u32) {
        self.service.clock.advance(i64::from(seconds));
    }

    /// What an administrator shows.
    ///
    /// # Errors
    /// When the file is gone.
    pub fn admin(&self) -> Outcome<String> {
        Ok(String::from_utf8_lossy(&self.folder.read(ADMIN_FILE)?).into_owned())
    }

    /// A user with an account.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn user(&self, name: &str) -> Outcome<User> {
        let user = User::new(name)?;
        let reply = self.browser("192.0.2.1").post("/register", &user.words()).await?;
        expect(&reply, 202, "registering")?;
        Ok(user)
    }

    /// A user with an account and a browser that is in.
    ///
    /// # Errors
    /// When it cannot be opened, or does not log in.
    pub async fn logged_in(&self, name: &str) -> Outcome<(User, Browser)> {
        let user = self.user(name).await?;
        let mut browser = self.browser("192.0.2.2");
        browser.log_in(&user).await?;
        Ok((user, browser))
    }

    /// A user with a second factor, and the browser that enrolled it.
    ///
    /// # Errors
    /// When it cannot be enrolled.
    pub async fn with_factor(&self, name: &str) -> Outcome<(User, Browser)> {
        let (mut user, mut browser) = self.logged_in(name).await?;
        let given = browser
            .post("/factor/enrol", &json!({ "password": user.password }))
            .await?;
        expect(&given, 200, "enrolling a second factor")?;
        let secret = given.json()?["secret"].as_str().unwrap_or_default().to_owned();
        user.factor = Some(secret);
        let reply = browser
            .post("/factor/confirm", &json!({ "code": self.code(&user)? }))
            .await?;
        expect(&reply, 200, "confirming a second factor")?;
        let codes = reply.json()?["recovery_codes"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        user.recovery_codes = codes
            .iter()
            .filter_map(|code| code.as_str().map(str::to_owned))
            .collect();
        Ok((user, browser))
    }

    /// What the user's app shows now.
    ///
    /// # Errors
    /// When there is no app.
    pub fn code(&self, user: &User) -> Outcome<String> {
        let secret = user
            .factor
            .as_deref()
            .ok_or_else(|| Failure::new("the user has no second factor"))?;
        let now = u64::try_from(self.service.clock.now()).unwrap_or_default();
        Ok(
            factor::codes(secret, &user.name, &self.service.definition.system)?
                .generate(now)
                .to_string(),
        )
    }

    /// The secret of the last way back in that was sent to a name. Post takes a moment.
    ///
    /// # Errors
    /// When nothing comes.
    pub async fn secret_by_post(&self, name: &str) -> Outcome<String> {
        for _ in 0..200 {
            let sent = self.service.post.sent_to(name);
            if let Some(secret) = sent.into_iter().rev().find_map(|message| message.secret) {
                return Ok(secret);
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        Err(Failure::new(format_args!("no way back in was sent to `{name}`")))
    }

    /// Stops it.
    ///
    /// # Errors
    /// When serving had failed.
    pub async fn stop(self) -> Outcome<()> {
        self.live.stop().await
    }
}

impl Browser {
    /// A browser that never was there.
    pub fn new(service: std::net::SocketAddr, cookie_name: &str, address: &str) -> Self {
        Browser {
            client: Client::new(service),
            cookie_name: cookie_name.to_owned(),
            session: None,
            set_cookie: String::new(),
            address: address.to_owned(),
        }
    }

    /// Sends something that changes something.
    ///
    /// # Errors
    /// When the service does not answer.
    pub async fn post(&mut self, path: &str, body: &Value) -> Outcome<Reply> {
        self.send(Call::new("POST", path).with_json(body)).await
    }

    /// Asks.
    ///
    /// # Errors
    /// When the service does not answer.
    pub async fn get(&mut self, path: &str) -> Outcome<Reply> {
        self.send(Call::new("GET", path)).await
    }

    /// Sends anything, with the cookie, and keeps the cookie that comes.
    ///
    /// # Errors
    /// When the service does not answer.
    pub async fn send(&mut self, call: Call) -> Outcome<Reply> {
        let mut call = call.with_header("x-forwarded-for", self.address.clone());
        if let Some(session) = &self.session {
            call = call.with_header("cookie", format!("{}={session}", self.cookie_name));
        }
        let reply = self.client.send(&call).await?;
        if let Some(line) = reply.header("set-cookie") {
            self.set_cookie = line.to_owned();
            let set = cookie::Cookie::parse(line.to_owned()).during("reading a cookie")?;
            self.session = Some(set.value().to_owned()).filter(|value| !value.is_empty());
        }
        Ok(reply)
    }

    /// Logs in by name and password.
    ///
    /// # Errors
    /// When that is refused.
    pub async fn log_in(&mut self, user: &User) -> Outcome<Reply> {
        let reply = self.post("/login", &user.words()).await?;
        expect(&reply, 200, "logging in")?;
        Ok(reply)
    }

    /// Whether it is in.
    ///
    /// # Errors
    /// When the service does not answer.
    pub async fn is_in(&mut self) -> Outcome<bool> {
        Ok(self.get("/me").await?.status == 200)
    }
}

/// The status is that, or the trial has failed.
///
/// # Errors
/// Says what came instead.
pub fn expect(reply: &Reply, status: u16, doing: &str) -> Outcome<()> {
    ensure(
        reply.status == status,
        format_args!(
            "{doing} was answered with {} instead of {status}: {}",
            reply.status,
            String::from_utf8_lossy(&reply.body)
        ),
    )
}
