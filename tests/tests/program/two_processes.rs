//! While one process drives a run, others look at it, hand in and tell it to stop.

use crate::folder::{Beside, Folder};
use crate::transcripts::Transcript;

/// A run whose engine is at work until the file `go` is there, with the process that drives it.
fn at_work() -> (Folder, Beside) {
    let mut folder = Folder::waiting();
    folder.well(&["approve", "review"]);
    folder.act("Build.engine until go");
    let beside = folder.beside(&["run"]);
    folder.until("the frame", |folder| {
        folder.json(&["status"])["progress"]["steps_done"] == 4
    });
    (folder, beside)
}

#[test]
fn what_is_under_way_is_seen() {
    let (folder, beside) = at_work();
    let mut transcript = Transcript::of(&folder);
    for line in [
        "launch status",
        "launch next",
        "launch list",
        "launch why engine",
        "launch why assemble",
        "launch log",
        "launch run",
        "launch run --input moon.toml",
        "launch undo --yes",
        "launch skip Paint --because 'no guests'",
        "launch approve review",
        "launch report",
    ] {
        transcript.type_in(line);
    }
    folder.write("go", "");
    transcript.answered("launch run # the other", &beside.ended());
    transcript.is("running");
}

#[test]
fn it_is_told_to_stop_and_goes_on_later() {
    let (folder, beside) = at_work();
    assert_eq!(folder.json(&["run"])["error"]["code"], "held");
    let told = folder.json(&["cancel", "--yes"]);
    let holder = told["driven_by"].as_str().expect("somebody drives it").to_owned();
    assert!(holder.contains(&format!("process {}", beside.id())), "{holder}");
    beside
        .ended()
        .ends(130)
        .tells("was told to stop")
        .tells("`launch run moon` goes on where it was");
    folder.write("go", "");
    folder.well(&["run"]);
}

#[test]
fn ctrl_c_stops_it_with_130() {
    let (folder, beside) = at_work();
    folder.typed(&format!("kill -INT {}", beside.id())).ends(0);
    let said = beside.ended();
    said.ends(130)
        .tells("fix: `launch run moon` goes on where it was");
    assert_eq!(folder.json(&["status"])["run"]["standing"], "cancelled");
    folder.write("go", "");
    folder.well(&["run"]);
}

#[test]
fn what_was_killed_can_go_on() {
    let (folder, beside) = at_work();
    drop(beside);
    let status = folder.well(&["status"]).out;
    assert!(status.contains("can go on"), "{status}");
    folder.write("go", "");
    folder.well(&["run"]);
    folder.well(&["verify"]);
}

#[test]
fn who_waits_goes_on_when_it_is_handed_in() {
    let folder = Folder::waiting();
    let beside = folder.beside(&["run", "--wait"]);
    folder.until("a driver", |folder| {
        !folder.json(&["status"])["run"]["held_by"].is_null()
    });
    let next = folder.json(&["next"]);
    let verbs: Vec<_> = next["actions"]
        .as_array()
        .expect("some")
        .iter()
        .map(|one| &one["verb"])
        .collect();
    assert_eq!(verbs, ["approve", "reject", "cancel"]);
    folder.well(&["approve", "review"]);
    folder.until("the forecast", |folder| {
        folder.json(&["next"])["actions"][0]["target"] == "Launching.forecast"
    });
    folder.well(&["done", "forecast", "--artifact", "calm.toml"]);
    let said = beside.ended();
    said.ends(0);
    assert!(said.out.contains("`moon` is done"), "{}", said.out);
}
