//! From the rows of the engine's own journal to what the run kept.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use workflow_runtime::__engine::{Entry, EntryKind};
use workflow_runtime::RuntimeError;

use super::invocations::Standing;
use super::server::{Server, quoted};
use crate::names::{ATTEMPT, AttemptTask, Given, KEPT_LATE};

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
        unknown: None,
        standing: Standing::default(),
    };
    let mut entries = Vec::new();
    for row in rows {
        let kind = reading
            .kind(row)
            .map_err(|error| format!("entry {}: {error}", row.index))?;
        if let Some(name) = reading.unknown.take() {
            forget(&mut entries, &name);
        }
        entries.extend(kind.map(|kind| Entry {
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
    Ok((entries, standing))
}

/// The run never heard of the newest result of that work, and has it done again.
fn forget(entries: &mut Vec<Entry>, work: &str) {
    let newest = entries.iter().rposition(|entry| match &entry.kind {
        EntryKind::Trying(name) | EntryKind::Kept { name, .. } => name == work,
        _ => false,
    });
    let kept = newest.filter(|at| {
        matches!(
            entries.get(*at),
            Some(Entry {
                kind: EntryKind::Kept { .. },
                ..
            })
        )
    });
    if let Some(at) = kept {
        entries.remove(at);
    }
}

struct Reading<'a> {
    service: &'a str,
    /// What has no result yet, by the number of its completion. They are given out in order.
    open: HashMap<u32, Open>,
    /// Work whose result the run never heard of.
    unknown: Option<String>,
    standing: Standing,
}

enum Open {
    Work(String),
    /// What is kept a second time: see [`names::kept_late`](crate::names::kept_late).
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
                if let Some(name) = name.strip_prefix(KEPT_LATE) {
                    self.open.insert(completion_id, Open::Late(name.to_owned()));
                    return Ok(None);
                }
                self.open.insert(completion_id, Open::Work(name.clone()));
                Some(EntryKind::Trying(name))
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
            Some(Open::Promise(key)) => Some(EntryKind::Given {
                key,
                text: given(bytes)?,
            }),
            Some(Open::Late(name)) => {
                self.unknown = Some(name).filter(|_| bytes.is_empty());
                None
            }
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
mod tests {
    use serde_json::json;
    use workflow_runtime::__engine::EntryKind::{self, Awaits, Begun, Given, Kept, Stopped, Trying};

    use super::{Row, Standing, entries};

    const SERVICE: &str = "Flow.0123456789ab";

    /// Rows as the server answers: the type of each, and its JSON.
    fn rows(of: &[(&str, serde_json::Value)]) -> Vec<Row> {
        let row = |(index, (entry_type, entry)): (usize, &(&str, serde_json::Value))| {
            let row = json!({"index": index, "entry_type": entry_type, "entry_json": entry.to_string(), "at_ms": index});
            serde_json::from_value(row).unwrap()
        };
        of.iter().enumerate().map(row).collect()
    }

    fn read(of: &[(&str, serde_json::Value)]) -> (Vec<EntryKind>, Standing) {
        let (entries, standing) = entries(SERVICE, &rows(of)).unwrap();
        (entries.into_iter().map(|entry| entry.kind).collect(), standing)
    }

    fn bytes(text: &str) -> serde_json::Value {
        json!(text.as_bytes())
    }

    fn input() -> (&'static str, serde_json::Value) {
        let headers = json!([{"name": "accept", "value": "*/*"}]);
        let input = json!({"headers": headers, "payload": bytes(r#"{"begun":1}"#), "name": ""});
        ("Command: Input", json!({"Command": {"Input": input}}))
    }

    fn begun(kind: &str, completion: u32, more: &str) -> serde_json::Value {
        let field = if kind == "GetPromise" { "key" } else { "name" };
        json!({"Command": {kind: {"completion_id": completion, field: more}}})
    }

    fn done(kind: &str, completion: u32, result: serde_json::Value) -> serde_json::Value {
        json!({"Notification": {"Completion": {kind: {"completion_id": completion, "result": result}}}})
    }

    fn call(handler: &str, completion: u32) -> serde_json::Value {
        let target = json!({"name": SERVICE, "key": "it's", "handler": handler, "handler_ty": "Shared", "scope": null});
        let request = json!({
            "invocation_id": "inv_1", "invocation_target": {"Workflow": target}, "headers": [],
            "parameter": bytes(r#"{"name":"Build.a","task":{"round":0}}"#), "idempotency_key": null
        });
        let completions = json!({
            "request": request, "invocation_id_completion_id": completion - 1, "result_completion_id": completion
        });
        json!({"Command": {"Call": completions}})
    }

    #[test]
    fn a_run_waits_for_what_it_was_not_given() {
        let kept = json!({"Success": bytes(r#"{"did":1}"#)});
        let given = json!({"Success": bytes(r#"{"text":{"by": "ada"},"nonce":"n1"}"#)});
        let (kinds, standing) = read(&[
            input(),
            ("Command: Run", begun("Run", 1, "Build.one")),
            ("Notification: Run", done("Run", 1, kept.clone())),
            (
                "Command: GetPromise",
                begun("GetPromise", 2, "hand-in/Build.sign/0"),
            ),
            ("Command: Call", call("attempt", 4)),
            ("Notification: CallInvocationId", json!({"Notification": {}})),
            ("Notification: Call", done("Call", 4, kept)),
            ("Notification: GetPromise", done("GetPromise", 2, given)),
            (
                "Notification: Signal",
                json!({"Notification": {"Signal": {"id": {"Index": 1}, "result": "Void"}}}),
            ),
            ("Command: GetPromise", begun("GetPromise", 5, "word/0")),
        ]);
        let key = || "hand-in/Build.sign/0".to_owned();
        let kept = |name: &str| Kept {
            name: name.to_owned(),
            text: r#"{"did":1}"#.to_owned(),
        };
        let expected = [
            Begun(r#"{"begun":1}"#.to_owned()),
            Trying("Build.one".to_owned()),
            kept("Build.one"),
            Awaits(key()),
            Trying("Build.a".to_owned()),
            kept("Build.a"),
            Given {
                key: key(),
                text: r#"{"by": "ada"}"#.to_owned(),
            },
            Stopped,
            Awaits("word/0".to_owned()),
        ];
        assert_eq!(kinds, expected);
        let expected = Standing {
            awaits: Some("word/0".to_owned()),
            awaits_last: true,
            last_ms: 9,
            ..Standing::default()
        };
        assert_eq!(standing, expected);
    }

    #[test]
    fn what_is_open_is_counted() {
        let (kinds, standing) = read(&[
            ("Command: Run", begun("Run", 1, "Build.one")),
            ("Command: Call", call("attempt", 3)),
            ("Command: Sleep", begun("Sleep", 4, "")),
            ("Command: Sleep", begun("Sleep", 5, "")),
            (
                "Notification: Sleep",
                json!({"Notification": {"Completion": {"Sleep": {"completion_id": 4}}}}),
            ),
        ]);
        assert_eq!(
            kinds,
            [Trying("Build.one".to_owned()), Trying("Build.a".to_owned())]
        );
        assert_eq!(
            (standing.open_work, standing.open_timers, standing.awaits),
            (2, 1, None)
        );
    }

    #[test]
    fn attempts_that_the_engine_ended_and_calls_of_others_are_not_told() {
        let killed = json!({"Failure": {"code": 409, "message": "killed"}});
        let (kinds, standing) = read(&[
            ("Command: Call", call("attempt", 2)),
            ("Notification: Call", done("Call", 2, killed)),
            ("Command: Call", call("other", 4)),
            (
                "Notification: Call",
                done("Call", 4, json!({"Success": bytes("1")})),
            ),
            (
                "Notification: Signal",
                json!({"Notification": {"Signal": {"id": {"Name": "x"}, "result": "Void"}}}),
            ),
            (
                "Command: Output",
                json!({"Command": {"Output": {"result": {"Success": bytes("1")}, "name": ""}}}),
            ),
        ]);
        assert_eq!(kinds, [Trying("Build.a".to_owned())]);
        assert_eq!(standing.open_work, 0);
    }

    #[test]
    fn an_entry_that_cannot_be_read_is_named() {
        let cases = [
            ("Command: Run", json!({"Command": {}})),
            ("Command: Run", json!({"Command": {"Run": {"name": "x"}}})),
            (
                "Command: Input",
                json!({"Command": {"Input": {"payload": [255]}}}),
            ),
            (
                "Command: Input",
                json!({"Command": {"Input": {"payload": "text"}}}),
            ),
            ("Notification: Run", json!([])),
        ];
        for case in cases {
            let error = entries(SERVICE, &rows(&[input(), case])).unwrap_err();
            assert!(error.starts_with("entry 1: "), "{error}");
        }
    }
}
