//! Files of format 1: they are opened, brought up to date, and their runs go on; their lines stay as they are.
//!
//! `fixtures/format-1.db` was written by a program that was built before there was a format 2 (dc76ce4 brought it): the
//! plan below, and a run for each way to stop. `begun` was started and let go of; in `done` the code failed once and the
//! quality was rejected once; in `waived` the tuning was waived; `waits for a photo` was driven until it waited, and the
//! photo was handed in; `waits for a review` was driven on from there; in `failed` the code failed twice, and in `rejected`
//! the quality was rejected until no rework was left. The photo was always by `ada`, the review by `grace`.
//!
//! It must never be written again: only an old build can make an old file.

#![allow(missing_docs, reason = "tests")]

use std::path::{Path, PathBuf};
use std::sync::{Arc, Barrier};

use rusqlite::Connection;
use rusqlite::types::Value;
use ship::Position;
use tests::place;
use tests::process;
use tests::script::{Act, Script};
use workflow_runtime::prelude::*;
use workflow_runtime::{Roster, Standing};

workflow! {
    pub workflow Ship(wish: String) {
        role Editor;
        phase Requirements {
            step gather(wish) -> needs: Vec<String>;
        }
        phase Design {
            step draw(needs) -> drawing: String;
            #[by(Editor)]
            manual step photograph(drawing) -> photo: String;
            #[by(Editor)]
            manual gate review(drawing, photo);
        }
        parallel phase Build {
            #[retry(attempts = 2)]
            #[undo(remove)]
            step code(drawing) -> code: String;
            step book(needs) -> book: u32;
            #[rework(to = Design, max = 2)]
            gate quality(code);
        }
        optional(code) phase Tuning {
            step tune(code) -> gain: u32;
        }
        phase Delivery {
            step deliver(code, gain) -> note: String;
        }
    }
}

struct Team(Script);

impl ship::Requirements for Team {
    async fn gather(&self, cx: &StepContext, wish: &String) -> StepResult<Vec<String>> {
        self.0.step(cx).await?;
        Ok(wish.split(", ").map(str::to_owned).collect())
    }
}
impl ship::Design for Team {
    async fn draw(&self, cx: &StepContext, needs: &Vec<String>) -> StepResult<String> {
        self.0.step(cx).await?;
        // The same in each round.
        Ok(format!("{} in round 0", needs.join(" and ")))
    }
}
impl ship::Build for Team {
    async fn code(&self, cx: &StepContext, drawing: &String) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("code for {drawing}"))
    }
    async fn book(&self, cx: &StepContext, needs: &Vec<String>) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(u32::try_from(needs.len())?)
    }
    async fn quality(&self, cx: &StepContext, _: &String) -> StepResult<Verdict> {
        self.0.gate(cx).await
    }
    async fn remove(&self, cx: &StepContext, _: &String, made: Option<&String>) -> StepResult<()> {
        self.0.note(format!("undo {} of {made:?}", cx.step()));
        Ok(())
    }
}
impl ship::Tuning for Team {
    async fn tune(&self, cx: &StepContext, _: &String) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(7)
    }
    async fn waive(&self, _: &StepContext, _: &String) -> StepResult<Option<Waiver>> {
        self.0.waive("Tuning.waive").await
    }
}
impl ship::Delivery for Team {
    async fn deliver(&self, cx: &StepContext, code: &String, gain: Option<&u32>) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("{code}, gain {gain:?}"))
    }
}

const RUNS: [(&str, usize, Standing); 7] = [
    ("begun", 1, Standing::Running),
    ("done", 21, Standing::Done),
    ("waived", 12, Standing::Done),
    // Handed in by `ada`, and not driven on.
    ("waits for a photo", 5, Standing::Running),
    ("waits for a review", 6, Standing::Waiting),
    ("failed", 10, Standing::Halted),
    ("rejected", 26, Standing::Halted),
];

/// A copy of the old file, which lasts as long as its folder.
fn old_file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.db");
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/format-1.db");
    std::fs::copy(fixture, &path).unwrap();
    (folder, path)
}

fn sql(path: &Path) -> Connection {
    Connection::open(path).unwrap()
}

fn format(path: &Path) -> i64 {
    sql(path)
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap()
}

