//! One plan, driven the three ways; what a parallel phase does at once; what an artifact yielded anew means.

#![allow(missing_docs, reason = "tests")]

use std::sync::Arc;
use std::time::Duration;

use tests::place::Place;
use tests::script::{Act, Script};
use tokio::sync::{Barrier, Notify};
use workflow_runtime::prelude::*;

workflow! {
    pub workflow Bakery(order: String, guests: u32) {
        phase Preparing {
            step mix(order) -> dough: Vec<String>;
            step knead(dough) -> dough;
        }
        parallel phase Baking {
            gate tasted(bread, rolls);
            step bread(dough) -> bread: String;
            step rolls(dough, guests) -> rolls: u32;
            step cool(bread) -> cooled: bool;
        }
        optional(rolls) phase Decorating {
            step glaze(bread) -> bread;
            step sprinkle(bread) -> sprinkles: u32;
        }
        phase Selling {
            step price(bread, sprinkles) -> price: u32;
            step tidy();
        }
    }
}

struct Bakers(Script);

impl bakery::Preparing for Bakers {
    async fn mix(&self, cx: &StepContext, order: &String) -> StepResult<Vec<String>> {
        self.0.step(cx).await?;
        Ok(vec![order.clone()])
    }
    async fn knead(&self, cx: &StepContext, dough: &Vec<String>) -> StepResult<Vec<String>> {
        self.0.step(cx).await?;
        Ok([&dough[..], &["kneaded".to_owned()]].concat())
    }
}

impl bakery::Baking for Bakers {
    async fn tasted(&self, cx: &StepContext, bread: &String, rolls: &u32) -> StepResult<Verdict> {
        assert_eq!((bread.as_str(), *rolls), ("rye, kneaded", 8));
        self.0.gate(cx).await
    }
    async fn bread(&self, cx: &StepContext, dough: &Vec<String>) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(dough.join(", "))
    }
    async fn rolls(&self, cx: &StepContext, _: &Vec<String>, guests: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(guests * 2)
    }
    async fn cool(&self, cx: &StepContext, _: &String) -> StepResult<bool> {
        self.0.step(cx).await?;
        Ok(true)
    }
}

impl bakery::Decorating for Bakers {
    async fn waive(&self, _: &StepContext, rolls: &u32) -> StepResult<Option<Waiver>> {
        assert_eq!(*rolls, 8);
        self.0.waive("Decorating.waive").await
    }
    async fn glaze(&self, cx: &StepContext, bread: &String) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("{bread}, glazed"))
    }
    async fn sprinkle(&self, cx: &StepContext, bread: &String) -> StepResult<u32> {
        assert_eq!(bread, "rye, kneaded, glazed");
        self.0.step(cx).await?;
        Ok(100)
    }
}

impl bakery::Selling for Bakers {
    async fn price(&self, cx: &StepContext, bread: &String, sprinkles: Option<&u32>) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(u32::try_from(bread.len())? + sprinkles.copied().unwrap_or_default())
    }
    async fn tidy(&self, cx: &StepContext) -> StepResult<()> {
        self.0.step(cx).await
    }
}

type Baked = Result<Bakery<bakery::Done>, bakery::Halted>;

async fn all(runtime: &Runtime, team: &Arc<Bakers>) -> Baked {
    Bakery::run(runtime, "rye", team, "rye".to_owned(), 4).await
}

async fn by_phase(runtime: &Runtime, team: &Arc<Bakers>) -> Baked {
    let run = Bakery::start(runtime, "rye", "rye".to_owned(), 4).await?;
    let run = run.preparing(team).await?.baking(team).await?;
    run.decorating(team).await?.selling(team).await
}

async fn by_step(runtime: &Runtime, team: &Arc<Bakers>) -> Baked {
    let run = Bakery::start(runtime, "rye", "rye".to_owned(), 4).await?;
    let run = run.preparing(team).mix().await?.knead().await?;
    let baking = run.baking(team).bread().await?.rolls().await?;
    let run = baking.cool().await?.tasted().await?;
    let run = run.decorating(team).glaze().await?.sprinkle().await?;
    run.selling(team).price().await?.tidy().await
}

