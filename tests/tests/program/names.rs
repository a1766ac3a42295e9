//! Names as people type them.

use crate::folder::{ERRAND, Folder};

/// The step that is meant by it, or what is said instead.
fn meant(folder: &Folder, typed: &str) -> String {
    let document = folder.json(&["why", typed]);
    match document["step"].as_str() {
        Some(step) => step.to_owned(),
        None => {
            let error = &document["error"];
            let part = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
            format!("{}: {} / {}", part("code"), part("message"), part("fix"))
        }
    }
}

#[test]
fn steps_are_known_by_their_path_their_name_or_its_beginning() {
    let folder = Folder::waiting();
    let cases = [
        ("Design.review", "Design.review"),
        ("review", "Design.review"),
        ("rev", "Design.review"),
        ("REVIEW", "Design.review"),
        ("des.rev", "Design.review"),
        ("D.r", "Design.review"),
        ("launching.l", "Launching.lift_off"),
        ("frame", "Build.frame"),
        (
            "re",
            "ambiguous: `re` may be one of `Design.review`, `Launching.ready` / write more of the name",
        ),
        (
            "reveiw",
            "not_found: there is no step or gate `reveiw` / did you mean `review`?",
        ),
        (
            "Design.reveiw",
            "not_found: there is no step or gate `Design.reveiw` / did you mean `Design.review`?",
        ),
        ("", "usage: the name of the step or gate is empty / name one"),
        (
            "xyz",
            "not_found: there is no step or gate `xyz` / known: `Design.gather`, `Design.draw`, `Design.review`, \
             `Build.frame`, `Build.engine`, `Build.assemble`, `Paint.paint`, `Launching.forecast`, `Launching.ready`, \
             `Launching.lift_off`",
        ),
    ];
    for (typed, expected) in cases {
        assert_eq!(meant(&folder, typed), expected, "{typed}");
    }
}

#[test]
fn phases_and_verbs_are_known_by_their_beginning() {
    let folder = Folder::waiting();
    folder
        .run(&["skip", "pai", "--because", "x"])
        .ends(3)
        .tells("phase `Paint` is not next");
    folder
        .run(&["skip", "Piant", "--because", "x"])
        .ends(2)
        .tells("did you mean `Paint`?");
    folder.well(&["stat"]);
    folder
        .run(&["sttus"])
        .ends(2)
        .tells("similar subcommand exists: 'status'");
    let fault = folder.json(&["sttus"]);
    assert_eq!(fault["error"]["message"], "unrecognized subcommand 'sttus'");
    assert_eq!(
        fault["error"]["fix"],
        "a similar subcommand exists: 'status'; see `launch --help`"
    );
}

#[test]
fn runs_are_known_by_the_beginning_of_their_id() {
    let folder = Folder::new();
    for id in ["moon", "moon.v1.2", "moonlight", "Mars", "v1.10", "sun"] {
        folder.well(&["run", id, "--input", "moon.toml"]);
    }
    let cases = [
        ("moon", "moon"),
        ("moon.", "moon.v1.2"),
        ("moonl", "moonlight"),
        ("v1", "v1.10"),
        ("ma", "Mars"),
        ("MARS", "Mars"),
        ("mo", "ambiguous"),
        ("sunn", "did you mean `sun`?"),
        ("venus", "known: `moon`"),
        ("", "is empty"),
    ];
    for (typed, expected) in cases {
        let said = folder.run(&["status", typed, "--json"]);
        let document = said.document();
        let (run, code) = (&document["run"]["id"], &document["error"]["code"]);
        let fits = run == expected || code == expected || said.err.contains(expected);
        assert!(fits, "{typed}: {document}\n{}", said.err);
    }
    folder
        .run(&["status"])
        .ends(2)
        .tells("several runs are open: `moon`");
    folder.run(&["cancel", "", "--yes"]).ends(2);
}

#[test]
fn a_run_of_another_workflow_is_told_apart() {
    let mut folder = Folder::new();
    folder.set("WORKFLOW_JOURNAL", "all.db");
    folder.well(&["run", "--input", "moon.toml"]);
    folder.program(ERRAND).well(&["run", "moonwalk"]);
    let other = [
        &["status", "moon"] as &[&str],
        &["next", "moon"],
        &["log", "moon"],
        &["run", "moon"],
        &["done", "leave", "--run", "moon"],
        &["undo", "moon", "--yes"],
        &["cancel", "moon", "--yes"],
        &["report", "moon"],
    ];
    for words in other {
        let said = folder.run(words);
        said.ends(3).tells("`moon` is a run of");
        said.tells("`Launch`");
    }
    // One that begins so and is ours is meant rather than one that is not.
    assert_eq!(folder.json(&["status", "moo"])["run"]["id"], "moonwalk");
    assert_eq!(folder.json(&["status"])["run"]["id"], "moonwalk");
    let list = folder.well(&["list"]).out;
    assert!(list.contains("Launch") && list.contains("Errand"), "{list}");
}
