//! Approvals that stand at the edges: of what has no text of its own, of nothing, and as the last that happens to a run.

#![allow(missing_docs, reason = "tests")]

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tests::place::Place;
use tests::script::Script;
use workflow_runtime::Standing;
use workflow_runtime::prelude::*;

/// Whose text is another each time that it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tags {
    tags: HashSet<u32>,
    share: f64,
    /// Written, but not read.
    #[serde(skip_deserializing)]
    seen: u32,
}

workflow! {
    pub workflow Leaflet(topic: String) {
        phase Gathering {
            step gather(topic) -> tags: Tags {
                Ok(Tags { tags: (0..40).collect(), share: 0.1 + 0.2, seen: topic.len() as u32 })
            }
        }
        phase Writing {
            step write(tags) -> text: String { Ok(format!("{} of round {}", tags.tags.len(), cx.round())) }
        }
        phase Review {
            manual gate well_tagged(tags);
            manual gate all_there();
            #[rework(to = Writing, max = 1)]
            manual gate well_written(text);
        }
    }
}

struct Anybody;

impl leaflet::Gathering for Anybody {}
impl leaflet::Writing for Anybody {}

#[tokio::test]
async fn what_was_not_made_anew_is_the_same_whatever_its_text_would_be_now() {
    for (restarts, mut place) in [
        (false, Place::memory()),
        (false, Place::file()),
        (true, Place::file()),
    ] {
        let mut asked = Vec::new();
        loop {
            let driven = Leaflet::run(place.runtime(), "l", &Arc::new(Anybody), "foxes".to_owned()).await;
            let Err(halted) = driven else { break };
            let step = halted.cause.steps().concat();
            drop(halted);
            let rejects = step == "Review.well_written" && !asked.contains(&step);
            let verdict = if rejects {
                Verdict::reject("too short")
            } else {
                Verdict::Pass
            };
            place
                .runtime()
                .hand_in("l", &step, Actor::new("ada"), verdict)
                .await
                .unwrap();
            asked.push(step);
            if restarts {
                place = place.reopened();
            }
        }
        assert_eq!(
            asked,
            [
                "Review.well_tagged",
                "Review.all_there",
                "Review.well_written",
                "Review.well_written"
            ],
            "restarts: {restarts}"
        );
    }
}

workflow! {
    pub workflow Card(topic: String) {
        phase Writing {
            step write(topic) -> text: String { Ok(topic.clone()) }
        }
        parallel phase Review {
            step read(text) -> note: String;
            manual gate sign_off(note);
            #[rework(to = Writing, max = 1)]
            gate spelling(text);
        }
    }
}

/// Signs off while the spelling is looked at, which is then found wrong; later nothing is left to be done but to stand.
struct Hasty(Runtime);

impl card::Writing for Hasty {}
impl card::Review for Hasty {
    async fn read(&self, cx: &StepContext, text: &String) -> StepResult<String> {
        for _ in 0..100 * cx.round() {
            tokio::task::yield_now().await;
        }
        Ok(format!("read {text}"))
    }
    async fn spelling(&self, cx: &StepContext, _: &String) -> StepResult<Verdict> {
        if cx.round() > 0 {
            return Ok(Verdict::Pass);
        }
        let ada = || Actor::new("ada");
        while card::hand_in::sign_off(&self.0, "c", ada(), Verdict::Pass)
            .await
            .is_err()
        {
            tokio::task::yield_now().await;
        }
        Ok(Verdict::reject("a slip"))
    }
}

#[tokio::test]
async fn a_run_is_done_by_an_approval_that_stands_at_its_end() {
    for place in Place::both() {
        let script = Script::default();
        let runtime = place.runtime().clone().with_observer(script.observer());
        let team = Arc::new(Hasty(place.runtime().clone()));
        let done = Card::run(&runtime, "c", &team, "fox".to_owned()).await.unwrap();
        assert_eq!(done.artifacts().note(), "read fox");
        drop(done);
        let run = place.runtime().runs().await.unwrap().remove(0);
        assert_eq!(
            (run.standing, run.position.as_str()),
            (Standing::Done, "Review.sign_off")
        );
        assert_eq!(script.notes().last().unwrap(), "finished r1");
        if place.is_file() {
            assert_eq!(
                place.journal("c").last().unwrap(),
                "stands Review.sign_off by ada r1"
            );
        }
        // They have the file open too.
        drop((runtime, team));
        let place = place.reopened();
        let again = Card::resume(place.runtime(), "c").await.unwrap();
        assert!(matches!(again, card::Position::Done(_)));
    }
}