#[tokio::test]
async fn the_three_ways_make_the_same_artifacts_and_keep_the_order() {
    for place in Place::both() {
        for way in ["all", "by phase", "by step"] {
            let place = if place.is_file() {
                Place::file()
            } else {
                Place::memory()
            };
            let script = Script::default();
            let team = Arc::new(Bakers(script.clone()));
            let done = match way {
                "all" => all(place.runtime(), &team).await,
                "by phase" => by_phase(place.runtime(), &team).await,
                _ => by_step(place.runtime(), &team).await,
            };
            let done = done.unwrap_or_else(|halted| panic!("{way}: {halted}"));
            let made = done.artifacts();
            assert_eq!((made.order().as_str(), *made.guests()), ("rye", 4), "{way}");
            assert_eq!(made.dough().join(" "), "rye kneaded", "{way}");
            assert_eq!(made.bread(), "rye, kneaded, glazed", "{way}");
            assert_eq!((*made.rolls(), *made.cooled()), (8, true), "{way}");
            assert_eq!((made.sprinkles(), *made.price()), (Some(&100), 120), "{way}");
            assert_eq!(done.id(), "rye");

            let called: Vec<_> = script
                .notes()
                .into_iter()
                .filter(|note| note != "Decorating.waive")
                .collect();
            let position = |step: &str| called.iter().position(|note| note == step).expect(step);
            assert_eq!(called.len(), 10, "{way}: {called:?}");
            assert_eq!(called[..2], ["Preparing.mix", "Preparing.knead"], "{way}");
            assert!(
                position("Baking.bread") < position("Baking.cool"),
                "{way}: {called:?}"
            );
            assert!(
                position("Baking.rolls") < position("Baking.tasted"),
                "{way}: {called:?}"
            );
            assert_eq!(
                called[6..],
                [
                    "Decorating.glaze",
                    "Decorating.sprinkle",
                    "Selling.price",
                    "Selling.tidy"
                ]
            );
            if place.is_file() {
                drop(done);
                let mut journal: Vec<_> = called.iter().map(|step| format!("done {step}")).collect();
                let mut written = place.journal("rye");
                assert_eq!(written.remove(0), "begun");
                // Within the parallel phase, what is done at the same time may be written in either order.
                journal[2..6].sort();
                written[2..6].sort();
                assert_eq!(written, journal, "{way}");
            }
        }
    }
}

#[tokio::test]
async fn ways_can_be_mixed_and_a_half_driven_phase_is_finished_by_awaiting_it() {
    for place in Place::both() {
        let script = Script::default();
        let team = Arc::new(Bakers(script.clone()));
        let run = Bakery::start(place.runtime(), "rye", "rye".to_owned(), 4)
            .await
            .unwrap();
        let run = run.preparing(&team).mix().await.unwrap().await.unwrap();
        assert_eq!(script.notes(), ["Preparing.mix", "Preparing.knead"]);
        let baking = run.baking(&team).bread().await.unwrap();
        drop(baking);
        let done = Bakery::run(place.runtime(), "rye", &team, "rye".to_owned(), 4)
            .await
            .unwrap();
        assert_eq!(*done.artifacts().price(), 120);
        let bread = script
            .notes()
            .into_iter()
            .filter(|note| note == "Baking.bread")
            .count();
        assert_eq!(bread, 1, "what was done by step is not done again");
    }
}

