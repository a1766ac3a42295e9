//! The commands that `next` and every `fix` propose work when they are typed as they stand.

use serde_json::Value;

use crate::folder::{ERRAND, Folder};

/// What `next` proposes, as a shell gets it: files and reasons filled in for the words in capitals.
fn proposed(folder: &Folder) -> Vec<(String, String)> {
    let next = folder.json(&["next"]);
    let actions = next["actions"].as_array().expect("there are actions");
    let of = |action: &Value| {
        let command = action["command"].as_str().expect("each has a command");
        let command = command
            .replace(" FILE", " calm.toml")
            .replace(" ID", " another")
            .replace("REASON", "'no good'");
        (
            action["verb"].as_str().expect("it has a verb").to_owned(),
            command,
        )
    };
    actions.iter().map(of).collect()
}

/// Types the proposal for that verb, and the status is as said.
#[track_caller]
fn follow(folder: &Folder, verb: &str, status: i32) {
    let proposed = proposed(folder);
    let (_, command) = proposed
        .iter()
        .find(|(proposed, _)| proposed == verb)
        .unwrap_or_else(|| panic!("no `{verb}` in {proposed:?}"));
    let said = folder.typed(command);
    assert_eq!(said.status, status, "{command}\n{}{}", said.out, said.err);
}

#[test]
fn whoever_follows_next_comes_to_the_end() {
    let folder = Folder::waiting();
    let mut typed = Vec::new();
    for _ in 0..9 {
        let (verb, command) = proposed(&folder).remove(0);
        folder.typed(&command).ends(0);
        let is_over = verb == "report";
        typed.push(verb);
        if is_over {
            break;
        }
    }
    assert_eq!(typed, ["approve", "run", "done", "run", "report"]);
}

#[test]
fn what_next_says_can_be_done_is_done() {
    let mut folder = Folder::new();
    folder.act("Design.draw give_up no paper");
    folder.run(&["run", "--input", "moon.toml"]).ends(1);
    follow(&folder, "run", 1);
    folder.act("");
    follow(&folder, "run", 0);
    follow(&folder, "reject", 0);
    folder.set("LAUNCH_UNDO", "fail");
    follow(&folder, "undo", 0);
    follow(&folder, "run", 2);

    let mut folder = Folder::waiting();
    follow(&folder, "approve", 0);
    folder.act("Paint.paint give_up not asked");
    follow(&folder, "run", 1);
    folder.act("");
    follow(&folder, "skip", 0);
    follow(&folder, "run", 0);
    folder.set("LAUNCH_UNDO", "fail");
    folder.run(&["undo", "--yes"]).ends(1);
    follow(&folder, "undo", 1);
    folder.set("LAUNCH_UNDO", "");
    follow(&folder, "undo", 0);
}

#[test]
fn ids_that_a_shell_would_take_apart_are_quoted() {
    let ids = [
        "two words",
        "a/b",
        "it's",
        "\"quoted\"",
        "🌙",
        "two\nlines",
        "-x",
        "--yes",
        "$(touch owned)",
        "`touch owned`",
        "a;b&c|d",
        "*",
        "!!",
        "~",
        "a=b",
        "\\",
        "#1",
        "{a,b}",
    ];
    for id in ids {
        let folder = Folder::new();
        folder.well(&["run", "--input", "moon.toml", "--", id]);
        let status = folder.well(&["status", "--", id]);
        assert!(status.out.contains(id), "{}", status.out);
        for _ in 0..4 {
            let (_, command) = proposed(&folder).remove(0);
            folder.typed(&command).ends(0);
        }
        folder.typed(&proposed(&folder).remove(0).1).ends(0);
        let reports = std::fs::read_dir(folder.path("")).expect("it can be listed");
        let names = reports.map(|entry| entry.expect("it is there").file_name());
        let names: Vec<_> = names.filter_map(|name| name.into_string().ok()).collect();
        assert!(
            names.iter().any(|name| name.ends_with(".html")),
            "{id:?}: {names:?}"
        );
        assert!(!names.iter().any(|name| name == "owned"), "{id:?} ran");
    }
}

#[test]
fn the_journal_and_the_roster_are_named_again() {
    let mut folder = Folder::new();
    folder.program(ERRAND);
    folder.write("who is who.toml", "[roles]\n");
    folder.set("WORKFLOW_JOURNAL", "my runs.db");
    folder.well(&["run", "--roster", "who is who.toml"]);
    let next = folder.json(&["next", "--roster", "who is who.toml"]);
    let command = &next["actions"][0]["command"];
    assert_eq!(
        command,
        "errand done Way.leave --run errand --journal 'my runs.db' --roster 'who is who.toml'"
    );
    folder.typed(command.as_str().expect("it is text")).ends(0);
}

#[test]
fn another_run_is_begun_where_that_is_proposed() {
    let mut folder = Folder::new();
    folder.program(ERRAND);
    folder.well(&["run"]);
    folder.well(&["undo", "--yes"]);
    follow(&folder, "run", 0);
    let runs = folder.json(&["list"]);
    let ids: Vec<_> = runs["runs"]
        .as_array()
        .expect("there are runs")
        .iter()
        .map(|run| &run["id"])
        .collect();
    assert_eq!(ids, ["errand", "another"]);
}

/// Whatever stands in the last backquotes of a fix.
fn command_of_fix(fix: &str) -> Option<&str> {
    let (before, _) = fix.rsplit_once('`')?;
    let (_, command) = before.rsplit_once('`')?;
    command.starts_with("launch ").then_some(command)
}

#[test]
fn what_a_fix_proposes_is_understood() {
    let mut folder = Folder::waiting();
    let mut seen = 0;
    let faults: [&[&str]; 12] = [
        &["approve", "draw"],
        &["approve", "forecast"],
        &["done", "review"],
        &["done", "forecast"],
        &["reject", "review"],
        &["skip", "Paint", "--because", "no guests"],
        &["show", "review"],
        &["show", "draw", "--round", "7"],
        &["undo"],
        &["status", "--nonsense"],
        &["run", "moon", "--input", "other.toml"],
        &["done", "forecast", "--artifact", "calm.toml"],
    ];
    folder.write("other.toml", crate::folder::MOON.replace("nose", "tail"));
    for words in faults {
        let fault = folder.json(words);
        let fix = fault["error"]["fix"]
            .as_str()
            .unwrap_or_else(|| panic!("{words:?}: {fault}"));
        let Some(command) = command_of_fix(fix) else {
            panic!("{words:?}: no command in {fix}");
        };
        let command = command
            .replace("FILE", "calm.toml")
            .replace("REASON", "no")
            .replace("ID", "other");
        let said = folder.typed(&command);
        assert!(!said.err.contains("Usage:"), "{command}\n{}", said.err);
        seen += 1;
        folder = Folder::waiting();
        folder.write("other.toml", crate::folder::MOON.replace("nose", "tail"));
    }
    assert_eq!(seen, faults.len());
}
