//! Whether a journal is as it was recorded: any tampering with any kind of line is found, and the line is named.

#![allow(missing_docs, reason = "tests")]

use std::sync::Arc;

use rusqlite::Connection;
use tests::place::Place;
use tests::script::{Act, Script};
use workflow_runtime::prelude::*;

/// The plan as it is at first, and with a phase more.
macro_rules! trip {
    ($name:ident: $($more:tt)*) => {
        mod $name {
            use super::*;

            workflow! {
                pub(crate) workflow Trip(from: u32) {
                    phase Packing {
                        step list(from) -> list: Vec<u32>;
                        manual gate agreed(list);
                    }
                    optional phase Resting {
                        step rest(list) -> hours: u32;
                    }
                    phase Driving {
                        #[retry(attempts = 2)]
                        #[undo(back)]
                        step drive(list) -> km: u32;
                        #[rework(to = Packing, max = 1)]
                        gate safe(km);
                    }
                    $($more)*
                }
            }

            impl trip::Packing for Family {
                async fn list(&self, _: &StepContext, from: &u32) -> StepResult<Vec<u32>> {
                    Ok(vec![*from])
                }
            }
            impl trip::Resting for Family {
                async fn rest(&self, _: &StepContext, _: &Vec<u32>) -> StepResult<u32> {
                    Ok(8)
                }
                async fn waive(&self, _: &StepContext) -> StepResult<Option<Waiver>> {
                    Ok(Some(Waiver::because("nobody is tired")))
                }
            }
            impl trip::Driving for Family {
                async fn drive(&self, cx: &StepContext, _: &Vec<u32>) -> StepResult<u32> {
                    self.0.step(cx).await?;
                    Ok(100)
                }
                async fn safe(&self, cx: &StepContext, _: &u32) -> StepResult<Verdict> {
                    self.0.gate(cx).await
                }
                async fn back(&self, cx: &StepContext, _: &Vec<u32>, _: Option<&u32>) -> StepResult<()> {
                    self.0.step(cx).await
                }
            }
        }
    };
}

trip! { short: }
trip! { long: phase Arriving { gate home(km) { Ok(Verdict::pass_if(*km > 0, "too near")) } } }

impl long::trip::Arriving for Family {}

struct Family(Script);

const KINDS: [&str; 14] = [
    "begun",
    "started",
    "done",
    "failed",
    "rejected",
    "waiting",
    "stands",
    "waived",
    "cancelled",
    "replanned",
    "undo_begun",
    "undo_failed",
    "step_undone",
    "undone",
];

/// A run with every kind of line, between the lines of another that is like it.
async fn all_kinds() -> Place {
    let place = Place::file();
    let runtime = place.runtime();
    for id in ["other", "t"] {
        let script = Script::default();
        let team = Arc::new(Family(script.clone()));
        let run = || short::Trip::run(runtime, id, &team, 4);
        drop(run().await.unwrap_err());
        runtime.cancel(id).await.unwrap();
        runtime
            .hand_in(id, "Packing.agreed", Actor::new("ada"), Verdict::Pass)
            .await
            .unwrap();
        script.then("Driving.drive", Act::Fail("a flat tyre"));
        script.then("Driving.safe", Act::Reject("too fast"));
        drop(run().await.unwrap());
        drop(long::Trip::run(runtime, id, &team, 4).await.unwrap());
        script.then("Driving.drive", Act::Fail("no way back"));
        let run = long::Trip::resume(runtime, id).await.unwrap();
        run.undo(&team).await.unwrap();
    }
    place
}

fn number(sql: &Connection, query: &str) -> i64 {
    sql.query_row(query, (), |row| row.get(0)).unwrap()
}

/// What was done to line `n`, as SQL, with the number of the first line that is not as it was then, and what is said
/// of it. In the SQL, `line` is the row of line `n` and `next` that of the one after it, `run` the key of the run.
type Tampering = (&'static str, &'static str, i64, &'static str);

const NOT_RECORDED: &str = "is not what was recorded, or does not follow the line before it";
const ANOTHER: &str = "is missing, another stands in its place";

const TAMPERINGS: [Tampering; 10] = [
    (
        "its text edited",
        "UPDATE journal SET body = body || ' ' WHERE row = :line",
        0,
        NOT_RECORDED,
    ),
    (
        "a letter of it edited",
        "UPDATE journal SET body = substr(body, 1, length(body) - 2) || ' }' WHERE row = :line",
        0,
        NOT_RECORDED,
    ),
    (
        "its time changed",
        "UPDATE journal SET at_ms = at_ms - 1 WHERE row = :line",
        0,
        NOT_RECORDED,
    ),
    (
        "its hash changed",
        "UPDATE journal SET hash = zeroblob(32) WHERE row = :line",
        0,
        NOT_RECORDED,
    ),
    (
        "dropped",
        "DELETE FROM journal WHERE row = :line",
        0,
        "is missing",
    ),
    (
        "dropped, and the rest moved up",
        "UPDATE journal SET previous = (SELECT previous FROM journal WHERE row = :line) WHERE row = :next;
         DELETE FROM journal WHERE row = :line;
         UPDATE journal SET seq = seq - 1 WHERE run = :run AND row > :line;
         UPDATE runs SET last_seq = last_seq - 1,
            last_row = (SELECT max(row) FROM journal WHERE run = :run) WHERE key = :run",
        0,
        NOT_RECORDED,
    ),
    (
        "given to another run",
        "UPDATE journal SET run = (SELECT key FROM runs WHERE id = 'other') WHERE row = :line",
        0,
        ANOTHER,
    ),
    (
        "replaced by that of another run",
        "UPDATE journal SET (at_ms, hash, body) = (SELECT at_ms, hash, body FROM journal AS j
            JOIN runs ON runs.key = j.run WHERE runs.id = 'other' AND j.seq = journal.seq) WHERE row = :line",
        0,
        NOT_RECORDED,
    ),
    (
        "put in the place of the next",
        "UPDATE journal SET (at_ms, hash, body) = (SELECT at_ms, hash, body FROM journal WHERE row = :line)
            WHERE row = :next",
        1,
        NOT_RECORDED,
    ),
    (
        "exchanged with the next",
        "UPDATE journal SET (at_ms, hash, body) = (SELECT at_ms, hash, body FROM journal AS j
            WHERE j.row = :line + :next - journal.row) WHERE row IN (:line, :next)",
        0,
        NOT_RECORDED,
    ),
];

