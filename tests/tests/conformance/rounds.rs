//! Rounds over phases that are waived, people who were asked in vain, and values that are made anew.

use std::sync::Arc;

use workflow_runtime::prelude::*;

use crate::deeds::Act;
use crate::plans::Crew;
use crate::scene::Scene;

workflow! {
    pub workflow Circle(size: u32) {
        phase Drawing {
            step draw(size) -> line: u32;
        }
        optional(line) phase Inking {
            step ink(line) -> ink: String;
            step thicken(line) -> line;
        }
        parallel phase Showing {
            manual step opinion(line) -> opinion: String;
            #[retry(attempts = 2, backoff = "5ms")]
            step look(line) -> look: u32;
            #[rework(to = Inking, max = 2)]
            gate even(line);
        }
        phase Framing {
            step frame(line, ink, opinion) -> picture: String;
        }
    }
}

impl circle::Drawing for Crew {
    async fn draw(&self, cx: &StepContext, size: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(size * 2)
    }
}

impl circle::Inking for Crew {
    async fn waive(&self, cx: &StepContext, _: &u32) -> StepResult<Option<Waiver>> {
        self.0.waive(cx, "Inking").await
    }
    async fn ink(&self, cx: &StepContext, _: &u32) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("ink {}", cx.round()))
    }
    async fn thicken(&self, cx: &StepContext, line: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(line + 1)
    }
}

impl circle::Showing for Crew {
    async fn look(&self, cx: &StepContext, line: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(*line)
    }
    async fn even(&self, cx: &StepContext, _: &u32) -> StepResult<Verdict> {
        self.0.gate(cx).await
    }
}

impl circle::Framing for Crew {
    async fn frame(
        &self,
        cx: &StepContext,
        line: &u32,
        ink: Option<&String>,
        opinion: &String,
    ) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("{line} in {ink:?}: {opinion}"))
    }
}

pub(crate) async fn each_round_asks_and_makes_anew(scene: &Scene) {
    let crew = Arc::new(Crew::default());
    let _served = scene.serve::<Circle, _>(&crew).await;
    let deeds = &crew.0;
    deeds.at("Inking.waive r1", Act::Waive("no ink left"));
    deeds.at("Showing.even", Act::Reject("crooked"));
    deeds.at("Showing.even r1", Act::Reject("pale"));
    let run = || Circle::run(&scene.runtime, "a", &crew, 4);
    let halted = run().await.unwrap_err();
    assert_eq!(halted.cause.steps(), ["Showing.opinion"]);
    drop(halted);
    let expected = [
        "Drawing.draw",
        "Inking.waive",
        "Inking.ink",
        "Inking.thicken",
        "Showing.look",
        "Showing.even",
        "Inking.waive r1",
        "Showing.look r1",
        "Showing.even r1",
        "Inking.waive r2",
        "Inking.ink r2",
        "Inking.thicken r2",
        "Showing.look r2",
        "Showing.even r2",
    ];
    deeds.were_in_any_order(scene, &expected);
    // Who was asked in the rounds before is asked again, and is late for those.
    let handed_in = circle::hand_in::opinion(&scene.runtime, "a", Actor::new("ada"), "fine".to_owned());
    handed_in.await.unwrap();
    let done = run().await.unwrap();
    assert_eq!(done.artifacts().picture(), "9 in Some(\"ink 2\"): fine");
    assert_eq!(*done.artifacts().line(), 9);
    deeds.were(scene, &["Framing.frame r2"]);
}

pub(crate) async fn who_was_asked_in_vain_is_not_waited_for(scene: &Scene) {
    let crew = Arc::new(Crew::default());
    let _served = scene.serve::<Circle, _>(&crew).await;
    let deeds = &crew.0;
    deeds.at("Showing.even", Act::Reject("crooked"));
    deeds.at("Inking.ink r1", Act::Behind("ink"));
    let looking = async {
        deeds.until("Inking.ink r1").await;
        let history = scene.runtime.history("a").await.unwrap();
        assert_eq!(history.run.standing.to_string(), "running");
        let late = circle::hand_in::opinion(&scene.runtime, "a", Actor::new("ada"), "fine".to_owned());
        let late = late.await.unwrap_err();
        assert!(late.is_not_waiting(), "{late}");
        // The list of an engine sees only that somebody was asked.
        let listed = scene.runtime.runs().await.unwrap();
        let standing = if scene.differs() { "waiting" } else { "running" };
        assert_eq!(listed[0].standing.to_string(), standing);
        deeds.open("ink");
    };
    let (halted, ()) = tokio::join!(Circle::run(&scene.runtime, "a", &crew, 4), looking);
    assert!(halted.unwrap_err().is_waiting());
}

