//! Which login is live: the new one beside the former, with the accounts of the former taken over. `serve` serves what is live.

use std::{path::Path, process::Stdio, time::Duration};

use examples::{
    authentication_plan::artifacts::{Deployment, IntegrationRecord},
    client::Call,
    failure::{During, Failure, Outcome, ensure},
    outputs::Outputs,
};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};

use super::alerts::{self, Watch, count};
use crate::{
    analysis,
    bed::{Browser, User, expect},
    building,
    service::{
        ADMIN_FILE,
        definition::{Definition, Guessing, OWN_AUDIENCE, Passwords, Sessions},
        events, store,
    },
};

/// Says which login is live, relative to the folder of the run.
pub const LIVE_FILE: &str = "live/current.json";
/// The new login.
const RELEASE: &str = "live/release";
/// The former one.
const FORMER: &str = "live/former";
/// The users that the former login is tried with, readable by their owner only.
const FORMER_USERS_FILE: &str = "secrets/former_users.json";
/// What is served in a folder.
const SERVED_FILE: &str = "service.json";
/// How long the trial may take; the child ends by itself then.
const TRIAL_S: u64 = 300;

/// Which login is live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    /// Its folder, relative to the folder of the run.
    pub folder: String,
    /// What it is called.
    pub version: String,
}

/// What is live, if anything.
///
/// # Errors
/// When the file is damaged.
pub fn live(outputs: &Outputs) -> Outcome<Option<Live>> {
    match outputs.read(LIVE_FILE) {
        Ok(text) => serde_json::from_slice(&text).during(format_args!("reading `{LIVE_FILE}`")),
        Err(_) => Ok(None),
    }
}

/// What the folder of a login is told to do.
///
/// # Errors
/// When it is no such folder.
pub fn served(folder: &Outputs) -> Outcome<Definition> {
    serde_json::from_slice(&folder.read(SERVED_FILE)?).during(format_args!("reading `{SERVED_FILE}`"))
}

/// Sets up the former login that the mandate speaks of, with a few accounts, since the sample has none of its own: passwords
/// alone, at a cost of years ago. Doing it again changes nothing.
///
/// # Errors
/// When the disk refuses.
pub fn found_former(outputs: &Outputs) -> Outcome<()> {
    let assignment = analysis::assignment(outputs)?;
    let Some(name) = assignment.replaces else {
        return Ok(());
    };
    if live(outputs)?.is_some() {
        return Ok(());
    }
    let folder = Outputs::open(&crate::team::PLACE, &outputs.place(FORMER))?;
    let definition = Definition {
        system: assignment.system,
        groups: assignment.groups,
        passwords: Passwords {
            memory_kib: 4_096,
            iterations: 1,
            lanes: 1,
            chars_at_least: 8,
        },
        guessing: Guessing {
            slowed_after: 50,
            locked_after: 100,
            locked_for_s: 60,
            per_address_per_min: 1_000,
        },
        sessions: Sessions {
            cookie: "shop_session".to_owned(),
            idle_s: 86_400,
            absolute_s: 604_800,
            devices_at_most: 50,
        },
        tokens: None,
        recovery: None,
        factor: None,
        providers: Vec::new(),
        kept_days: 3_650,
        proxies: Vec::new(),
        origins: Vec::new(),
        weaknesses: std::collections::BTreeSet::new(),
    };
    folder.write_json(SERVED_FILE, &definition)?;
    let accounts = store::open(&folder.place(store::FILE))?;
    let mut users = Vec::new();
    for name in ["rosa", "emil", "tove"] {
        let user = User::new(name)?;
        let hash = building::old_hash(&user.password)?;
        let group = definition.groups.first().cloned().unwrap_or_default();
        accounts
            .execute(
                "INSERT OR REPLACE INTO accounts (name, team, password, made_at) VALUES (?1, ?2, ?3, 1546300800)",
                (&user.name, group, hash),
            )
            .during("filling the former login")?;
        users.push(json!({ "name": user.name, "password": user.password }));
    }
    folder.sweep();
    outputs.write_secret(FORMER_USERS_FILE, &Value::from(users).to_string())?;
    outputs
        .write_json(
            LIVE_FILE,
            &Live {
                folder: FORMER.to_owned(),
                version: name,
            },
        )
        .map(drop)
}