#[tokio::test]
async fn a_waived_phase_leaves_the_older_version_and_makes_nothing() {
    for place in Place::both() {
        let script = Script::default();
        script.then("Decorating.waive", Act::Waive("nobody looks"));
        let team = Arc::new(Bakers(script.clone()));
        let done = all(place.runtime(), &team).await.unwrap();
        assert_eq!(done.artifacts().bread(), "rye, kneaded");
        assert_eq!(done.artifacts().sprinkles(), None);
        assert_eq!(*done.artifacts().price(), 12);
        drop(done);
        let place = place.reopened();
        let bakery::Position::Done(done) = Bakery::resume(place.runtime(), "rye").await.unwrap() else {
            panic!("it was done");
        };
        assert_eq!(done.artifacts().bread(), "rye, kneaded");
        assert_eq!(done.artifacts().sprinkles(), None);
    }
}
#[tokio::test]
async fn accessors_give_the_newest_version_in_each_state() {
    let place = Place::memory();
    let team = Arc::new(Bakers(Script::default()));
    let run = Bakery::start(place.runtime(), "rye", "rye".to_owned(), 4)
        .await
        .unwrap();
    assert_eq!(run.artifacts().order(), "rye");
    let run = run.preparing(&team).await.unwrap().baking(&team).await.unwrap();
    assert_eq!(run.artifacts().bread(), "rye, kneaded");
    let run = run.decorating(&team).await.unwrap();
    assert_eq!(run.artifacts().bread(), "rye, kneaded, glazed");
    fn bread<S: bakery::past::Baking>(run: &Bakery<S>) -> &str {
        run.artifacts().bread()
    }
    fn dough<S: bakery::past::Baking>(run: &Bakery<S>) -> &[String] {
        run.artifacts().dough()
    }
    assert_eq!((bread(&run), dough(&run).len()), ("rye, kneaded, glazed", 2));
}

workflow! {
    pub workflow Race(start: u8) {
        parallel phase Running {
            step left(start) -> left: u8;
            step right(start) -> right: u8;
            gate photo(left);
            gate finish(left, right);
            step prize(right) -> prize: u8;
        }
        phase Party {
            step dance(prize) -> danced: u8;
        }
    }
}

/// Both start only together, if so asked; and `right` ends only when `left` was judged or has failed.
struct Runners {
    script: Script,
    together: Option<Barrier>,
    left_judged: Notify,
    hold_right: bool,
}

impl Runners {
    fn new(script: &Script, together: bool, hold_right: bool) -> Arc<Self> {
        Arc::new(Runners {
            script: script.clone(),
            together: together.then(|| Barrier::new(2)),
            left_judged: Notify::new(),
            hold_right,
        })
    }
    async fn line_up(&self) {
        if let Some(barrier) = &self.together {
            barrier.wait().await;
        }
    }
}

impl race::Running for Runners {
    async fn left(&self, cx: &StepContext, start: &u8) -> StepResult<u8> {
        self.line_up().await;
        let done = self.script.step(cx).await;
        if done.is_err() {
            self.left_judged.notify_one();
        }
        done.map(|()| start + 1)
    }
    async fn right(&self, cx: &StepContext, start: &u8) -> StepResult<u8> {
        self.line_up().await;
        if self.hold_right {
            self.left_judged.notified().await;
        }
        self.script.step(cx).await?;
        Ok(start + 2)
    }
    async fn photo(&self, cx: &StepContext, _: &u8) -> StepResult<Verdict> {
        self.left_judged.notify_one();
        self.script.gate(cx).await
    }
    async fn finish(&self, cx: &StepContext, left: &u8, right: &u8) -> StepResult<Verdict> {
        assert_eq!((left, right), (&1, &2));
        self.script.gate(cx).await
    }
    async fn prize(&self, cx: &StepContext, right: &u8) -> StepResult<u8> {
        self.script.step(cx).await?;
        Ok(right * 10)
    }
}

impl race::Party for Runners {
    async fn dance(&self, cx: &StepContext, prize: &u8) -> StepResult<u8> {
        self.script.step(cx).await?;
        Ok(*prize)
    }
}

/// Nothing here waits for the clock, so if the hour is over, something waits for ever.
async fn within_the_hour<T>(run: impl Future<Output = T>) -> T {
    let hour = Duration::from_secs(3600);
    tokio::time::timeout(hour, run)
        .await
        .expect("it must not wait for what cannot come")
}

