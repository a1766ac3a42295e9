//! Which login is live: the new one beside the former, with the accounts of the former taken over. `serve` serves what is live.

use std::{path::Path, process::Stdio, time::Duration};

use examples::{
    authentication_plan::artifacts::{Deployment, IntegrationRecord},
    failure::{During, Failure, Outcome, ensure},
    outputs::Outputs,
};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};

use super::{
    alerts::{self, count},
    causes,
};
use crate::{
    analysis,
    bed::{Browser, User, expect},
    building,
    service::{
        definition::{Definition, Guessing, Passwords, Sessions},
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
    let text = outputs.read_if_there(LIVE_FILE)?;
    text.map(|text| serde_json::from_slice(&text).during(format_args!("reading `{LIVE_FILE}`")))
        .transpose()
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
    let fired = causes::cause_all(child.address, &tried, &definition).await;
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
    let new = to.with_extension("new");
    let _ = std::fs::remove_file(&new);
    store::make_closed(&new)?;
    let copy = || -> rusqlite::Result<()> {
        let from = Connection::open(from)?;
        let mut into = Connection::open(&new)?;
        rusqlite::backup::Backup::new(&from, &mut into)?.run_to_completion(100, Duration::ZERO, None)?;
        // Nobody is logged in at the new login because they were at the old one.
        into.execute("DELETE FROM sessions", [])?;
        Ok(())
    };
    copy().during("taking over the accounts of the former login")?;
    std::fs::rename(&new, to).during("taking over the accounts of the former login")
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