/// Opens the door a while after both were called.
async fn open_after(deeds: &crate::deeds::Deeds, calls: [&str; 2], door: &'static str) {
    for call in calls {
        deeds.until(call).await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    deeds.open(door);
}

pub(crate) async fn a_failure_beside_a_gate_that_sends_back_does_not_count(scene: &Scene) {
    let crew = Arc::new(Crew::default());
    let _served = scene.serve::<Circle, _>(&crew).await;
    let deeds = &crew.0;
    let both = ["Showing.look", "Showing.even"];
    for (id, first, then) in [
        (
            "fails first",
            Act::Terminal("blind"),
            Act::Then("a", &Act::Reject("crooked")),
        ),
        (
            "fails last",
            Act::Then("b", &Act::Terminal("blind")),
            Act::Reject("crooked"),
        ),
    ] {
        deeds.at("Showing.look", first).at("Showing.even", then);
        let door = if id == "fails first" { "a" } else { "b" };
        let run = Circle::run(&scene.runtime, id, &crew, 4);
        let (halted, ()) = tokio::join!(run, open_after(deeds, both, door));
        let halted = halted.unwrap_err();
        assert_eq!(halted.cause.steps(), ["Showing.opinion"], "{id}: {halted}");
        drop(halted);
        let history = scene.runtime.history(id).await.unwrap();
        assert_eq!(history.run.standing.to_string(), "waiting", "{id}");
        drop(deeds.taken_in_short(scene));
        let opinion = circle::hand_in::opinion(&scene.runtime, id, Actor::new("ada"), "fine".to_owned());
        opinion.await.unwrap();
        let done = Circle::run(&scene.runtime, id, &crew, 4).await.unwrap();
        assert_eq!(done.artifacts().picture(), "9 in Some(\"ink 1\"): fine");
        drop(deeds.taken_in_short(scene));
    }
}

pub(crate) async fn what_fails_after_a_gate_sent_the_run_back(scene: &Scene) {
    let crew = Arc::new(Crew::default());
    let _served = scene.serve::<Circle, _>(&crew).await;
    let deeds = &crew.0;
    deeds.at("Showing.look", Act::Then("look", &Act::Fail("blind")));
    deeds.at("Showing.even", Act::Reject("crooked"));
    let both = ["Showing.look", "Showing.even"];
    let run = Circle::run(&scene.runtime, "a", &crew, 4);
    let (halted, ()) = tokio::join!(run, open_after(deeds, both, "look"));
    assert_eq!(halted.unwrap_err().cause.steps(), ["Showing.opinion"]);
    let done = deeds.taken_in_short(scene);
    let is_tried_again = done.iter().any(|deed| deed == "Showing.look a2");
    assert_eq!(is_tried_again, !scene.differs(), "{done:?}");
}

pub(crate) async fn the_first_reason_counts(scene: &Scene) {
    let crew = Arc::new(Crew::default());
    let _served = scene.serve::<Circle, _>(&crew).await;
    let deeds = &crew.0;
    for round in ["", " r1", " r2"] {
        deeds.at(&format!("Showing.even{round}"), Act::Reject("crooked"));
    }
    deeds.at("Showing.look r2", Act::Then("look", &Act::Terminal("blind")));
    let run = Circle::run(&scene.runtime, "a", &crew, 4);
    let both = ["Showing.look r2", "Showing.even r2"];
    let (halted, ()) = tokio::join!(run, open_after(deeds, both, "look"));
    let halted = halted.unwrap_err();
    assert!(halted.is_rejected(), "{halted}");
    deeds.at("Showing.look r2", Act::Terminal("blind"));
    deeds.at("Showing.even r2", Act::Then("even", &Act::Reject("crooked")));
    let run = Circle::run(&scene.runtime, "b", &crew, 4);
    drop(deeds.taken_in_short(scene));
    let (halted, ()) = tokio::join!(run, open_after(deeds, both, "even"));
    let halted = halted.unwrap_err();
    assert!(halted.is_failed(), "{halted}");
    assert_eq!(halted.cause.steps(), ["Showing.look"]);
    drop(halted);
    // The rejection stands all the same.
    let halted = Circle::run(&scene.runtime, "b", &crew, 4).await.unwrap_err();
    assert!(halted.is_rejected(), "{halted}");
}
