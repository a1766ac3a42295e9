//! Stopping a run whose journal grows faster than anybody could read it.

#![allow(missing_docs, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tests::place::Place;
use tokio::time::timeout;
use workflow_runtime::prelude::*;

workflow! {
    pub workflow Mill() {
        phase Grinding {
            step turn();
            #[rework(to = Grinding, max = 1000000)]
            gate fine() { Ok(Verdict::reject("coarse")) }
        }
    }
}

#[derive(Default)]
struct Miller {
    turns: AtomicU32,
}

impl mill::Grinding for Miller {
    async fn turn(&self, _: &StepContext) -> StepResult<()> {
        self.turns.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_never_pauses_is_stopped_from_elsewhere() {
    let place = Place::file();
    let elsewhere = Runtime::open(place.path()).unwrap();
    let miller = Arc::new(Miller::default());
    let driving = tokio::spawn(Mill::run(place.runtime(), "m", &miller));
    let long = async {
        while miller.turns.load(Ordering::Relaxed) < 2000 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(60), long).await.expect("it turns");
    let cancelled = timeout(Duration::from_secs(10), elsewhere.cancel("m")).await;
    cancelled.expect("it does not wait for a pause").unwrap();
    let halted = timeout(Duration::from_secs(10), driving)
        .await
        .expect("it hears of it");
    assert!(halted.unwrap().unwrap_err().is_cancelled());
    elsewhere.verify("m").await.unwrap();
}
