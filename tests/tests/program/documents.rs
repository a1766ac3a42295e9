//! What scripts read: one document on standard output, valid by its schema, and nothing else there.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::folder::{Folder, Said};
use crate::schema::checked;

#[track_caller]
fn json(folder: &Folder, words: &[&str]) -> (Said, Value) {
    let mut with: Vec<_> = words.to_vec();
    with.insert(1, "--json");
    let said = folder.run(&with);
    let document = checked(words, &said.out);
    // Prose may be there, on the other side.
    assert!(!said.err.contains("\"schema\""), "{words:?}\n{}", said.err);
    (said, document)
}

/// Verbs in a folder where the run `moon` waits, with the schema and the status of each; in this order.
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
    (
        &["graph", "--format", "dot", "--output", "plan.dot"],
        "workflow.picture/1",
        0,
    ),
    (&["report"], "workflow.picture/1", 0),
    (&["report", "--output", "-"], "workflow.picture/1", 0),
    (&["export", "--format", "junit"], "workflow.picture/1", 0),
    (&["export", "--format", "json"], "workflow.picture/1", 0),
    (&["completions", "bash"], "workflow.text/1", 0),
    (&["schema"], "workflow.schemas/1", 0),
    (&["plan", "--help"], "workflow.text/1", 0),
    (&["run", "moon", "--input", "calm.toml"], "workflow.error/1", 2),
    (
        &["run", "other", "--input", "missing.toml"],
        "workflow.error/1",
        2,
    ),
    (&["status", "sun"], "workflow.error/1", 2),
    (&["next", "sun"], "workflow.error/1", 2),
    (&["why", "rewiev"], "workflow.error/1", 2),
    (&["show", "lift_off"], "workflow.error/1", 3),
    (&["log", "sun"], "workflow.error/1", 2),
    (&["verify", "sun"], "workflow.error/1", 2),
    (&["graph", "--run", "sun"], "workflow.error/1", 2),
    (&["graph", "--output", "no/such/plan.mmd"], "workflow.error/1", 1),
    (&["report", "sun"], "workflow.error/1", 2),
    (&["export"], "workflow.error/1", 2),
    (&["completions", "cmd"], "workflow.error/1", 2),
    (&["schema", "workflow.rnu"], "workflow.error/1", 2),
    (&["list", "--open", "extra"], "workflow.error/1", 2),
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
    (&["approve", "review"], "workflow.hand_in/1", 0),
    (&["run"], "workflow.run/1", 0),
    (
        &["done", "forecast", "--artifact", "calm.toml", "-m", "calm"],
        "workflow.hand_in/1",
        0,
    ),
    (&["undo", "--yes"], "workflow.run/1", 0),
    (&["undo", "moon", "--yes"], "workflow.error/1", 3),
    (&["cancel", "moon", "--yes"], "workflow.error/1", 3),
    (&["list"], "workflow.list/1", 0),
];

#[test]
fn each_verb_prints_one_document_that_its_schema_describes() {
    let folder = Folder::waiting();
    for (words, schema, status) in VERBS {
        let (said, document) = json(&folder, words);
        assert_eq!(document["schema"], *schema, "{words:?}");
        assert_eq!(said.status, *status, "{words:?}\n{}", said.err);
        if *schema == "workflow.error/1" {
            let error = &document["error"];
            assert_eq!(error["severity"], "error", "{words:?}");
            for field in ["code", "message"] {
                assert!(
                    error[field].as_str().is_some_and(|text| !text.is_empty()),
                    "{words:?}: {error}"
                );
            }
            said.tells("error: ");
        }
    }
}

