//! What is asked before a new build is deployed: which runs under way it could not take up.

#![allow(missing_docs, reason = "tests")]

use std::sync::Arc;

use tests::place::Place;
use tests::script::{Act, Script};
use workflow_runtime::prelude::*;

/// The program as it is.
mod now {
    use super::*;

    #[derive(Debug, serde::Serialize, serde::Deserialize)]
    pub(crate) struct Key {
        teeth: u32,
    }

    workflow! {
        pub(crate) workflow Walk(from: u32) {
            phase Leaving {
                step lock(from) -> key: Key { Ok(Key { teeth: *from }) }
                manual gate ready(key);
            }
            phase Walking {
                step walk(from) -> km: u32;
            }
        }
    }

    pub(crate) struct Team(pub(crate) Script);

    impl walk::Leaving for Team {}
    impl walk::Walking for Team {
        async fn walk(&self, cx: &StepContext, from: &u32) -> StepResult<u32> {
            self.0.step(cx).await?;
            Ok(*from)
        }
    }
}

/// As it is to be: a gate of it comes before what some runs have done, and one artifact reads otherwise.
mod next {
    use super::*;

    #[derive(Debug, serde::Serialize, serde::Deserialize)]
    pub(crate) struct Key {
        teeth: u32,
        colour: String,
    }

    workflow! {
        pub(crate) workflow Walk(from: u32) {
            phase Leaving {
                step lock(from) -> key: Key {
                    Ok(Key { teeth: *from, colour: "red".to_owned() })
                }
                gate shut(from) { Ok(Verdict::pass_if(*from > 0, "it is open")) }
                manual gate ready(key);
            }
            phase Walking {
                step walk(from) -> km: u32;
            }
        }
    }
}

workflow! {
    pub workflow Swim(from: u32) {
        phase Swimming {
            step swim(from) -> km: u32 { Ok(*from) }
        }
    }
}

impl swim::Swimming for now::Team {}

/// Runs in every state: by the id, how far each is driven.
async fn runs(place: &Place) -> Arc<now::Team> {
    use now::{Walk, walk};
    let script = Script::default();
    let team = Arc::new(now::Team(script.clone()));
    let (runtime, by) = (place.runtime(), || Actor::new("ada"));
    drop(Walk::start(runtime, "begun", 1).await.unwrap());
    drop(Swim::start(runtime, "another workflow", 1).await.unwrap());
    for id in ["waits", "handed in", "failed", "done", "undone"] {
        drop(Walk::run(runtime, id, &team, 1).await.unwrap_err());
        if id == "waits" {
            continue;
        }
        walk::hand_in::ready(runtime, id, by(), Verdict::Pass)
            .await
            .unwrap();
        match id {
            "failed" => {
                script.then("Walking.walk", Act::Fail("a thorn"));
                drop(Walk::run(runtime, id, &team, 1).await.unwrap_err());
            }
            "done" => drop(Walk::run(runtime, id, &team, 1).await.unwrap()),
            "undone" => {
                let run = Walk::resume(runtime, id).await.unwrap();
                run.undo(&team).await.unwrap();
            }
            _ => {}
        }
    }
    team
}

/// All that must be left as it is.
fn trace(place: &Place) -> Vec<Vec<rusqlite::types::Value>> {
    let sql = place.sql();
    let rows = |query: &str| {
        let mut select = sql.prepare(query).unwrap();
        let columns = select.column_count();
        let row = |row: &rusqlite::Row<'_>| (0..columns).map(|at| row.get(at)).collect();
        select
            .query_map((), row)
            .unwrap()
            .collect::<Result<Vec<_>, _>>()
            .unwrap()
    };
    [
        rows("SELECT * FROM runs"),
        rows("SELECT * FROM journal"),
        rows("SELECT * FROM plans"),
    ]
    .concat()
}

#[tokio::test]
async fn the_runs_that_a_build_could_not_take_up_are_listed_with_the_reasons_and_nothing_is_touched() {
    let place = Place::file();
    let team = runs(&place).await;
    // One is driven meanwhile.
    let script = &team.0;
    script.then("Walking.walk", Act::Hang);
    let driven = place.runtime().clone();
    let driving = tokio::spawn({
        let team = Arc::clone(&team);
        async move {
            now::Walk::run(&driven, "handed in", &team, 1)
                .await
                .map(drop)
                .is_ok()
        }
    });
    script.stuck().await;

    let new_build = Runtime::open(place.path()).unwrap();
    let before = trace(&place);
    assert!(
        new_build.check_plan::<now::Walk>().await.unwrap().is_empty(),
        "it is as it was"
    );
    let conflicts = new_build.check_plan::<next::Walk>().await.unwrap();
    assert!(new_build.check_plan::<Swim>().await.unwrap().is_empty());
    assert_eq!(trace(&place), before);

    let told: Vec<_> = conflicts
        .iter()
        .map(|conflict| (&*conflict.run, conflict.error.is_plan_changed()))
        .collect();
    assert_eq!(told, [("waits", false), ("handed in", true), ("failed", true)]);
    for conflict in &conflicts {
        let text = conflict.error.to_string();
        assert!(text.starts_with(&format!("run `{}`", conflict.run)), "{text}");
        if conflict.error.is_plan_changed() {
            assert_eq!(
                conflict.error.differences(),
                ["`Leaving.shut` was added before the run's position"]
            );
        } else {
            assert!(conflict.error.is_artifact() && conflict.error.differences().is_empty());
            assert!(
                text.contains("artifact `key` cannot be read as `Key`: missing field `colour`"),
                "{text}"
            );
        }
        // It is what happens when it is tried.
        let tried = next::Walk::resume(&new_build, &conflict.run).await.unwrap_err();
        if conflict.run != "handed in" {
            assert_eq!(tried.to_string(), text);
        } else {
            assert!(tried.is_held(), "{tried}");
        }
    }
    // The one that is not listed and not over is taken up.
    drop(next::Walk::resume(&new_build, "begun").await.unwrap());

    // Who drives has not noticed.
    place.runtime().cancel("handed in").await.unwrap();
    assert!(!driving.await.unwrap());
    assert!(
        now::Walk::run(place.runtime(), "handed in", &team, 1)
            .await
            .is_ok()
    );
    place.runtime().verify("handed in").await.unwrap();
}

#[tokio::test]
async fn in_memory_a_run_keeps_its_plan() {
    let place = Place::memory();
    runs(&place).await;
    assert!(
        place
            .runtime()
            .check_plan::<now::Walk>()
            .await
            .unwrap()
            .is_empty()
    );
    let conflicts = place.runtime().check_plan::<next::Walk>().await.unwrap();
    let ids: Vec<_> = conflicts.iter().map(|conflict| &*conflict.run).collect();
    assert_eq!(ids, ["begun", "waits", "handed in", "failed"]);
    let differences = conflicts[0].error.differences();
    assert_eq!(
        differences,
        ["it is declared in another place, and a run in memory keeps its plan"]
    );
}

#[tokio::test]
async fn a_journal_without_runs_has_no_conflicts() {
    for place in Place::both() {
        assert!(
            place
                .runtime()
                .check_plan::<now::Walk>()
                .await
                .unwrap()
                .is_empty()
        );
    }
}