#[tokio::test(start_paused = true)]
async fn steps_of_a_parallel_phase_run_at_the_same_time() {
    let place = Place::memory();
    let team = Runners::new(&Script::default(), true, false);
    let done = within_the_hour(Race::run(place.runtime(), "r", &team, 0))
        .await
        .unwrap();
    assert_eq!(*done.artifacts().danced(), 20);

    let team = Runners::new(&Script::default(), true, false);
    let run = Race::start(place.runtime(), "by phase", 0).await.unwrap();
    let _run = within_the_hour(run.running(&team).into_future()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_gate_starts_as_soon_as_what_it_takes_is_there_and_not_before() {
    let place = Place::memory();
    let script = Script::default();
    // `right` waits for the gate `photo`, which takes `left` only: the gate does not guard its siblings.
    let team = Runners::new(&script, false, true);
    let _done = within_the_hour(Race::run(place.runtime(), "r", &team, 0))
        .await
        .unwrap();
    let notes = script.notes();
    let position = |step: &str| notes.iter().position(|note| note == step).expect(step);
    assert!(position("Running.photo") < position("Running.right"), "{notes:?}");
    assert!(
        position("Running.right") < position("Running.finish"),
        "{notes:?}"
    );
}

#[tokio::test]
async fn when_a_step_fails_what_is_in_flight_finishes_and_nothing_new_starts() {
    for place in Place::both() {
        let script = Script::default();
        script.then("Running.left", Act::Fail("a cramp"));
        // Both start together, and `right` ends after `left` has failed.
        let team = Runners::new(&script, true, true);
        let halted = Race::run(place.runtime(), "r", &team, 0).await.unwrap_err();
        assert!(halted.is_failed(), "{halted}");
        assert_eq!(halted.cause.steps(), ["Running.left"]);
        assert!(halted.to_string().contains("a cramp"), "{halted}");
        let notes = script.notes();
        assert!(notes.contains(&"Running.right".to_owned()), "{notes:?}");
        assert!(
            !notes.contains(&"Running.prize".to_owned()),
            "nothing new starts: {notes:?}"
        );
        drop(halted);

        let place = place.reopened();
        if place.is_file() {
            let journal = place.journal("r");
            assert!(journal.contains(&"done Running.right".to_owned()), "{journal:?}");
            assert!(journal.contains(&"failed Running.left".to_owned()), "{journal:?}");
        }
        let team = Runners::new(&script, false, false);
        let done = Race::run(place.runtime(), "r", &team, 0).await.unwrap();
        assert_eq!(*done.artifacts().danced(), 20);
        let notes = script.notes();
        assert!(notes.contains(&"Running.left a2".to_owned()), "{notes:?}");
        assert!(
            !notes.iter().any(|note| note.starts_with("Running.right")),
            "{notes:?}"
        );
    }
}

#[tokio::test]
async fn when_a_gate_rejects_what_is_in_flight_finishes_and_nothing_new_starts() {
    for place in Place::both() {
        let script = Script::default();
        script.then("Running.photo", Act::Reject("blurred"));
        // `right` is let go by the gate that rejects.
        let team = Runners::new(&script, false, true);
        let halted = Race::run(place.runtime(), "r", &team, 0).await.unwrap_err();
        assert!(halted.is_rejected(), "{halted}");
        let rejection = halted.cause.rejection().unwrap();
        assert_eq!(
            (rejection.gate(), rejection.reason(), rejection.round()),
            ("Running.photo", "blurred", 0)
        );
        let notes = script.notes();
        assert!(
            notes.contains(&"Running.right".to_owned()),
            "in flight, so it finishes: {notes:?}"
        );
        for never in ["Running.finish", "Running.prize", "Party.dance"] {
            assert!(!notes.contains(&never.to_owned()), "{notes:?}");
        }
        drop(halted);
        if place.is_file() {
            assert!(place.journal("r").contains(&"done Running.right".to_owned()));
        }
        let halted = Race::run(place.runtime(), "r", &team, 0).await.unwrap_err();
        assert!(halted.is_rejected(), "a recorded rejection stands");
        assert!(script.notes().is_empty(), "and nobody is asked");
    }
}

#[tokio::test]
async fn after_a_rejection_for_good_no_member_of_the_phase_can_be_driven_alone() {
    for place in Place::both() {
        let script = Script::default();
        script.then("Running.photo", Act::Reject("blurred"));
        let team = Runners::new(&script, false, true);
        drop(Race::run(place.runtime(), "r", &team, 0).await.unwrap_err());
        script.notes();
        let place = place.reopened();
        let race::Position::Start(run) = Race::resume(place.runtime(), "r").await.unwrap() else {
            panic!("a gate rejected");
        };
        let run = run.running(&team).left().await.unwrap().right().await.unwrap();
        let halted = run.prize().await.unwrap_err();
        assert!(halted.is_rejected(), "{halted}");
        assert_eq!(halted.cause.steps(), ["Running.photo"]);
        assert_eq!(script.notes(), [""; 0], "nobody was called");
    }
}

workflow! {
    pub workflow Poster(text: String) {
        parallel phase Making {
            manual step photo() -> photo: String;
            step letter(text) -> letters: u32;
            step colour(letters) -> colours: u32;
            step frame(photo) -> frame: String;
            gate seen(colours);
        }
        phase Hanging {
            step hang(frame, colours) -> hung: bool;
        }
    }
}

struct Painters(Script);

impl poster::Making for Painters {
    async fn letter(&self, cx: &StepContext, text: &String) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(u32::try_from(text.len())?)
    }
    async fn colour(&self, cx: &StepContext, letters: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(*letters * 3)
    }
    async fn frame(&self, cx: &StepContext, photo: &String) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("[{photo}]"))
    }
    async fn seen(&self, cx: &StepContext, _: &u32) -> StepResult<Verdict> {
        self.0.gate(cx).await
    }
}