#[test]
fn a_rejection_a_failure_and_a_skip_are_documents_too() {
    let folder = Folder::waiting();
    let (_, rejected) = json(&folder, &["reject", "review", "-m", "no door"]);
    assert_eq!(rejected["mark"], "rejected");
    let (said, halted) = json(&folder, &["run"]);
    assert_eq!(
        (said.status, &halted["error"]["code"]),
        (1, &"gate_rejected".into())
    );

    let mut folder = Folder::waiting();
    folder.well(&["approve", "review"]);
    folder.act("Build.engine give_up no fuel");
    let (said, failed) = json(&folder, &["run"]);
    assert_eq!(said.status, 1);
    assert_eq!(failed["error"]["target"], "Build.engine");
    assert_eq!(failed["outcome"], "failed");
    folder.act("Paint.paint give_up who asks");
    json(&folder, &["run"]);
    let (_, skipped) = json(&folder, &["skip", "Paint", "--because", "no guests"]);
    assert_eq!(
        (&skipped["schema"], &skipped["by"]),
        (&"workflow.skip/1".into(), &"ada".into())
    );
}

#[test]
fn json_lines_stream_events_and_end_with_the_document_of_the_verb() {
    let mut folder = Folder::new();
    folder.act("Design.draw fail no pencil");
    let cases: [(&[&str], &str, i32); 7] = [
        (&["run", "--input", "moon.toml"], "workflow.run/1", 0),
        (&["status"], "workflow.status/1", 0),
        (&["approve", "review"], "workflow.hand_in/1", 0),
        (&["approve", "review"], "workflow.error/1", 3),
        (&["run"], "workflow.run/1", 0),
        (&["undo", "--yes"], "workflow.run/1", 0),
        (&["nonsense"], "workflow.error/1", 2),
    ];
    let mut happened = BTreeSet::new();
    for (words, last, status) in cases {
        let said = folder.run(&[words, &["--json-lines"]].concat());
        said.ends(status);
        let lines: Vec<_> = said.out.lines().map(|line| checked(words, line)).collect();
        let (document, events) = lines.split_last().expect("there is a last line");
        assert_eq!(document["schema"], last, "{words:?}");
        for event in events {
            assert_eq!(event["schema"], "workflow.event/1");
            happened.insert(event["event"].as_str().expect("it is named").to_owned());
        }
    }
    for event in [
        "began",
        "taken_up",
        "step_failed",
        "step_done",
        "waiting",
        "phase_done",
        "undo_began",
        "step_undone",
    ] {
        assert!(happened.contains(event), "no `{event}` in {happened:?}");
    }
}

#[test]
fn each_schema_that_is_listed_is_printed_and_is_one() {
    let folder = Folder::new();
    let listed = folder.json(&["schema"]);
    let names = listed["names"].as_array().expect("they are listed");
    assert!(names.len() >= 17);
    for name in names {
        let name = name.as_str().expect("a name is text");
        let schema: Value = serde_json::from_str(&folder.well(&["schema", name]).out).expect("it is JSON");
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        let short = name.trim_start_matches("workflow.");
        assert_eq!(
            folder.well(&["schema", short]).out,
            folder.well(&["schema", &format!("{name}/1")]).out
        );
    }
}

#[test]
fn what_is_for_scripts_has_no_colours() {
    let mut folder = Folder::waiting();
    folder.set("CLICOLOR_FORCE", "1");
    for words in [
        &["status", "--json"] as &[&str],
        &["log", "--json-lines"],
        &["why", "x", "--json"],
    ] {
        let said = folder.run(words);
        assert!(!said.out.contains('\u{1b}'), "{words:?}");
    }
}

#[test]
fn colours_are_as_the_surroundings_say() {
    /// Words beside `status`, surroundings, and whether there are colours.
    type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], bool);
    let cases: [Case<'_>; 7] = [
        (&[], &[], false),
        (&[], &[("CLICOLOR_FORCE", "1")], true),
        (&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
        (&["--color", "always"], &[], true),
        (&["--color", "always"], &[("NO_COLOR", "1")], true),
        (&["--color", "never"], &[("CLICOLOR_FORCE", "1")], false),
        (&["--color", "never", "sun"], &[("CLICOLOR_FORCE", "1")], false),
    ];
    for (words, surroundings, colours) in cases {
        let mut folder = Folder::waiting();
        for (name, value) in surroundings {
            folder.set(name, value);
        }
        let said = folder.run(&[&["status"], words].concat());
        let has = said.out.contains('\u{1b}') || said.err.contains('\u{1b}');
        assert_eq!(has, colours, "{words:?} {surroundings:?}\n{}", said.err);
    }
}