/// The first user of the former login.
///
/// # Errors
/// When there is none.
pub fn former_user(outputs: &Outputs) -> Outcome<Option<User>> {
    let Ok(text) = outputs.read(FORMER_USERS_FILE) else {
        return Ok(None);
    };
    let users: Vec<Value> = serde_json::from_slice(&text).during("reading the users of the former login")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(users.first().map(|user| User {
        name: text(&user["name"]),
        password: text(&user["password"]),
        factor: None,
        recovery_codes: Vec::new(),
    }))
}

/// Tries the new login as a process of its own, with every alert caused once; then puts it beside the former, takes the accounts
/// over, sees somebody of before log in, and makes it live.
///
/// # Errors
/// When an alert does not fire, or somebody of before cannot log in.
pub async fn deploy(integrated: &IntegrationRecord, outputs: &Outputs) -> Outcome<(Deployment, u64)> {
    let assignment = analysis::assignment(outputs)?;
    for application in &assignment.applications {
        let mut connections = integrated.connections.iter();
        let connected = connections.any(|connection| connection.point == *application);
        ensure(
            connected,
            format_args!("`{application}` is not connected; integrate it first"),
        )?;
    }
    let definition = building::read_definition(outputs)?;
    let former = Some(outputs.place(FORMER).join(store::FILE)).filter(|store| store.is_file());
    let alerts = alerts::write(&definition, outputs)?;
    let scratch = outputs.scratch()?;
    let tried = Outputs::open(&crate::team::PLACE, scratch.path())?;
    set_up(&tried, &definition, former.as_deref())?;
    let child = Child::start(tried.root()).await?;
    let fired = cause_alerts(&child, &tried, &definition).await;
    child.stop().await?;
    let alerts_tried = fired?;
    let folder = Outputs::open(&crate::team::PLACE, &outputs.place(RELEASE))?;
    let version = set_up(&folder, &definition, former.as_deref())?;
    let child = Child::start(folder.root()).await?;
    let raised = see_former_user(&child, &definition, outputs).await;
    let address = child.address.to_string();
    child.stop().await?;
    let raised = raised?;
    let live = Live {
        folder: RELEASE.to_owned(),
        version: version.clone(),
    };
    outputs.write_json(LIVE_FILE, &live)?;
    folder.sweep();
    let audit_fields = events::FIELDS.iter().map(|&field| field.to_owned()).collect();
    let version_before = assignment.replaces;
    Ok((
        Deployment {
            version,
            address,
            version_before,
            alerts,
            alerts_tried,
            audit_fields,
        },
        raised,
    ))
}

/// A folder with what is served and the accounts of before; those that are there already stay. The version.
fn set_up(folder: &Outputs, definition: &Definition, former: Option<&Path>) -> Outcome<String> {
    let accounts = folder.place(store::FILE);
    if let Some(former) = former.filter(|_| !accounts.is_file()) {
        take_over(former, &accounts)?;
    }
    let written = folder.write_json(SERVED_FILE, definition)?;
    Ok(written.sha256.chars().take(12).collect())
}

/// Brings the former login back: it is live again, with its accounts as they were. What the new one holds is kept for whoever
/// looks for what went wrong.
///
/// # Errors
/// When the disk refuses.
pub fn withdraw(outputs: &Outputs) -> Outcome<Option<Live>> {
    let replaces = analysis::assignment(outputs)?.replaces;
    if let Some(version) = replaces {
        let former = Live {
            folder: FORMER.to_owned(),
            version,
        };
        outputs.write_json(LIVE_FILE, &former)?;
        return Ok(Some(former));
    }
    match std::fs::remove_file(outputs.place(LIVE_FILE)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).during("taking the login out of service")
        }
        _ => Ok(None),
    }
}

