//! Rows as a real server answers them, cut down to what is read.

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
    let target =
        json!({"name": SERVICE, "key": "it's", "handler": handler, "handler_ty": "Shared", "scope": null});
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
fn of_work_that_a_stop_met_counts_what_the_run_heard_of() {
    let success = |text: &str| json!({"Success": bytes(text)});
    let stop = || {
        (
            "Notification: Signal",
            json!({"Notification": {"Signal": {"id": {"Index": 1}, "result": "Void"}}}),
        )
    };
    let tried = || Trying("Build.one".to_owned());
    let kept = || Kept {
        name: "Build.one".to_owned(),
        text: "2".to_owned(),
    };
    let first = || ("Notification: Run", done("Run", 1, success("2")));
    // The first result may come before the second is begun, after it, or never.
    let cases = [
        (true, "2", false),
        (false, "2", true),
        (false, "2", false),
        (true, "", false),
    ];
    for (before, text, after) in cases {
        let mut rows = vec![("Command: Run", begun("Run", 1, "Build.one")), stop()];
        rows.extend(before.then(first));
        rows.push(("Command: Run", begun("Run", 2, "~Build.one")));
        rows.extend(after.then(first));
        rows.push(("Notification: Run", done("Run", 2, success(text))));
        let (kinds, standing) = read(&rows);
        let expected: &[EntryKind] = match text {
            "" => &[tried(), Stopped],
            _ => &[tried(), Stopped, kept()],
        };
        assert_eq!(kinds, expected, "{before} {text} {after}");
        assert_eq!(standing.open_work, 0);
    }
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
