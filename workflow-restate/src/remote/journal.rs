//! From the rows of the engine's own journal to what the run kept.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use workflow_runtime::__engine::{Entry, EntryKind};
use workflow_runtime::RuntimeError;

use super::invocations::Standing;
use crate::names::{ATTEMPT, AttemptTask, Given, kept_late};
use crate::server::{Server, quoted};

/// A row of `sys_journal`.
#[derive(Debug, Deserialize)]
pub(super) struct Row {
    index: u32,
    entry_type: String,
    #[serde(default)]
    entry_json: String,
    at_ms: u64,
}

/// The rows of an invocation, in order.
pub(super) async fn read(server: &Server, what: &str, invocation: &str) -> Result<Vec<Row>, RuntimeError> {
    let sql = format!(
        "select index, entry_type, entry_json, arrow_cast(appended_at, 'Int64') as at_ms \
         from sys_journal where id = {} order by index",
        quoted(invocation)
    );
    server.rows(what, &sql).await
}

/// What was kept by an invocation of this service, and how it stands.
pub(super) fn entries(service: &str, rows: &[Row]) -> Result<(Vec<Entry>, Standing), String> {
    let mut reading = Reading {
        service,
        open: HashMap::new(),
        last_run: None,
        entries: Vec::new(),
        standing: Standing::default(),
    };
    for row in rows {
        let kind = reading
            .kind(row)
            .map_err(|error| format!("entry {}: {error}", row.index))?;
        reading.entries.extend(kind.map(|kind| Entry {
            at_ms: row.at_ms,
            kind,
        }));
        reading.standing.last_ms = row.at_ms;
        reading.standing.awaits_last = row.entry_type == "Command: GetPromise";
    }
    let mut standing = reading.standing;
    let open = || reading.open.values();
    standing.open_work = open()
        .filter(|open| matches!(open, Open::Work(_) | Open::Late(_)))
        .count();
    standing.open_timers = open().filter(|open| matches!(open, Open::Timer)).count();
    let promises = reading.open.iter().filter_map(|(completion, open)| match open {
        Open::Promise(key) => Some((completion, key)),
        _ => None,
    });
    standing.awaits = promises.max().map(|(_, key)| key.clone());
    Ok((reading.entries, standing))
}

struct Reading<'a> {
    service: &'a str,
    /// What has no result yet, by the number of its completion. They are given out in order.
    open: HashMap<u32, Open>,
    /// The work that was begun last: its completion, and its name.
    last_run: Option<(u32, String)>,
    entries: Vec<Entry>,
    standing: Standing,
}

enum Open {
    Work(String),
    /// The result of that work is kept once more.
    Late(String),
    Promise(String),
    Timer,
}

#[derive(Deserialize)]
struct Input {
    payload: Vec<u8>,
}

#[derive(Deserialize)]
struct Begun {
    completion_id: u32,
    #[serde(default)]
    name: String,
    /// Of a promise.
    #[serde(default)]
    key: String,
}

#[derive(Deserialize)]
struct Call {
    request: Request,
    result_completion_id: u32,
}

#[derive(Deserialize)]
struct Request {
    invocation_target: HashMap<String, Target>,
    parameter: Vec<u8>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    handler: String,
}

#[derive(Deserialize)]
struct Completion {
    completion_id: u32,
    #[serde(default)]
    result: Outcome,
}

#[derive(Deserialize, Default)]
enum Outcome {
    Success(Vec<u8>),
    Failure(IgnoredAny),
    #[default]
    Void,
}

#[derive(Deserialize)]
struct Signal {
    id: HashMap<String, serde_json::Value>,
}

