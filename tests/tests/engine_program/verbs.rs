//! All verbs: the documents of scripts, valid by their schemas, and the statuses.

use std::time::Duration;

use crate::desk::{Desk, SOON, within};
use crate::schema::checked;

/// Verbs where the run `moon` waits for its review, with the schema and the status of each; in this order.
const VERBS: &[(&[&str], &str, i32)] = &[
    (&["plan"], "workflow.plan/1", 0),
    (&["run"], "workflow.run/1", 0),
    (&["run", "--input", "moon.toml"], "workflow.run/1", 0),
    (&["status"], "workflow.status/1", 0),
    (&["list"], "workflow.list/1", 0),
    (&["next"], "workflow.next/1", 0),
    (&["why", "review"], "workflow.why/1", 0),
    (&["show", "draw"], "workflow.show/1", 0),
    (&["log"], "workflow.log/1", 0),
    (&["verify"], "workflow.verify/1", 0),
    (&["graph"], "workflow.picture/1", 0),
    (
        &["graph", "--run", "moon", "--format", "svg"],
        "workflow.picture/1",
        0,
    ),
    (&["report"], "workflow.picture/1", 0),
    (&["report", "--output", "-"], "workflow.picture/1", 0),
    (&["export", "--format", "junit"], "workflow.picture/1", 0),
    (&["export", "--format", "json"], "workflow.picture/1", 0),
    (&["run", "moon", "--input", "calm.toml"], "workflow.error/1", 2),
    (&["status", "sun"], "workflow.error/1", 2),
    (&["next", "sun"], "workflow.error/1", 2),
    (&["why", "rewiev"], "workflow.error/1", 2),
    (&["show", "lift_off"], "workflow.error/1", 3),
    (&["log", "sun"], "workflow.error/1", 2),
    (&["verify", "sun"], "workflow.error/1", 2),
    (&["report", "sun"], "workflow.error/1", 2),
    (
        &["done", "forecast", "--artifact", "calm.toml"],
        "workflow.error/1",
        3,
    ),
    (&["done", "forecast"], "workflow.error/1", 2),
    (&["approve", "ready"], "workflow.error/1", 3),
    (&["reject", "review"], "workflow.error/1", 2),
    (&["skip", "Design", "--because", "done"], "workflow.error/1", 3),
    (&["undo"], "workflow.error/1", 2),
    (&["cancel"], "workflow.error/1", 2),
    (&["cancel", "--yes"], "workflow.cancel/1", 0),
    (&["run"], "workflow.run/1", 0),
    (&["approve", "review"], "workflow.hand_in/1", 0),
    (&["approve", "review"], "workflow.error/1", 3),
    (&["run"], "workflow.run/1", 0),
    (
        &["done", "forecast", "--artifact", "calm.toml", "-m", "calm"],
        "workflow.hand_in/1",
        0,
    ),
    // It went on by itself.
    (&["run", "moon"], "workflow.run/1", 0),
    (&["show", "lift_off"], "workflow.show/1", 0),
    (&["undo", "--yes"], "workflow.run/1", 0),
    (&["undo", "moon", "--yes"], "workflow.error/1", 3),
    (&["cancel", "moon", "--yes"], "workflow.error/1", 3),
    (&["list"], "workflow.list/1", 0),
];

#[test]
fn each_verb_prints_one_document_that_its_schema_describes() {
    let Some((desk, _worker)) = Desk::launching("") else {
        return;
    };
    desk.well(&["run", "--input", "moon.toml"]);
    for (words, schema, status) in VERBS {
        let (said, document) = desk.json(words);
        assert_eq!(document["schema"], *schema, "{words:?}\n{}{}", said.out, said.err);
        assert_eq!(said.status, *status, "{words:?}\n{}{}", said.out, said.err);
        if *schema == "workflow.error/1" {
            said.tells("error: ");
        }
    }
}

#[test]
fn a_run_begins_waits_and_goes_on_as_with_a_journal() {
    let Some((desk, _worker)) = Desk::launching("Design.draw fail no pencil") else {
        return;
    };
    let run = desk.run(&["run", "--input", "moon.toml", "--detailed-exitcode"]);
    run.ends(5).tells("no pencil");
    assert!(run.out.contains("waits for a person"), "{}", run.out);
    let (_, status) = desk.json(&["status"]);
    assert_eq!(status["run"]["standing"], "waiting");
    assert_eq!(status["progress"]["steps_done"], 2, "{status}");
    let (_, why) = desk.json(&["why", "review"]);
    assert_eq!(why["mark"], "waiting", "{why}");
    let (_, shown) = desk.json(&["show", "draw"]);
    assert!(shown.to_string().contains("\"title\":\"moon\""), "{shown}");
    let log = desk.well(&["log"]).out;
    for told in ["Design.gather", "no pencil", "Design.draw"] {
        assert!(log.contains(told), "no `{told}` in\n{log}");
    }

    desk.run(&["approve", "review", "--by", "grace", "--detailed-exitcode"])
        .ends(0);
    desk.run(&["run", "moon", "--detailed-exitcode"]).ends(5);
    desk.run(&["done", "forecast", "--artifact", "calm.toml"]).ends(0);
    let run = desk.well(&["run", "moon"]);
    assert!(run.out.contains("is done"), "{}", run.out);
    let (_, shown) = desk.json(&["show", "lift_off"]);
    assert!(shown.to_string().contains("400"), "{shown}");
    let (_, list) = desk.json(&["list", "--open"]);
    assert_eq!(list["runs"], serde_json::json!([]), "{list}");
    let junit = desk.well(&["export", "moon", "--format", "junit"]).out;
    assert!(
        junit.contains("<testsuites") && junit.contains("lift_off"),
        "{junit}"
    );
    let report = desk.well(&["report", "moon", "--output", "-"]).out;
    assert!(report.contains("grace"), "nobody approved it:\n{report}");
}