/// All lines as they stand in the file, byte for byte, with their places and hashes.
fn rows(path: &Path) -> Vec<Vec<Value>> {
    let sql = sql(path);
    let mut select = sql
        .prepare("SELECT row, run, seq, previous, at_ms, hash, body FROM journal")
        .unwrap();
    let rows = select.query_map((), |row| (0..7).map(|at| row.get(at)).collect());
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

/// What others hand in while a run is driven to its end, or to where nobody can help; yields where it was asked.
async fn drive(runtime: &Runtime, id: &str, script: &Script) -> (Vec<String>, Result<String, ship::Halted>) {
    let mut asked = Vec::new();
    loop {
        let team = Arc::new(Team(script.clone()));
        let halted = match Ship::run(runtime, id, &team, "a shop, a till".to_owned()).await {
            Ok(done) => return (asked, Ok(done.artifacts().note().clone())),
            Err(halted) if !halted.is_waiting() => return (asked, Err(halted)),
            Err(halted) => halted,
        };
        let step = halted.cause.steps().concat();
        drop(halted);
        let editor = Actor::new("grace");
        match &*step {
            "Design.photograph" => {
                ship::hand_in::photograph(runtime, id, editor, "a photo".to_owned())
                    .await
                    .unwrap();
            }
            _ => runtime.hand_in(id, &step, editor, Verdict::Pass).await.unwrap(),
        }
        asked.push(step);
    }
}

#[tokio::test]
async fn an_old_file_is_brought_up_to_date_and_its_lines_stay_as_they_are() {
    let (_folder, path) = old_file();
    let before = rows(&path);
    assert_eq!((format(&path), before.len()), (1, 81));
    for _ in 0..2 {
        let runtime = Runtime::open(&path).unwrap();
        let runs = runtime.runs().await.unwrap();
        let runs: Vec<_> = runs.iter().map(|run| (&*run.id, run.standing)).collect();
        assert_eq!(runs, RUNS.map(|(id, _, standing)| (id, standing)));
        for (id, lines, _) in RUNS {
            runtime.verify(id).await.unwrap();
            assert_eq!(place::lines(&sql(&path), id).len(), lines);
        }
        assert!(runtime.check_plan::<Ship>().await.unwrap().is_empty());
        drop(runtime);
        assert_eq!((format(&path), rows(&path)), (2, before.clone()));
    }
}

#[tokio::test]
async fn each_run_of_an_old_file_goes_on_where_it_was() {
    let tuned = "code for a shop and a till in round 0, gain Some(7)";
    let rest = ["Tuning.waive", "Tuning.tune", "Delivery.deliver"];
    let build = ["Build.book", "Build.code", "Build.quality"];
    let cases = [
        (
            "begun",
            vec!["Design.photograph", "Design.review"],
            [&["Requirements.gather", "Design.draw"], &build[..], &rest].concat(),
            Ok(tuned),
        ),
        (
            "waits for a photo",
            vec!["Design.review"],
            [build, rest].concat(),
            Ok(tuned),
        ),
        (
            "waits for a review",
            vec!["Design.review"],
            [build, rest].concat(),
            Ok(tuned),
        ),
        (
            "failed",
            vec![],
            [&["Build.code a3", "Build.quality"], &rest[..]].concat(),
            Ok(tuned),
        ),
        (
            "done",
            vec![],
            vec![],
            Ok("code for a shop and a till in round 1, gain Some(7)"),
        ),
        (
            "waived",
            vec![],
            vec![],
            Ok("code for a shop and a till in round 0, gain None"),
        ),
        ("rejected", vec![], vec![], Err("too slow")),
    ];
    let (_folder, path) = old_file();
    let before = rows(&path);
    let mut runtime = Runtime::open(&path).unwrap();
    for (id, asked, called, expected) in cases {
        for again in [false, true] {
            let script = Script::default();
            let (was_asked, came_to) = drive(&runtime, id, &script).await;
            if again {
                assert_eq!(
                    (was_asked, script.notes()),
                    (vec![], vec![]),
                    "{id}: once is enough"
                );
            } else {
                assert_eq!(was_asked, asked, "{id}");
                assert_eq!(script.notes(), called, "{id}");
            }
            match (came_to, expected) {
                (Ok(note), Ok(expected)) => assert_eq!(note, expected, "{id}"),
                (Err(halted), Err(reason)) => {
                    assert_eq!(halted.cause.rejection().unwrap().reason(), reason, "{id}");
                }
                (other, _) => panic!("{id}: {other:?}"),
            }
            drop(runtime);
            runtime = Runtime::open(&path).unwrap();
        }
        runtime.verify(id).await.unwrap();
        // An old outline tells no roles; that is all that is new in the plan.
        let count = RUNS.iter().find(|run| run.0 == id).unwrap().1;
        let lines = place::lines(&sql(&path), id);
        assert_eq!(
            lines[count]["replanned"]["differences"],
            serde_json::json!([
                "`Design.photograph` is by `Editor`, no role was recorded",
                "`Design.review` is by `Editor`, no role was recorded",
            ]),
            "{id}"
        );
        assert_eq!(
            lines
                .iter()
                .filter(|line| line.get("replanned").is_some())
                .count(),
            1
        );
    }
    drop(runtime);
    assert_eq!(rows(&path)[..before.len()], before);
}

#[tokio::test]
async fn an_approval_of_an_old_file_does_not_stand_as_what_was_shown_was_not_recorded() {
    let (_folder, path) = old_file();
    let runtime = Runtime::open(&path).unwrap();
    let script = Script::default();
    script
        .then("Build.quality", Act::Reject("too slow"))
        .then("Build.quality", Act::Reject("still too slow"));
    let (asked, note) = drive(&runtime, "failed", &script).await;
    assert_eq!(
        note.unwrap(),
        "code for a shop and a till in round 0, gain Some(7)"
    );
    // In the second round nothing has changed either, and there is a record of it.
    assert_eq!(asked, ["Design.photograph", "Design.review", "Design.photograph"]);
    let lines = place::lines(&sql(&path), "failed");
    let stands: Vec<_> = lines.iter().filter_map(|line| line.get("stands")).collect();
    assert_eq!(
        stands,
        [&serde_json::json!({ "gate": "Design.review", "round": 2, "given_in": 1, "by": "grace" })]
    );
}

#[tokio::test]
async fn a_program_that_knows_no_plan_hands_in_to_a_run_of_an_old_file() {
    let (_folder, path) = old_file();
    let stranger = Runtime::open(&path).unwrap();
    stranger
        .hand_in(
            "waits for a review",
            "Design.review",
            Actor::new("ada"),
            Verdict::Pass,
        )
        .await
        .unwrap();
    stranger.cancel("failed").await.unwrap();
    let (asked, _) = drive(
        &Runtime::open(&path).unwrap(),
        "waits for a review",
        &Script::default(),
    )
    .await;
    assert!(asked.is_empty());
    // Where the plan is known, so are its roles.
    let held = Runtime::open(&path)
        .unwrap()
        .with_roster("[roles]".parse::<Roster>().unwrap());
    let refused = ship::hand_in::review(&held, "waits for a photo", Actor::new("ada"), Verdict::Pass).await;
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("`Editor`, which nobody holds")
    );
}