impl poster::Hanging for Painters {
    async fn hang(&self, cx: &StepContext, frame: &String, _: &u32) -> StepResult<bool> {
        assert_eq!(frame, "[a cat]");
        self.0.step(cx).await?;
        Ok(true)
    }
}

#[tokio::test]
async fn while_something_is_waited_for_everything_else_that_is_ready_runs() {
    for place in Place::both() {
        let script = Script::default();
        let team = Arc::new(Painters(script.clone()));
        let halted = Poster::run(place.runtime(), "p", &team, "hello".to_owned())
            .await
            .unwrap_err();
        assert!(halted.is_waiting(), "{halted}");
        assert_eq!(halted.cause.steps(), ["Making.photo"]);
        assert_eq!(script.notes(), ["Making.letter", "Making.colour", "Making.seen"]);
        drop(halted);
        poster::hand_in::photo(place.runtime(), "p", Actor::new("ada"), "a cat".to_owned())
            .await
            .unwrap();
        let place = place.reopened();
        let done = Poster::run(place.runtime(), "p", &team, "hello".to_owned())
            .await
            .unwrap();
        assert!(*done.artifacts().hung());
        assert_eq!(script.notes(), ["Making.frame", "Hanging.hang"]);
    }
}

#[tokio::test]
async fn a_failure_is_told_before_what_is_waited_for() {
    let place = Place::memory();
    let script = Script::default();
    script.then("Making.letter", Act::Fail("no ink"));
    let team = Arc::new(Painters(script));
    let halted = Poster::run(place.runtime(), "p", &team, "hello".to_owned())
        .await
        .unwrap_err();
    assert!(halted.is_failed(), "{halted}");
    drop(halted);
    // The wait was recorded all the same, so that it can be handed in at once.
    poster::hand_in::photo(place.runtime(), "p", Actor::new("ada"), "a cat".to_owned())
        .await
        .unwrap();
    let done = Poster::run(place.runtime(), "p", &team, "hello".to_owned())
        .await
        .unwrap();
    assert_eq!(done.artifacts().photo(), "a cat");
}

#[test]
fn the_plan_is_data_and_prints_as_a_tree() {
    let tree = Bakery::PLAN.to_string();
    assert!(
        tree.starts_with("Bakery(order, guests)\n├── Preparing\n"),
        "{tree}"
    );
    assert!(
        tree.contains("Baking (parallel)") && tree.contains("Decorating (optional)"),
        "{tree}"
    );
    assert!(
        tree.contains("bread(dough) -> bread") && tree.contains("gate tasted(bread, rolls)"),
        "{tree}"
    );
}
