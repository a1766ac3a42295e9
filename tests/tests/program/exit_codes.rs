//! The status that a program ends with, for each way to end.

use crate::folder::{ERRAND, Folder};

/// Something that was done before, by the words of each command.
type Before<'a> = &'a [&'a [&'a str]];

const BEGIN: &[&str] = &["run", "--input", "moon.toml"];
const APPROVE: &[&str] = &["approve", "review"];
const REJECT: &[&str] = &["reject", "review", "-m", "no door"];
const RUN: &[&str] = &["run"];
const CALM: &[&str] = &["done", "forecast", "--artifact", "calm.toml"];
const UNDO: &[&str] = &["undo", "--yes"];

#[test]
fn each_way_to_end_has_its_status() {
    /// What is typed after what, with which acts, and the status.
    type Case<'a> = (Before<'a>, &'a [&'a str], &'a str, i32);
    let cases: &[Case<'_>] = &[
        // Done, or stopped as planned.
        (&[], BEGIN, "", 0),
        (&[BEGIN], APPROVE, "", 0),
        (&[BEGIN], REJECT, "", 0),
        (&[BEGIN, APPROVE, RUN, CALM], RUN, "", 0),
        (&[BEGIN, APPROVE, RUN, CALM, RUN], &["run", "moon"], "", 0),
        (&[BEGIN], UNDO, "", 0),
        (&[BEGIN], &["cancel", "--yes"], "", 0),
        (&[], &["list"], "", 0),
        (&[], &["--help"], "", 0),
        // A step or gate failed.
        (&[], BEGIN, "Design.gather give_up no wish", 1),
        (&[], BEGIN, "Design.draw fail a, fail b, fail c", 1),
        (&[], BEGIN, "Design.gather panic at the wish", 1),
        (&[BEGIN, REJECT], RUN, "", 1),
        (
            &[BEGIN, APPROVE, RUN, CALM],
            RUN,
            "Launching.lift_off give_up no fuel",
            1,
        ),
        (&[], BEGIN, "nobody", 1),
        // Usage or input.
        (&[], &[], "", 2),
        (&[], &["nonsense"], "", 2),
        (&[], RUN, "", 2),
        (&[], &["run", "--input", "no.toml"], "", 2),
        (&[], &["run", "--input", "calm.toml"], "", 2),
        (&[], &["status"], "", 2),
        (&[BEGIN], &["status", "sun"], "", 2),
        (&[BEGIN], &["status", ""], "", 2),
        (&[BEGIN], &["why", "nothing"], "", 2),
        (&[BEGIN], &["why", ""], "", 2),
        (&[BEGIN], &["undo"], "", 2),
        (&[BEGIN], &["reject", "review", "-m", " "], "", 2),
        (&[BEGIN], &["run", " ", "--input", "moon.toml"], "", 2),
        (
            &[BEGIN, &["run", "sun", "--input", "moon.toml"]],
            &["status"],
            "",
            2,
        ),
        (&[BEGIN], &["status", "--json", "--json-lines"], "", 2),
        // Not legal now.
        (&[BEGIN, APPROVE], APPROVE, "", 3),
        (&[BEGIN], &["approve", "draw"], "", 3),
        (&[BEGIN], CALM, "", 3),
        (&[BEGIN], &["skip", "Paint", "--because", "no guests"], "", 3),
        (&[BEGIN, UNDO], &["run", "moon"], "", 3),
        (&[BEGIN, UNDO], &["undo", "moon", "--yes"], "", 3),
        (&[BEGIN, UNDO], &["cancel", "moon", "--yes"], "", 3),
        (&[BEGIN], &["show", "lift_off"], "", 3),
        // A person is waited for, if that is to be told apart.
        (
            &[],
            &["run", "--input", "moon.toml", "--detailed-exitcode"],
            "",
            5,
        ),
        (&[BEGIN], &["run", "--detailed-exitcode"], "", 5),
        (&[BEGIN], &["status", "--detailed-exitcode"], "", 5),
        (&[BEGIN], &["next", "--detailed-exitcode"], "", 5),
        (&[BEGIN, APPROVE], &["next", "--detailed-exitcode"], "", 0),
        (
            &[BEGIN, APPROVE, RUN, CALM],
            &["run", "--detailed-exitcode"],
            "",
            0,
        ),
        (
            &[],
            &["run", "--input", "moon.toml", "--detailed-exitcode"],
            "Design.draw give_up no",
            1,
        ),
    ];
    for (before, words, acts, status) in cases {
        let mut folder = Folder::new();
        for words in *before {
            folder.well(words);
        }
        let said = folder.act(acts).run(words);
        assert_eq!(
            said.status, *status,
            "{words:?} after {before:?}\n{}{}",
            said.out, said.err
        );
        assert_eq!(
            *status == 0 || *status == 5,
            !said.err.contains("error"),
            "{words:?}\n{}",
            said.err
        );
    }
}

#[test]
fn yes_passes_no_gate() {
    let folder = Folder::waiting();
    for words in [
        &["run", "--yes"] as &[&str],
        &["approve", "review", "--yes"],
        &["next", "--yes"],
    ] {
        folder.run(words).ends(2);
    }
    assert_eq!(folder.json(&["status"])["run"]["standing"], "waiting");
    folder.typed("yes | launch run").ends(0);
    assert_eq!(folder.json(&["status"])["run"]["standing"], "waiting");
}

#[test]
fn a_plan_without_inputs_needs_no_file() {
    let mut folder = Folder::new();
    folder.program(ERRAND);
    folder.well(&["run"]);
    folder.well(&["done", "leave"]);
    folder.run(&["done", "leave"]).ends(3);
    folder.run(&["done", "leave", "--artifact", "calm.toml"]).ends(2);
    folder.run(&["run", "--input", "moon.toml"]).ends(2);
    folder.well(&["run"]);
    folder.well(&["approve", "sit"]);
    assert_eq!(folder.json(&["status"])["run"]["standing"], "done");
    folder.well(&["run"]);
    folder.well(&["run", "another"]);
}

#[test]
fn nobody_listening_is_no_fault() {
    let folder = Folder::waiting();
    let said = folder.typed("launch log | true; launch status | head -n 1");
    said.ends(0);
    assert_eq!(said.err, "");
    let said = folder.typed("launch run 2>&- | true; launch status >&-");
    said.ends(0);
    let said = folder.typed("set -o pipefail 2>/dev/null; launch graph | head -c 1 >/dev/null");
    assert_eq!(said.err, "");
}

#[test]
fn a_full_disk_under_standard_output_is_told() {
    let folder = Folder::waiting();
    if std::path::Path::new("/dev/full").exists() {
        folder
            .typed("launch status >/dev/full")
            .ends(1)
            .tells("standard output cannot be written");
        folder.typed("launch status --json >/dev/full").ends(1);
    }
    assert_eq!(folder.json(&["status"])["run"]["standing"], "waiting");
}
