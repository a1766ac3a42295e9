//! How a team's service is started and called, in whatever language it is written: programs, calls, stand-ins.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::evidence::RequirementId;
use crate::faults::Faults;

/// A program with its arguments. Words in braces are filled in when it is started:
///
/// | word | becomes |
/// |---|---|
/// | `{program}` | the program that runs this plan; it brings a sample service along |
/// | `{workspace}` | the folder of the workspace that the plan's program was built in |
/// | `{port}` | a free port of the loopback interface |
/// | `{database}` | a file that is not there yet |
/// | `{token.CALLER}` | a token for that caller, a new one for each start |
/// | `{neighbour.NAME}` | host and port of the stand-in for that neighbour |
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Launch {
    /// The program; no shell reads it.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Variables that are set for it, beside those of the program that runs this plan.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
}

/// The service, as tests start it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// What is started.
    pub launch: Launch,
    /// The path that answers 200 as soon as the service is ready.
    pub ready: String,
    /// How long it may take until it is, in seconds.
    pub ready_within_s: u32,
    /// Who calls it with a token.
    pub callers: Vec<String>,
    /// The systems that it calls.
    #[serde(default)]
    pub neighbours: Vec<StandIn>,
    /// The file that says which versions it is built from, as cargo writes it.
    pub lock_file: Option<String>,
}

/// A neighbour, stood in for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandIn {
    /// The neighbour.
    pub name: String,
    /// Where the contract is written that the answers are made from, with the version.
    pub contract: String,
    /// What it answers.
    pub answers: Vec<StandInAnswer>,
}

/// What a stand-in answers to one route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandInAnswer {
    /// The method and path, as in `POST /labels`.
    pub route: String,
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Value,
}

/// How a neighbour fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeighbourFault {
    /// Nobody listens.
    Away,
    /// It accepts and never answers.
    Silent,
    /// It answers each call with 500.
    Broken,
    /// It answers with something else than its contract says.
    Nonsense,
    /// Somebody else holds it for themselves: of a database.
    Locked,
}

/// A call of the service. In its path and in the texts of its body, `{unique}` becomes six digits that no other call has,
/// and `{NAME}` what an earlier call kept under that name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleCall {
    /// The operation, by id.
    pub operation: String,
    /// The method and path, as in `GET /v1/parcels/{parcel}`.
    pub route: String,
    /// Who calls; nobody in particular, where it is missing.
    pub caller: Option<String>,
    /// What is sent, as JSON.
    pub body: Option<Value>,
    /// What later calls need of the answer: a name, and where it stands, as in `/id`.
    #[serde(default)]
    pub keeps: BTreeMap<String, String>,
    /// Whether it succeeds as often as one likes.
    #[serde(default)]
    pub repeatable: bool,
}

/// A test or a case, and the requirement that it shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shown {
    /// The requirement.
    pub requirement: RequirementId,
    /// The test.
    pub test: String,
}

/// The method and path of `GET /v1/parcels`.
#[must_use]
pub fn split_route(route: &str) -> Option<(&str, &str)> {
    let (method, path) = route.split_once(' ')?;
    let known = ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method);
    (known && path.starts_with('/')).then_some((method, path))
}

/// The words in braces that a text holds.
pub fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(word, _)| word))
}

/// Notes what keeps a program from being started.
pub(super) fn require_startable(faults: &mut Faults, field: &str, launch: &Launch, needs: &[&str]) {
    faults.require_text(&launch.program, format!("{field}.program"));
    let texts = launch.arguments.iter().chain(launch.environment.values());
    let words: BTreeSet<&str> = texts.flat_map(|text| placeholders(text)).collect();
    for need in needs {
        let fault = format!("has no `{{{need}}}`; say where it takes it");
        faults.require(words.contains(need), format!("{field}.arguments"), fault);
    }
}

/// Notes what keeps a service from being started for a test.
pub(super) fn require_service(faults: &mut Faults, field: &str, service: &Service) {
    require_startable(faults, &format!("{field}.launch"), &service.launch, &["port"]);
    let ready = service.ready.starts_with('/');
    faults.require(
        ready,
        format!("{field}.ready"),
        "is no path; name one that answers 200",
    );
    faults.require(
        service.ready_within_s > 0,
        format!("{field}.ready_within_s"),
        "is 0",
    );
    for neighbour in &service.neighbours {
        let name = |name: &str| format!("{field}.neighbours.{}.{name}", neighbour.name);
        faults.require_text(&neighbour.contract, name("contract"));
        faults.require_some(&neighbour.answers, name("answers"));
        for answer in &neighbour.answers {
            let fault = format!("has `{}`, which is no method and path", answer.route);
            faults.require(split_route(&answer.route).is_some(), name("answers"), fault);
        }
    }
    let texts = service
        .launch
        .arguments
        .iter()
        .chain(service.launch.environment.values());
    for word in texts.flat_map(|text| placeholders(text)) {
        let known = match word.split_once('.') {
            Some(("token", caller)) => service.callers.iter().any(|known| known == caller),
            Some(("neighbour", name)) => service.neighbours.iter().any(|known| known.name == name),
            _ => ["program", "workspace", "port", "database"].contains(&word),
        };
        let fault = format!("has `{{{word}}}`, which nothing stands for");
        faults.require(known, format!("{field}.launch"), fault);
    }
}

/// Notes what is wrong with calls that are made one after the other.
pub(super) fn require_calls(faults: &mut Faults, field: &str, calls: &[SampleCall], callers: &[String]) {
    let mut kept: BTreeSet<&str> = BTreeSet::from(["unique"]);
    for call in calls {
        let name = |name: &str| format!("{field}.{}.{name}", call.operation);
        let fault = format!("is `{}`, not a method and a path", call.route);
        faults.require(split_route(&call.route).is_some(), name("route"), fault);
        if let Some(caller) = &call.caller {
            let known = callers.contains(caller);
            faults.require(
                known,
                name("caller"),
                format!("names `{caller}`, who is none of the service's `callers`"),
            );
        }
        for word in placeholders(&call.route) {
            let fault = format!("needs `{{{word}}}`, which no call before it keeps");
            faults.require(kept.contains(word), name("route"), fault);
        }
        kept.extend(call.keeps.keys().map(String::as_str));
    }
}