#[test]
fn whoever_waits_with_a_run_sees_it_to_its_end() {
    let Some((desk, _worker)) = Desk::launching("") else {
        return;
    };
    let url = desk.server.admin_url();
    let words = [
        "run",
        "--wait",
        "--input",
        "moon.toml",
        "--engine",
        "restate",
        "--url",
        &url,
    ];
    let beside = desk.folder.beside(&words);
    desk.folder.until("a run", |folder| {
        let list = within(
            SOON,
            folder.called(&["list", "--json", "--engine", "restate", "--url", &url]),
        );
        checked(&["list"], &list.out)["runs"][0]["standing"] == "waiting"
    });
    desk.well(&["approve", "review"]);
    std::thread::sleep(Duration::from_millis(500));
    desk.until("moon", "waiting");
    desk.well(&["done", "forecast", "--artifact", "calm.toml"]);
    let ended = beside.ended();
    ended.ends(0);
    assert!(ended.out.contains("is done"), "{}", ended.out);
}

#[test]
fn a_rejection_a_failure_and_a_skip_end_as_they_are_documented() {
    let acts = "Build.engine give_up no fuel; Paint.paint give_up who asks";
    let Some((desk, _worker)) = Desk::launching(acts) else {
        return;
    };
    desk.well(&["run", "--input", "moon.toml"]);
    let (_, rejected) = desk.json(&["reject", "review", "-m", "no door"]);
    assert_eq!(rejected["mark"], "rejected");
    let (said, halted) = desk.json(&["run"]);
    assert_eq!(
        (said.status, &halted["error"]["code"]),
        (1, &"gate_rejected".into())
    );
    desk.well(&["undo", "--yes"]);

    desk.well(&["run", "second", "--input", "moon.toml"]);
    desk.well(&["approve", "review"]);
    desk.until("second", "halted");
    let (_, why) = desk.json(&["why", "engine"]);
    assert!(why.to_string().contains("no fuel"), "{why}");
    // It goes on when told, and stops before the phase that nobody can say of whether it is needed.
    let (said, failed) = desk.json(&["run"]);
    assert_eq!(said.status, 1, "{failed}");
    assert_eq!(
        (&failed["outcome"], &failed["error"]["target"]),
        (&"failed".into(), &"Paint.waive".into())
    );
    said.tells("who asks");
    let (said, refused) = desk.json(&["skip", "Paint", "--because", "no guests"]);
    assert_eq!(
        (said.status, &refused["error"]["code"]),
        (3, &"refused".into()),
        "{refused}"
    );
    said.tells("do in the team what you would do here");
    let (_, next) = desk.json(&["next"]);
    let skips = next["actions"].as_array().expect("there are some").iter();
    assert_eq!(
        skips.filter(|action| action["verb"] == "skip").count(),
        0,
        "{next}"
    );
}

#[test]
fn json_lines_stream_events_and_end_with_the_document_of_the_verb() {
    let Some((desk, _worker)) = Desk::launching("Design.draw fail no pencil") else {
        return;
    };
    let mut happened = Vec::new();
    for words in [
        &["run", "--input", "moon.toml", "--json-lines"] as &[&str],
        &["approve", "review", "--json-lines"],
        &["run", "--json-lines"],
        &["undo", "--yes", "--json-lines"],
    ] {
        let said = desk.well(words);
        let lines: Vec<_> = said.out.lines().map(|line| checked(words, line)).collect();
        let (document, events) = lines.split_last().expect("there is a last line");
        assert_ne!(document["schema"], "workflow.event/1");
        for event in events {
            assert_eq!(event["schema"], "workflow.event/1");
            happened.push(event["event"].as_str().expect("it is named").to_owned());
        }
    }
    for event in [
        "began",
        "step_failed",
        "step_done",
        "waiting",
        "undo_began",
        "step_undone",
    ] {
        assert!(
            happened.iter().any(|had| had == event),
            "no `{event}` in {happened:?}"
        );
    }
}

#[test]
fn a_run_that_is_cancelled_ends_with_the_status_of_that_and_goes_on_when_told() {
    let Some((desk, _worker)) = Desk::launching("Design.gather slow 3000") else {
        return;
    };
    let url = desk.server.admin_url();
    let beside = desk.folder.beside(&[
        "run",
        "--input",
        "moon.toml",
        "--engine",
        "restate",
        "--url",
        &url,
    ]);
    desk.folder.until("a run", |folder| {
        let list = within(
            SOON,
            folder.called(&["list", "--json", "--engine", "restate", "--url", &url]),
        );
        checked(&["list"], &list.out)["runs"][0]["standing"] == "running"
    });
    desk.well(&["cancel", "moon", "--yes"]);
    beside.ended().ends(130);
    desk.until("moon", "cancelled");
    desk.well(&["run"]);
    desk.until("moon", "waiting");
}

#[test]
fn a_journal_of_the_same_plan_is_another_place() {
    let Some((desk, _worker)) = Desk::launching("") else {
        return;
    };
    desk.well(&["run", "there", "--input", "moon.toml"]);
    within(SOON, desk.folder.called(&["run", "here", "--input", "moon.toml"])).ends(0);
    let ids = |list: &serde_json::Value| {
        list["runs"]
            .as_array()
            .map(|runs| runs.iter().map(|run| run["id"].clone()).collect::<Vec<_>>())
    };
    assert_eq!(ids(&desk.folder.json(&["list"])), Some(vec!["here".into()]));
    assert_eq!(ids(&desk.json(&["list"]).1), Some(vec!["there".into()]));
    within(SOON, desk.folder.called(&["approve", "review"])).ends(0);
    desk.until("there", "waiting");
}