/// The accounts, whole or not at all.
fn take_over(from: &Path, to: &Path) -> Outcome<()> {
    let copy = || -> rusqlite::Result<()> {
        let from = Connection::open(from)?;
        let new = to.with_extension("new");
        let _ = std::fs::remove_file(&new);
        let mut into = Connection::open(&new)?;
        rusqlite::backup::Backup::new(&from, &mut into)?.run_to_completion(100, Duration::ZERO, None)?;
        // Nobody is logged in at the new login because they were at the old one.
        into.execute("DELETE FROM sessions", [])?;
        Ok(())
    };
    copy().during("taking over the accounts of the former login")?;
    std::fs::rename(to.with_extension("new"), to).during("taking over the accounts of the former login")
}

/// The service as a process of its own.
struct Child {
    process: tokio::process::Child,
    address: std::net::SocketAddr,
}

impl Child {
    async fn start(folder: &Path) -> Outcome<Self> {
        let program = std::env::current_exe().during("finding this program")?;
        let mut command = tokio::process::Command::new(program);
        command.arg("serve").arg(folder);
        command.args(["--port", "0", "--until-stdin-ends", "--for", &TRIAL_S.to_string()]);
        // It ends when this end of the pipe does, even if this process is killed.
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true);
        let mut process = command.spawn().during("starting the service")?;
        let stdout = process
            .stdout
            .take()
            .ok_or_else(|| Failure::new("the service says nothing"))?;
        let mut lines = BufReader::new(stdout).lines();
        let first = tokio::time::timeout(Duration::from_secs(30), lines.next_line());
        let line = first
            .await
            .during("waiting for the service")?
            .during("hearing the service")?
            .unwrap_or_default();
        let address = line
            .split("http://")
            .nth(1)
            .and_then(|rest| rest.split_whitespace().next())
            .unwrap_or_default();
        let address = address
            .parse()
            .during(format_args!("reading where the service is from `{line}`"))?;
        Ok(Child { process, address })
    }

    async fn stop(mut self) -> Outcome<()> {
        self.process.kill().await.during("stopping the service")
    }
}

/// Somebody of before logs in and out. How many hashes that raised.
async fn see_former_user(child: &Child, definition: &Definition, outputs: &Outputs) -> Outcome<u64> {
    let mut browser = Browser::new(child.address, &definition.sessions.cookie, "192.0.2.51");
    expect(&browser.get("/health").await?, 200, "asking how it is")?;
    if let Some(user) = former_user(outputs)? {
        browser.log_in(&user).await?;
        expect(&browser.post("/logout", &json!({})).await?, 200, "logging out")?;
    }
    let metrics = browser.get("/metrics").await?;
    Ok(count(&String::from_utf8_lossy(&metrics.body), "hash_raised"))
}

/// Each alert is caused once. Which fired.
async fn cause_alerts(child: &Child, folder: &Outputs, definition: &Definition) -> Outcome<Vec<String>> {
    let mut drill = Drill::new(child, folder, definition)?;
    drill.enter().await?;
    let mut fired = Vec::new();
    for watch in alerts::watches(definition) {
        drill.cause(watch).await?;
        fired.push(watch.name.to_owned());
    }
    Ok(fired)
}

/// Causes alerts.
struct Drill<'a> {
    child: &'a Child,
    cookie: String,
    admin: String,
    user: User,
    /// In, with a second factor where there is one.
    inside: Browser,
    nth: u32,
}

/// No alert needs more than this.
const TRIES_AT_MOST: u32 = 80;

impl<'a> Drill<'a> {
    fn new(child: &'a Child, folder: &Outputs, definition: &Definition) -> Outcome<Self> {
        let cookie = definition.sessions.cookie.clone();
        let inside = Browser::new(child.address, &cookie, "192.0.2.52");
        let admin = String::from_utf8_lossy(&folder.read(ADMIN_FILE)?).into_owned();
        Ok(Drill {
            child,
            cookie,
            admin,
            user: User::new("drill")?,
            inside,
            nth: 0,
        })
    }

