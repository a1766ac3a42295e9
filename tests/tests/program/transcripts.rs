//! What people read: the text of every verb in every state of a run that matters, as it stands in `transcripts/`.
//!
//! Written anew by `UPDATE_SNAPSHOTS=1 cargo test -p tests --test program`; read the difference before keeping it.

use std::fmt::Write;
use std::path::Path;

use crate::folder::{Folder, Said};
use crate::stable::stable;

/// A session at a terminal: each line as typed, what was answered, `!` before what went to standard error, and `=` with
/// the status where it is not 0.
pub(crate) struct Transcript<'f> {
    folder: &'f Folder,
    text: String,
}

impl<'f> Transcript<'f> {
    pub(crate) fn of(folder: &'f Folder) -> Self {
        let text = String::new();
        Transcript { folder, text }
    }

    pub(crate) fn type_in(&mut self, line: &str) -> &mut Self {
        let said = self.folder.typed(line);
        self.answered(line, &said)
    }

    pub(crate) fn answered(&mut self, line: &str, said: &Said) -> &mut Self {
        let _ = writeln!(self.text, "$ {line}");
        self.text.push_str(&said.out);
        for line in said.err.lines() {
            let _ = writeln!(self.text, "{}", format!("! {line}").trim_end());
        }
        if said.status != 0 {
            let _ = writeln!(self.text, "= {}", said.status);
        }
        self.text.push('\n');
        self
    }

    /// Compares all of it with the file of that name.
    #[track_caller]
    pub(crate) fn is(&self, name: &str) {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/program/transcripts/{name}.txt"));
        let text = beginnings_sorted(&stable(&self.text, &self.folder.path("")));
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(&file, &text).expect("it can be written");
            return;
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        let differs = kept.lines().zip(text.lines()).position(|(kept, now)| kept != now);
        let at = differs.unwrap_or_else(|| kept.lines().count().min(text.lines().count()));
        assert!(
            kept == text,
            "{}:{}: was\n{}\nand is\n{}\nwith UPDATE_SNAPSHOTS=1 it is written anew",
            file.display(),
            at + 1,
            kept.lines().nth(at).unwrap_or_default(),
            text.lines().skip(at).take(12).collect::<Vec<_>>().join("\n"),
        );
    }
}

/// Steps that begin at once say so in any order: whose beginning is recorded first waits for the disk.
fn beginnings_sorted(text: &str) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    for together in lines.chunk_by_mut(|one, next| [one, next].iter().all(|line| line.ends_with(" begins\n")))
    {
        together.sort_unstable();
    }
    lines.concat()
}

/// A session in that folder.
#[track_caller]
fn check(name: &str, folder: &Folder, lines: &[&str]) {
    let mut transcript = Transcript::of(folder);
    for line in lines {
        transcript.type_in(line);
    }
    transcript.is(name);
}

#[test]
fn before_any_run() {
    check(
        "before_any_run",
        &Folder::new(),
        &[
            "launch",
            "launch run --help",
            "launch plan",
            "launch list",
            "launch status",
            "launch next",
            "launch run",
            "launch run moon",
            "launch why gather",
            "launch show gather",
            "launch approve review",
            "launch done forecast --artifact calm.toml",
            "launch skip Paint --because 'no guests'",
            "launch undo --yes",
            "launch cancel --yes",
            "launch log",
            "launch verify",
            "launch graph --run",
            "launch report",
            "launch export --format junit",
        ],
    );
}

#[test]
fn waiting() {
    check(
        "waiting",
        &Folder::new(),
        &[
            "launch run --input moon.toml",
            "launch run",
            "launch run --input moon.toml",
            "launch status",
            "launch next",
            "launch list",
            "launch list --open",
            "launch log",
            "launch verify",
            "launch why gather",
            "launch why review",
            "launch why frame",
            "launch why Paint.paint",
            "launch show draw",
            "launch show review",
            "launch show draw --round 1",
            "launch approve draw",
            "launch approve forecast",
            "launch done review",
            "launch done draw",
            "launch done forecast",
            "launch done forecast --artifact calm.toml",
            "launch reject review",
            "launch skip Design --because 'it is drawn'",
            "launch skip Paint --because 'no guests'",
            "launch undo",
            "launch cancel",
            "launch report",
        ],
    );
}

#[test]
fn handed_in() {
    let folder = Folder::waiting();
    check(
        "handed_in",
        &folder,
        &[
            "launch approve review -m 'well drawn'",
            "launch approve review",
            "launch reject review -m 'on second thoughts'",
            "launch status",
            "launch list",
            "launch next",
            "launch why review",
            "launch why frame",
            "launch why lift_off",
            "launch log",
        ],
    );
}

#[test]
fn failed() {
    let mut folder = Folder::new();
    folder.act("Design.draw fail the pencil broke, fail no pencil, give_up no paper; Build.engine give_up no fuel; Build.frame pause 400");
    check(
        "failed",
        &folder,
        &[
            "launch run --input moon.toml",
            "launch status",
            "launch next",
            "launch list",
            "launch why draw",
            "launch why review",
            "launch why frame",
            "launch show draw",
            "launch log",
        ],
    );
    folder.act("").well(&["run"]);
    folder.well(&["approve", "review"]);
    folder.act("Build.engine give_up no fuel; Build.frame pause 400");
    check(
        "failed_in_parallel",
        &folder,
        &[
            "launch run",
            "launch status",
            "launch why engine",
            "launch why frame",
            "launch why assemble",
            "launch why draw",
            "launch log",
        ],
    );
}