#[tokio::test]
async fn any_tampering_with_any_kind_of_line_is_found_and_the_line_named() {
    let place = all_kinds().await;
    let journal = place.journal("t");
    let kind = |line: &String| line.split(' ').next().unwrap().to_owned();
    for kind_of in KINDS {
        assert!(
            journal.iter().any(|line| kind(line) == kind_of),
            "no {kind_of} in {journal:?}"
        );
    }
    assert!(
        journal.iter().all(|line| KINDS.contains(&&*kind(line))),
        "{journal:?}"
    );
    place.runtime().verify("t").await.unwrap();

    let sql = place.sql();
    let keep = "CREATE TEMP TABLE lines AS SELECT * FROM main.journal;
                CREATE TEMP TABLE heads AS SELECT * FROM main.runs;";
    sql.execute_batch(keep).unwrap();
    let run = number(&sql, "SELECT key FROM runs WHERE id = 't'");
    let last = i64::try_from(journal.len()).unwrap();
    for (line, short) in (1..).zip(&journal) {
        let row = |seq: i64| {
            number(
                &sql,
                &format!("SELECT row FROM journal WHERE run = {run} AND seq = {seq}"),
            )
        };
        for (what, batch, first, said) in TAMPERINGS {
            if line == last && batch.contains(":next") {
                continue;
            }
            let next = if line < last { row(line + 1) } else { 0 };
            let batch = batch
                .replace(":line", &row(line).to_string())
                .replace(":next", &next.to_string())
                .replace(":run", &run.to_string());
            sql.execute_batch(&batch).unwrap();
            let found = place
                .runtime()
                .verify("t")
                .await
                .map_err(|error| error.to_string());
            let named = line + first;
            let expected = format!("line {named} of run `t` {said}; restore the store from a backup");
            assert_eq!(found, Err(expected), "line {line}, {short}, was {what}");
            place
                .runtime()
                .verify("other")
                .await
                .unwrap_or_else(|error| panic!("{what}: {error}"));
            restore(&sql);
        }
        place.runtime().verify("t").await.unwrap();
    }
}

fn restore(sql: &Connection) {
    let restore = "BEGIN; DELETE FROM journal; DELETE FROM runs; INSERT INTO runs SELECT * FROM temp.heads;
                   INSERT INTO journal SELECT * FROM temp.lines; COMMIT;";
    sql.execute_batch(restore).unwrap();
}

#[tokio::test]
async fn what_was_put_at_the_end_or_taken_from_there_is_found() {
    let place = all_kinds().await;
    let last = place.journal("t").len();
    let cut = "UPDATE runs SET last_seq = last_seq - 1,
        last_row = (SELECT previous FROM journal WHERE row = last_row) WHERE id = 't'";
    let again = "INSERT INTO journal (run, seq, previous, at_ms, hash, body)
            SELECT run, seq + 1, row, at_ms, hash, body FROM journal
            WHERE row = (SELECT last_row FROM runs WHERE id = 't');
        UPDATE runs SET last_seq = last_seq + 1, last_row = (SELECT max(row) FROM journal) WHERE id = 't'";
    let begun_twice = "UPDATE journal SET previous = (SELECT min(row) FROM journal)
        WHERE seq = 1 AND run = (SELECT key FROM runs WHERE id = 't')";
    let other_name = "UPDATE runs SET id = 'u' WHERE id = 't'";
    let cases = [
        ("t", cut, last - 1, "is not the last line that was recorded"),
        ("t", again, last + 1, NOT_RECORDED),
        ("t", begun_twice, 1, "is not the first that was recorded"),
        ("u", other_name, 1, NOT_RECORDED),
    ];
    let sql = place.sql();
    let keep = "CREATE TEMP TABLE lines AS SELECT * FROM main.journal;
                CREATE TEMP TABLE heads AS SELECT * FROM main.runs;";
    sql.execute_batch(keep).unwrap();
    for (id, batch, line, said) in cases {
        sql.execute_batch(batch).unwrap();
        let found = place
            .runtime()
            .verify(id)
            .await
            .map_err(|error| error.to_string());
        let expected = format!("line {line} of run `{id}` {said}; restore the store from a backup");
        assert_eq!(found, Err(expected), "{batch}");
        restore(&sql);
    }
    place.runtime().verify("t").await.unwrap();
}

#[tokio::test]
async fn a_plan_that_was_edited_is_found() {
    let place = Place::file();
    drop(short::Trip::start(place.runtime(), "t", 4).await.unwrap());
    place.runtime().verify("t").await.unwrap();
    let edit = "UPDATE plans SET body = replace(body, 'Packing', 'Sacking')";
    assert_eq!(place.sql().execute(edit, []).unwrap(), 1);
    let error = place.runtime().verify("t").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the plan of run `t` is not what was recorded; restore the store from a backup"
    );
}