    fn browser(&self, address: &str) -> Browser {
        Browser::new(self.child.address, &self.cookie, address)
    }

    async fn metrics(&self) -> Outcome<String> {
        Ok(String::from_utf8_lossy(&self.browser("192.0.2.50").get("/metrics").await?.body).into_owned())
    }

    async fn enter(&mut self) -> Outcome<()> {
        expect(
            &self.inside.post("/register", &self.user.words()).await?,
            202,
            "registering",
        )?;
        self.inside.log_in(&self.user).await.map(drop)
    }

    /// It is quiet before, and fires once the thing is done often enough.
    async fn cause(&mut self, watch: &Watch) -> Outcome<()> {
        let before = self.metrics().await?;
        ensure(
            !watch.fires(&before, &self.metrics().await?),
            format_args!("the alert `{}` fires although nothing happened", watch.name),
        )?;
        for _ in 0..TRIES_AT_MOST {
            self.nth += 1;
            self.act(watch.event).await?;
            if watch.fires(&before, &self.metrics().await?) {
                return Ok(());
            }
        }
        Err(Failure::new(format_args!(
            "the alert `{}` was not fired by {TRIES_AT_MOST} times {}",
            watch.name, watch.event
        )))
    }

    async fn act(&mut self, event: &str) -> Outcome<()> {
        let nth = self.nth;
        let anywhere = format!("198.51.100.{}", nth % 250);
        let guess = |name: String| json!({ "name": name, "password": "a wrong guess" });
        let mut other = self.browser(&anywhere);
        match event {
            "guess_refused" => drop(
                other
                    .post("/login", &guess("guessed@quayside.example".to_owned()))
                    .await?,
            ),
            "login_failed" => drop(
                other
                    .post("/login", &guess(format!("sprayed{nth}@quayside.example")))
                    .await?,
            ),
            "address_limited" => {
                other.address = "198.51.100.251".to_owned();
                drop(
                    other
                        .post("/login", &guess(format!("swept{nth}@quayside.example")))
                        .await?,
                );
            }
            "factor_failed" => {
                self.inside.address = anywhere;
                // A secret that nobody confirms; guesses at it count as those at a login.
                if nth.is_multiple_of(2) || self.user.factor.is_none() {
                    let given = self
                        .inside
                        .post("/factor/enrol", &json!({ "password": self.user.password }))
                        .await?;
                    self.user.factor = given.json()?["secret"].as_str().map(str::to_owned);
                }
                drop(
                    self.inside
                        .post("/factor/confirm", &json!({ "code": "000000" }))
                        .await?,
                );
            }
            "refresh_reused" => {
                let given = self
                    .inside
                    .post("/token", &json!({ "audience": OWN_AUDIENCE }))
                    .await?
                    .json()?;
                let body = json!({ "refresh_token": given["refresh_token"] });
                self.inside.post("/token/refresh", &body).await?;
                self.inside.post("/token/refresh", &body).await?;
            }
            "token_refused" => drop(
                other
                    .send(Call::new("GET", "/userinfo").with_token("a.forged.token"))
                    .await?,
            ),
            "key_withdrawn" => {
                let keys = other.get("/.well-known/jwks.json").await?.json()?;
                let body = json!({ "kid": keys["keys"][0]["kid"] });
                let call = Call::new("POST", "/admin/keys/withdraw")
                    .with_token(&self.admin)
                    .with_json(&body);
                expect(&other.send(call).await?, 200, "withdrawing a key")?;
            }
            "admin_refused" => drop(other.post("/admin/keys/rotate", &json!({})).await?),
            "recovery_requested" => drop(
                other
                    .post(
                        "/recovery",
                        &json!({ "name": format!("lost{nth}@quayside.example") }),
                    )
                    .await?,
            ),
            "origin_refused" => {
                drop(
                    other
                        .send(Call::new("POST", "/logout").with_header("origin", "https://evil.example"))
                        .await?,
                );
            }
            event => return Err(Failure::new(format_args!("nobody knows how to cause `{event}`"))),
        }
        Ok(())
    }
}