#[test]
fn rejected() {
    check(
        "rejected",
        &Folder::waiting(),
        &[
            "launch reject review -m 'it has no door'",
            "launch reject review -m 'it has no door'",
            "launch approve review",
            "launch run",
            "launch status",
            "launch next",
            "launch list",
            "launch why review",
            "launch why frame",
            "launch log",
            "launch undo --yes",
            "launch status",
        ],
    );
}

/// The optional phase is next: the program was stopped as it asked whether it is waived.
fn at_paint() -> Folder {
    let mut folder = Folder::waiting();
    folder.well(&["approve", "review"]);
    folder.act("Build.engine pause 400; Paint.paint until go");
    let beside = folder.beside(&["run"]);
    folder.until("paint", |folder| {
        folder.json(&["status"])["progress"]["steps_done"] == 6
    });
    folder.well(&["cancel", "--yes"]);
    beside.ended().ends(130);
    folder.act("");
    folder
}

#[test]
fn skipped() {
    check(
        "skipped",
        &at_paint(),
        &[
            "launch next",
            "launch why paint",
            "launch skip Paint",
            "launch skip Paint --because ' '",
            "launch skip Paint --because 'no guests'",
            "launch next",
            "launch run",
            "launch status",
            "launch why paint",
            "launch show paint",
            "launch skip Paint --because 'no guests'",
            "launch log",
        ],
    );
}

#[test]
fn skipped_by_the_team() {
    let mut folder = at_paint();
    folder.act("Paint.paint waive the guests are away");
    check(
        "skipped_by_the_team",
        &folder,
        &["launch run", "launch status", "launch why paint"],
    );
}

#[test]
fn skipped_too_late() {
    let mut folder = at_paint();
    folder.act("Paint.paint pause 1, give_up no brush");
    check(
        "skipped_too_late",
        &folder,
        &[
            "launch run",
            "launch skip Paint --because 'no guests'",
            "launch next",
        ],
    );
}

/// Done but for the weather.
fn at_forecast() -> Folder {
    let mut folder = Folder::waiting();
    folder.well(&["approve", "review"]);
    folder.act("Build.engine pause 400").well(&["run"]);
    folder
}

#[test]
fn reworked() {
    let folder = at_forecast();
    check(
        "reworked",
        &folder,
        &[
            "launch done forecast --artifact windy.toml -m 'see for yourself'",
            "launch run",
            "launch status",
            "launch next",
            "launch why frame",
            "launch why ready",
            "launch why forecast",
            "launch why gather",
            "launch show frame --round 0",
            "launch show forecast",
            "launch done forecast --artifact windy.toml",
            "launch run",
            "launch status",
            "launch next",
            "launch why ready",
            "launch log",
        ],
    );
}

#[test]
fn done() {
    let folder = at_forecast();
    check(
        "done",
        &folder,
        &[
            "launch done forecast --artifact calm.toml",
            "launch run",
            "launch run",
            "launch run moon",
            "launch run --input moon.toml",
            "launch status",
            "launch next",
            "launch list",
            "launch list --open",
            "launch show lift_off",
            "launch show ready",
            "launch show forecast",
            "launch why lift_off",
            "launch approve review",
            "launch done forecast --artifact calm.toml --run moon",
            "launch skip Paint --because 'no guests' --run moon",
            "launch cancel moon --yes",
            "launch log",
            "launch report",
            "launch report --output launch.db",
        ],
    );
}

#[test]
fn undoing_and_undone() {
    let mut folder = at_forecast();
    folder.set("LAUNCH_UNDO", "fail");
    check(
        "undoing",
        &folder,
        &[
            "launch undo --yes",
            "launch status",
            "launch next",
            "launch list",
            "launch why frame",
            "launch why forecast",
            "launch run",
            "launch done forecast --artifact calm.toml",
            "launch skip Paint --because 'no guests'",
            "launch log",
        ],
    );
    folder.set("LAUNCH_UNDO", "");
    check(
        "undone",
        &folder,
        &[
            "launch undo --yes",
            "launch status",
            "launch next",
            "launch list",
            "launch why frame",
            "launch why forecast",
            "launch why engine",
            "launch show frame",
            "launch undo --yes",
            "launch run moon",
            "launch approve review --run moon",
            "launch skip Paint --because 'no guests' --run moon",
            "launch cancel moon --yes",
            "launch log",
        ],
    );
}

#[test]
fn cancelled() {
    check(
        "cancelled",
        &Folder::waiting(),
        &[
            "launch cancel --yes",
            "launch status",
            "launch list",
            "launch why review",
            "launch next",
            "launch run",
        ],
    );
}

#[test]
fn under_an_edited_plan() {
    let mut folder = Folder::waiting();
    folder.set("WORKFLOW_JOURNAL", "launch.db");
    check(
        "under_an_edited_plan",
        &folder,
        &[
            "launch_changed status",
            "launch_changed next",
            "launch_changed why draw",
            "launch_changed run",
            "launch_changed approve review",
            "launch_changed undo --yes",
        ],
    );
}

#[test]
fn damaged() {
    let folder = Folder::waiting();
    let connection = rusqlite::Connection::open(folder.journal()).expect("it is a database");
    let edit = "UPDATE journal SET body = replace(body, 'moon', 'sun') WHERE seq = 3";
    connection.execute(edit, ()).expect("it has lines");
    drop(connection);
    check(
        "damaged",
        &folder,
        &[
            "launch verify",
            "launch show draw",
            "launch run",
            "launch approve review",
            "launch cancel --yes",
        ],
    );
}
