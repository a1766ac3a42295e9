//! A run that was begun under another plan of the same name: shown as it was recorded, and driven only if it can be.

use crate::folder::{CHANGED, Folder};

/// A run of the plan before it was edited, past what was edited.
fn begun_before() -> Folder {
    let mut folder = Folder::waiting();
    folder.program(CHANGED);
    folder.set("WORKFLOW_JOURNAL", "launch.db");
    folder
}

#[test]
fn it_is_shown_as_it_was_recorded() {
    let folder = begun_before();
    let words: [&[&str]; 11] = [
        &["list"],
        &["status"],
        &["next"],
        &["log"],
        &["why", "draw"],
        &["show", "draw"],
        &["verify"],
        &["graph", "--run"],
        &["report", "--output", "-"],
        &["export", "--format", "json"],
        &["export", "--format", "junit"],
    ];
    for words in words {
        folder.well(words);
    }
    assert!(folder.well(&["graph", "--run", "moon"]).out.contains("draw"));
    let status = folder.well(&["status"]).out;
    assert!(
        status.contains("draw") && status.contains("does not fit"),
        "{status}"
    );
}

#[test]
fn it_is_not_driven_and_the_differences_are_told() {
    let folder = begun_before();
    let said = folder.run(&["run"]);
    said.ends(3)
        .tells("step `Design.draw` is recorded, and the plan has none of that name");
    said.tells("launch_changed log moon");
    assert!(!said.err.contains("Undo::resume"), "{}", said.err);
    for words in [
        &["approve", "review"] as &[&str],
        &["reject", "review", "-m", "no"],
        &["undo", "--yes"],
        &["run", "--input", "moon.toml"],
    ] {
        folder.run(words).ends(3);
    }
    // What the plan does not have cannot be asked for.
    folder
        .run(&["done", "forecast", "--artifact", "calm.toml"])
        .ends(2);
    folder.run(&["skip", "Paint", "--because", "no"]).ends(2);
    let next = folder.json(&["next"]);
    let commands = next["actions"].as_array().expect("there is one");
    let verbs: Vec<_> = commands.iter().map(|action| action["command"].as_str()).collect();
    assert_eq!(
        verbs,
        [Some("launch_changed run ID --input FILE --journal launch.db")]
    );
}

#[test]
fn it_goes_on_under_the_edited_plan_if_nothing_recorded_is_gone() {
    let mut folder = Folder::new();
    folder.act("Design.gather give_up no wish");
    folder.run(&["run", "--input", "moon.toml"]).ends(1);
    folder
        .act("")
        .program(CHANGED)
        .set("WORKFLOW_JOURNAL", "launch.db");
    let status = folder.well(&["status"]).out;
    assert!(status.contains("goes on under the plan as it is now"), "{status}");
    folder.well(&["run"]);
    let log = folder.well(&["log"]).out;
    assert!(log.contains("under an edited plan"), "{log}");
    folder.well(&["approve", "review"]);
    folder.well(&["run"]);
    assert_eq!(folder.json(&["status"])["run"]["standing"], "done");
}

#[test]
fn what_is_over_is_left_in_peace() {
    let mut folder = Folder::waiting();
    folder.well(&["undo", "--yes"]);
    folder.program(CHANGED).set("WORKFLOW_JOURNAL", "launch.db");
    folder.well(&["status"]);
    folder.run(&["run", "moon"]).ends(3);
}
