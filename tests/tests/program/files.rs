//! Files and words that are not what is asked for.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::folder::{ERRAND, Folder};

/// At the forecast.
fn at_forecast() -> Folder {
    let folder = Folder::waiting();
    folder.well(&["approve", "review"]);
    folder.well(&["run"]);
    folder
}

#[test]
fn what_a_terminal_would_act_on_is_in_json_on_standard_output_what_it_was() {
    let folder = Folder::new();
    let name = "turned \u{202e} and \u{85} broken";
    let wish = serde_json::json!({ "name": name, "parts": [], "thrust": 1 });
    folder.write("wish.json", wish.to_string());
    folder.well(&["run", "--input", "wish.json"]);
    let shown = folder.well(&["show", "draw"]).out;
    let drawing: serde_json::Value = serde_json::from_str(&shown).expect("it is JSON");
    assert_eq!(drawing["title"], name);
    let exported = folder.well(&["export", "--format", "json"]).out;
    let audit: serde_json::Value = serde_json::from_str(&exported).expect("it is JSON");
    assert!(audit.to_string().contains(name), "{exported}");
}

#[test]
fn a_run_is_in_a_line_whatever_its_id() {
    let folder = Folder::new();
    folder.well(&["run", "--input", "moon.toml", "one\ntwo"]);
    folder.well(&["run", "--input", "moon.toml", "三"]);
    let list = folder.well(&["list"]).out;
    assert_eq!(list.lines().count(), 2, "{list}");
    assert!(list.contains("one two  waiting"), "{list}");
    assert!(list.contains("三       waiting"), "{list}");
    assert_eq!(folder.well(&["verify"]).out.lines().count(), 2);
}

#[test]
fn an_artifact_that_is_none_is_told_and_changes_nothing() {
    let folder = at_forecast();
    std::fs::create_dir(folder.path("folder.toml")).expect("it can be made");
    let cases: [(&str, &[u8], &str, i32); 7] = [
        (
            "wrong.toml",
            b"wind = 'strong'\nsky = 'blue'\n",
            "wrong.toml:1",
            2,
        ),
        ("more.toml", b"wind = 3\nsky = 'blue'\nrain = 1\n", "rain", 2),
        ("less.yaml", b"wind: 3\n", "sky", 2),
        ("half.json", b"{\"wind\": 3,", "half.json:1", 2),
        ("latin.toml", b"wind = 3\nsky = 'gr\xfcn'\n", "latin.toml", 2),
        ("empty.json", b"", "empty.json", 2),
        (
            "storm.toml",
            b"wind = 200\nsky = 'black'\n",
            "a wind of 200 m/s is no wind",
            2,
        ),
    ];
    for (file, content, told, status) in cases {
        folder.write(file, content);
        folder
            .run(&["done", "forecast", "--artifact", file])
            .ends(status)
            .tells(told);
    }
    for missing in ["none.toml", "folder.toml"] {
        folder
            .run(&["done", "forecast", "--artifact", missing])
            .ends(2)
            .tells(missing);
    }
    assert_eq!(folder.json(&["status"])["run"]["standing"], "waiting");
    folder
        .fed(
            &["done", "forecast", "--artifact", "-"],
            "{\"wind\": 3, \"sky\": \"blue\"}",
        )
        .ends(0);
}

#[test]
fn a_megabyte_is_handed_in_and_shown_whole() {
    let folder = at_forecast();
    let sky = "blue ".repeat(200_000);
    folder.write("big.json", format!("{{\"wind\": 3, \"sky\": \"{sky}\"}}"));
    folder.well(&["done", "forecast", "--artifact", "big.json"]);
    let shown = folder.json(&["show", "forecast"]);
    assert_eq!(shown["value"]["sky"], sky);
    folder.well(&["run"]);
    folder.well(&["verify"]);
    let said = folder.typed("launch show forecast | head -c 10");
    assert_eq!(said.err, "");
}

#[test]
fn words_that_are_not_utf_8_are_told() {
    let folder = at_forecast();
    let odd = OsStr::from_bytes(b"m\xff\xfen");
    for words in [
        [OsStr::new("status"), odd],
        [OsStr::new("why"), odd],
        [OsStr::new("approve"), odd],
        [OsStr::new("run"), odd],
    ] {
        folder.run(&words).ends(2).tells("UTF-8");
    }
    let document = folder.json(&[OsStr::new("why"), odd]);
    assert_eq!(document["error"]["code"], "usage");
}

#[test]
fn a_file_may_be_called_anything() {
    let folder = Folder::new();
    let odd = OsStr::from_bytes(b"m\xff.toml");
    folder.write(odd, crate::folder::MOON);
    let begin = [OsStr::new("run"), OsStr::new("--input"), odd];
    folder.run(&begin).ends(2).tells("launch run ID --input FILE");
    folder.well(&[OsStr::new("run"), OsStr::new("moon"), OsStr::new("--input"), odd]);

    let mut folder = Folder::new();
    folder.program(ERRAND);
    let journal = OsStr::from_bytes(b"j\xff.db");
    folder.well(&[OsStr::new("run"), OsStr::new("--journal"), journal]);
    let next = folder.json(&[OsStr::new("next"), OsStr::new("--journal"), journal]);
    let command = next["actions"][0]["command"].as_str().expect("it is text");
    assert!(command.contains(r"$'j\xff.db'"), "{command}");
    let mut bash = folder.command("bash");
    let done = bash.args(["-c", command]).status().expect("there is a shell");
    assert!(done.success(), "{command}");
}

#[test]
fn an_output_that_cannot_be_written_is_told() {
    let folder = Folder::waiting();
    folder
        .run(&["report", "--output", "no/such/folder.html"])
        .ends(1)
        .tells("cannot be written");
    folder.run(&["graph", "--output", "."]).ends(1);
    folder
        .run(&["graph", "--output", "./launch.db"])
        .ends(2)
        .tells("is the journal");
    folder.well(&["verify"]);
    assert!(folder.well(&["graph", "--output", "-"]).out.contains("flowchart"));
}

#[test]
fn notes_and_reasons_are_kept_as_they_were_said() {
    let folder = Folder::waiting();
    let note = "two\nlines, \"quoted\" & <odd> 🌙";
    folder.well(&["approve", "review", "-m", note]);
    let why = folder.json(&["why", "review"]);
    assert!(
        why["reasons"][0]
            .as_str()
            .is_some_and(|reason| reason.contains(note)),
        "{why}"
    );
    // Nothing said is no note.
    let folder = Folder::waiting();
    let said = folder.json(&["approve", "review", "-m", "  "]);
    assert_eq!(said["note"], serde_json::Value::Null);
}