impl Reading<'_> {
    fn kind(&mut self, row: &Row) -> Result<Option<EntryKind>, String> {
        Ok(match row.entry_type.as_str() {
            "Command: Input" => Some(EntryKind::Begun(text(command::<Input>(row)?.payload)?)),
            "Command: Run" => {
                let Begun {
                    completion_id, name, ..
                } = command(row)?;
                self.run(completion_id, name)
            }
            "Command: Call" => self.call(command(row)?)?,
            "Command: GetPromise" => {
                let Begun {
                    completion_id, key, ..
                } = command(row)?;
                self.open.insert(completion_id, Open::Promise(key.clone()));
                Some(EntryKind::Awaits(key))
            }
            "Command: Sleep" => {
                let Begun { completion_id, .. } = command(row)?;
                self.open.insert(completion_id, Open::Timer);
                None
            }
            "Notification: Run"
            | "Notification: Call"
            | "Notification: GetPromise"
            | "Notification: Sleep" => self.completion(completion(row)?)?,
            "Notification: Signal" => {
                let Signal { id } = command(row)?;
                // Those with names are not the engine's.
                let cancelled = id.get("Index").and_then(serde_json::Value::as_u64) == Some(1);
                cancelled.then_some(EntryKind::Stopped)
            }
            _ => None,
        })
    }

    fn run(&mut self, completion: u32, name: String) -> Option<EntryKind> {
        match self.last_run.take() {
            Some((first, plain)) if name == kept_late(&plain) => {
                // The run never heard of the first result, wherever it stands.
                self.open.remove(&first);
                let kept =
                    |entry: &Entry| matches!(&entry.kind, EntryKind::Kept { name, .. } if *name == plain);
                let tried = |entry: &Entry| matches!(&entry.kind, EntryKind::Trying(name) if *name == plain);
                let since = self.entries.iter().rposition(tried).unwrap_or_default();
                let mut place = 0..;
                self.entries
                    .retain(|entry| place.next() < Some(since) || !kept(entry));
                self.open.insert(completion, Open::Late(plain.clone()));
                self.last_run = Some((completion, plain));
                None
            }
            _ => {
                self.open.insert(completion, Open::Work(name.clone()));
                self.last_run = Some((completion, name.clone()));
                Some(EntryKind::Trying(name))
            }
        }
    }

    fn call(&mut self, call: Call) -> Result<Option<EntryKind>, String> {
        let Request {
            invocation_target,
            parameter,
        } = call.request;
        let ours = |target: &Target| target.name == self.service && target.handler == ATTEMPT;
        if !invocation_target.values().any(ours) {
            return Ok(None);
        }
        let task: AttemptTask = serde_json::from_slice(&parameter).map_err(|error| error.to_string())?;
        self.open
            .insert(call.result_completion_id, Open::Work(task.name.clone()));
        Ok(Some(EntryKind::Trying(task.name)))
    }

    fn completion(&mut self, completion: Completion) -> Result<Option<EntryKind>, String> {
        let begun = self.open.remove(&completion.completion_id);
        let Outcome::Success(bytes) = completion.result else {
            return Ok(None);
        };
        Ok(match begun {
            Some(Open::Work(name)) => Some(EntryKind::Kept {
                name,
                text: text(bytes)?,
            }),
            Some(Open::Late(name)) => {
                let text = text(bytes)?;
                (!text.is_empty()).then_some(EntryKind::Kept { name, text })
            }
            Some(Open::Promise(key)) => Some(EntryKind::Given {
                key,
                text: given(bytes)?,
            }),
            Some(Open::Timer) | None => None,
        })
    }
}

/// Who gave it matters only to the givers.
fn given(bytes: Vec<u8>) -> Result<String, String> {
    let given: Given = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    Ok(given.text.get().to_owned())
}

fn text(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

/// `{"Command": {"Run": {..}}}`
fn command<T: DeserializeOwned>(row: &Row) -> Result<T, String> {
    only(only(read_json::<One<One<T>>>(row)?)?)
}

/// `{"Notification": {"Completion": {"Run": {..}}}}`
fn completion<T: DeserializeOwned>(row: &Row) -> Result<T, String> {
    only(only(only(read_json::<One<One<One<T>>>>(row)?)?)?)
}

type One<T> = HashMap<String, T>;

fn only<T>(one: One<T>) -> Result<T, String> {
    one.into_values().next().ok_or_else(|| "it is empty".to_owned())
}

fn read_json<T: DeserializeOwned>(row: &Row) -> Result<T, String> {
    serde_json::from_str(&row.entry_json).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests;
