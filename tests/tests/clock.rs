//! A clock that goes backwards: the order of a journal is that of its lines, whatever their times say.

#![allow(missing_docs, reason = "tests")]

use std::sync::Arc;
use std::time::SystemTime;

use rusqlite::Connection;
use sha2::{Digest, Sha256};
use tests::place::Place;
use tests::script::{Act, Script};
use workflow_runtime::Standing;
use workflow_runtime::prelude::*;

workflow! {
    pub workflow Watchmaking(order: u32) {
        phase Making {
            #[retry(attempts = 3)]
            #[undo(scrap)]
            step build(order) -> wheels: u32;
            manual gate inspect(wheels);
            step polish(wheels) -> wheels;
            manual gate admire(wheels);
            step close(wheels) -> watch: u32;
        }
    }
}

struct Watchmaker(Script);

impl watchmaking::Making for Watchmaker {
    async fn build(&self, cx: &StepContext, order: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(order * 10)
    }
    async fn polish(&self, cx: &StepContext, wheels: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(wheels + 5)
    }
    async fn close(&self, cx: &StepContext, wheels: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(wheels + 1)
    }
    async fn scrap(&self, _: &StepContext, _: &u32, _: Option<&u32>) -> StepResult<()> {
        Ok(())
    }
}

const TEN_YEARS: i64 = 10 * 365 * 24 * 3600 * 1000;

/// Lets a run have been recorded by a clock that was ten years ahead: its lines are chained as the store does it.
fn recorded_in_the_future(sql: &Connection, id: &str) {
    let mut hash: Vec<u8> = Sha256::digest(id.as_bytes()).to_vec();
    let mut select = sql
        .prepare("SELECT row, seq, at_ms, body FROM journal ORDER BY seq")
        .unwrap();
    let lines = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
    let lines: Vec<(i64, i64, i64, String)> = lines.unwrap().map(Result::unwrap).collect();
    for (row, seq, at_ms, body) in lines {
        let at_ms = at_ms + TEN_YEARS;
        let chained = [
            &hash[..],
            &seq.to_be_bytes(),
            &at_ms.to_be_bytes(),
            body.as_bytes(),
        ]
        .concat();
        hash = Sha256::digest(chained).to_vec();
        let update = "UPDATE journal SET at_ms = ?2, hash = ?3 WHERE row = ?1";
        sql.execute(update, (row, at_ms, &hash)).unwrap();
    }
    let update = "UPDATE runs SET head = ?1, created_at = created_at + ?2, updated_at = updated_at + ?2";
    sql.execute(update, (&hash, TEN_YEARS)).unwrap();
}

#[tokio::test]
async fn a_run_goes_on_and_back_when_the_clock_was_set_back_by_years() {
    let place = Place::file();
    let script = Script::default();
    script.then("Making.build", Act::Fail("a hair"));
    let team = Arc::new(Watchmaker(script.clone()));
    let halted = Watchmaking::run(place.runtime(), "w", &team, 4)
        .await
        .unwrap_err();
    assert!(halted.is_waiting(), "{halted}");
    drop(halted);
    let place = place.reopened();
    recorded_in_the_future(&place.sql(), "w");
    place.runtime().verify("w").await.unwrap();
    script.notes();

    watchmaking::hand_in::inspect(place.runtime(), "w", Actor::new("ada"), Verdict::Pass)
        .await
        .unwrap();
    let halted = Watchmaking::run(place.runtime(), "w", &team, 4)
        .await
        .unwrap_err();
    assert_eq!(halted.cause.steps(), ["Making.admire"]);
    drop(halted);
    let place = place.reopened();
    watchmaking::hand_in::admire(place.runtime(), "w", Actor::new("ada"), Verdict::Pass)
        .await
        .unwrap();
    let done = Watchmaking::run(place.runtime(), "w", &team, 4).await.unwrap();
    // The polished wheels are the newer ones, though they were recorded ten years before.
    assert_eq!(*done.artifacts().watch(), 46);
    assert_eq!(
        script.notes(),
        ["Making.polish", "Making.close"],
        "nothing is done twice"
    );
    let order = [
        "begun",
        "started Making.build",
        "failed Making.build",
        "started Making.build",
        "done Making.build",
        "waiting Making.inspect",
        "done Making.inspect by ada",
        "done Making.polish",
        "waiting Making.admire",
        "done Making.admire by ada",
        "done Making.close",
    ];
    assert_eq!(place.journal("w"), order);
    let run = place.runtime().runs().await.unwrap().remove(0);
    assert_eq!(run.standing, Standing::Done);
    assert!(
        run.began_at > SystemTime::now() && run.changed_at < run.began_at,
        "{run:?}"
    );

    let undone = done.undo(&team).await.unwrap();
    assert_eq!(undone.id(), "w");
    place.runtime().verify("w").await.unwrap();
}
