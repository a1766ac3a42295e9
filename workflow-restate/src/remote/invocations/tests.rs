//! Rows as a server answers them, and how the run stands by them.

use serde_json::{Value, json};
use workflow_runtime::__engine::Status;

use super::{Causes, Group, Standing, grouped};

/// Rows as the server answers, of one run: handler, status, and what else there is.
fn group(rows: &[(&str, &str, Value)]) -> Group {
    let rows = rows.iter().enumerate().map(|(number, (handler, status, more))| {
        let mut row = json!({
            "id": format!("inv_{number}"), "service": "Flow.0123456789ab", "key": "it's", "handler": handler,
            "status": status, "created_ms": 10 + number, "changed_ms": 20, "now_ms": 5_000,
            "endpoint": "http://127.0.0.1:9080/"
        });
        if let (Some(row), Value::Object(more)) = (row.as_object_mut(), more) {
            row.extend(more.clone());
        }
        serde_json::from_value(row).unwrap()
    });
    grouped(rows.collect()).pop().unwrap()
}

fn status(rows: &[(&str, &str, Value)], standing: &Standing) -> Status {
    let causes = Causes::from([("inv_0".to_owned(), "the disk is full\nat line 1".to_owned())]);
    group(rows).status(standing, &causes)
}

fn busy() -> Status {
    Status::Busy("the worker at `http://127.0.0.1:9080`".to_owned())
}

fn waits(awaits_last: bool, last_ms: u64) -> Standing {
    Standing {
        awaits: Some("word/0".to_owned()),
        awaits_last,
        last_ms,
        ..Standing::default()
    }
}

#[test]
fn a_run_is_at_rest_if_it_only_waits_to_be_given_something() {
    let works = Standing {
        open_work: 1,
        ..waits(true, 4_900)
    };
    let sleeps = Standing {
        open_timers: 1,
        ..Standing::default()
    };
    let cases = [
        ("suspended", waits(false, 4_900), Status::Idle),
        ("suspended", sleeps.clone(), Status::Idle),
        // It went on since.
        ("suspended", Standing::default(), busy()),
        ("suspended", works.clone(), busy()),
        ("running", waits(true, 4_900), Status::Idle),
        // It may be about to take up what it was given last, unless that was long ago.
        ("running", waits(false, 4_900), busy()),
        ("running", waits(false, 1_000), Status::Idle),
        ("running", works, busy()),
        ("running", sleeps, busy()),
        ("ready", waits(true, 1_000), busy()),
        ("pending", Standing::default(), busy()),
        ("scheduled", Standing::default(), busy()),
    ];
    for (is, standing, expected) in cases {
        assert_eq!(
            status(&[("run", is, json!({}))], &standing),
            expected,
            "{is} {standing:?}"
        );
    }
}

#[test]
fn a_run_is_with_its_attempts_and_with_its_taking_back() {
    let none = Standing::default();
    let done = ("run", "completed", json!({"result": "success"}));
    let undone = json!({"result": "failure", "failure": "[500] undone"});
    let killed = json!({"result": "failure", "failure": "[409] killed"});
    let fault = json!({"trouble": "[500 Internal] no route\nno route"});
    let stuck = |why: &str, paused| Status::Stuck {
        why: format!("the worker at `http://127.0.0.1:9080`: {why}"),
        paused,
    };
    let was_killed = || Status::Killed("[409] killed".to_owned());
    let cases = [
        (
            vec![("run", "suspended", json!({})), ("attempt", "running", json!({}))],
            busy(),
        ),
        (
            vec![
                ("run", "suspended", json!({})),
                ("attempt", "backing-off", fault.clone()),
            ],
            stuck("no route", false),
        ),
        // That it is tried again helps nobody while a part of it is paused.
        (
            vec![
                ("run", "backing-off", fault),
                ("attempt", "paused", json!({"trouble": "[500 Internal] no disk"})),
            ],
            stuck("no disk", true),
        ),
        (
            vec![("run", "paused", json!({}))],
            stuck("the disk is full", true),
        ),
        (vec![done.clone()], Status::Over),
        (vec![("run", "completed", undone)], Status::Over),
        (vec![("run", "completed", killed.clone())], was_killed()),
        (vec![done.clone(), ("take_back", "running", json!({}))], busy()),
        (
            vec![
                done.clone(),
                ("take_back", "completed", json!({"result": "success"})),
            ],
            Status::Over,
        ),
        (vec![done, ("take_back", "completed", killed)], was_killed()),
    ];
    for (rows, expected) in cases {
        assert_eq!(status(&rows, &none), expected, "{rows:?}");
    }
}