#[tokio::test]
async fn what_an_old_run_did_can_be_taken_back() {
    let (_folder, path) = old_file();
    let runtime = Runtime::open(&path).unwrap();
    for (id, expected) in [
        ("begun", vec![]),
        ("failed", vec!["undo Build.code of None"]),
        (
            "done",
            vec![
                r#"undo Build.code of Some("code for a shop and a till in round 1")"#,
                r#"undo Build.code of Some("code for a shop and a till in round 0")"#,
            ],
        ),
    ] {
        let script = Script::default();
        let team = Arc::new(Team(script.clone()));
        let position: Position = Ship::resume(&runtime, id).await.unwrap();
        position.undo(&team).await.unwrap();
        assert_eq!(script.notes(), expected, "{id}");
        runtime.verify(id).await.unwrap();
    }
}

/// A file and all that stands beside it, but for what SQLite needs while it looks.
fn folder_of(path: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(path.parent().unwrap()).unwrap();
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                std::fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_newer_or_half_changed_file_is_refused_and_left_alone() {
    for (change, parts) in [
        (
            "PRAGMA user_version = 3",
            &["has format 3, while this build reads up to 2; use a newer build"][..],
        ),
        (
            "ALTER TABLE runs ADD COLUMN stops INTEGER NOT NULL DEFAULT 0",
            &["is damaged", "stops", "restore it from a backup"],
        ),
        (
            "PRAGMA user_version = 2",
            &["is damaged", "stops", "restore it from a backup"],
        ),
        (
            "PRAGMA foreign_keys = OFF; DROP TABLE plans",
            &["is damaged", "plans", "restore it from a backup"],
        ),
        (
            "PRAGMA application_id = 7",
            &["is not a store of runs", "0x00000007"],
        ),
    ] {
        let (_folder, path) = old_file();
        sql(&path).execute_batch(change).unwrap();
        let before = folder_of(&path);
        for _ in 0..2 {
            let error = Runtime::open(&path).unwrap_err().to_string();
            assert!(error.contains(&path.display().to_string()), "{error}");
            for part in parts {
                assert!(error.contains(part), "{change}: `{part}` is not in: {error}");
            }
            assert!(folder_of(&path) == before, "{change}");
        }
    }
}

#[test]
fn of_those_who_open_an_old_file_at_once_all_succeed() {
    for _ in 0..5 {
        let (_folder, path) = old_file();
        let before = rows(&path);
        let at_once = Barrier::new(5);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    at_once.wait();
                    drop(Runtime::open(&path).unwrap());
                });
            }
            for _ in 0..2 {
                scope.spawn(|| {
                    at_once.wait();
                    assert_eq!(process::tell("open", &path), ["opened 7 runs"]);
                });
            }
        });
        assert_eq!((format(&path), rows(&path)), (2, before));
    }
}

#[tokio::test]
async fn as_another_process() {
    let Some((_, path)) = process::told() else { return };
    let runs = Runtime::open(path).unwrap().runs().await.unwrap();
    process::say(format!("opened {} runs", runs.len()));
}
