//! Gates that send a run back: outcomes, counts, rounds, and what is dropped.

#![allow(missing_docs, reason = "tests")]

use std::sync::Arc;

use novel::{EditingOutcome, Position, ProofsOutcome};
use tests::place::Place;
use tests::script::{Act, Script};
use workflow_runtime::prelude::*;

workflow! {
    pub workflow Novel(theme: String) {
        phase Outlining {
            step outline(theme) -> text: Vec<String>;
        }
        phase Writing {
            step write(text) -> text;
            step count(text) -> words: usize;
        }
        optional(words) phase Drawing {
            step draw(text) -> pictures: String;
        }
        phase Editing {
            step mark(text) -> marks: String;
            #[rework(to = Writing, max = 2)]
            gate style(text, marks);
            #[rework(to = Outlining, max = 1)]
            gate plot(text);
        }
        phase Proofs {
            step typeset(text, pictures) -> sheets: String;
            #[rework(to = Proofs, max = 1)]
            gate spelling(sheets);
        }
    }
}

struct Writers {
    script: Script,
    keys: std::sync::Mutex<Vec<String>>,
}

impl Writers {
    fn new(script: &Script) -> Arc<Self> {
        Arc::new(Writers {
            script: script.clone(),
            keys: std::sync::Mutex::default(),
        })
    }
}

fn with(text: &[String], more: String) -> Vec<String> {
    [text, &[more]].concat()
}

impl novel::Outlining for Writers {
    async fn outline(&self, cx: &StepContext, theme: &String) -> StepResult<Vec<String>> {
        self.script.step(cx).await?;
        Ok(vec![format!("{theme}{}", cx.round())])
    }
}

impl novel::Writing for Writers {
    async fn write(&self, cx: &StepContext, text: &Vec<String>) -> StepResult<Vec<String>> {
        self.keys.lock().unwrap().push(cx.idempotency_key());
        self.script.step(cx).await?;
        Ok(with(text, format!("written{}", cx.round())))
    }
    async fn count(&self, cx: &StepContext, text: &Vec<String>) -> StepResult<usize> {
        self.script.step(cx).await?;
        Ok(text.len())
    }
}

impl novel::Drawing for Writers {
    async fn waive(&self, _: &StepContext, _: &usize) -> StepResult<Option<Waiver>> {
        self.script.waive("Drawing.waive").await
    }
    async fn draw(&self, cx: &StepContext, text: &Vec<String>) -> StepResult<String> {
        self.script.step(cx).await?;
        Ok(format!("drawn for {}", text.join("+")))
    }
}

impl novel::Editing for Writers {
    async fn mark(&self, cx: &StepContext, _: &Vec<String>) -> StepResult<String> {
        self.script.step(cx).await?;
        Ok("marked".to_owned())
    }
    async fn style(&self, cx: &StepContext, _: &Vec<String>, _: &String) -> StepResult<Verdict> {
        self.script.gate(cx).await
    }
    async fn plot(&self, cx: &StepContext, _: &Vec<String>) -> StepResult<Verdict> {
        self.script.gate(cx).await
    }
}

impl novel::Proofs for Writers {
    async fn typeset(
        &self,
        cx: &StepContext,
        text: &Vec<String>,
        pictures: Option<&String>,
    ) -> StepResult<String> {
        self.script.step(cx).await?;
        Ok(format!(
            "{} ({})",
            text.join("+"),
            pictures.map_or("no pictures", String::as_str)
        ))
    }
    async fn spelling(&self, cx: &StepContext, _: &String) -> StepResult<Verdict> {
        self.script.gate(cx).await
    }
}

async fn write(place: &Place, team: &Arc<Writers>) -> Result<Novel<novel::Done>, novel::Halted> {
    Novel::run(place.runtime(), "n", team, "sea".to_owned()).await
}

#[tokio::test]
async fn a_rejection_sends_the_run_back_and_the_version_before_its_target_comes_back() {
    for place in Place::both() {
        let script = Script::default();
        script.then("Editing.style", Act::Reject("stiff"));
        let done = write(&place, &Writers::new(&script)).await.unwrap();
        // Not `sea0+written0+written1`: the text is again what it was before `Writing`.
        assert_eq!(done.artifacts().text().join("+"), "sea0+written1");
        assert_eq!(done.artifacts().pictures().unwrap(), "drawn for sea0+written1");
        let expected = [
            "Outlining.outline",
            "Writing.write",
            "Writing.count",
            "Drawing.waive",
            "Drawing.draw",
            "Editing.mark",
            "Editing.style",
            "Writing.write r1",
            "Writing.count r1",
            "Drawing.waive",
            "Drawing.draw r1",
            "Editing.mark r1",
            "Editing.style r1",
            "Editing.plot r1",
            "Proofs.typeset r1",
            "Proofs.spelling r1",
        ];
        assert_eq!(script.notes(), expected);
    }
}

#[tokio::test]
async fn a_rejection_by_a_later_gate_of_the_phase_goes_to_its_own_target() {
    for place in Place::both() {
        let script = Script::default();
        script.then("Editing.plot", Act::Reject("thin"));
        let done = write(&place, &Writers::new(&script)).await.unwrap();
        assert_eq!(done.artifacts().text().join("+"), "sea1+written1");
        drop(done);
        let place = place.reopened();
        let Position::Done(done) = Novel::resume(place.runtime(), "n").await.unwrap() else {
            panic!("it was done");
        };
        assert_eq!(done.artifacts().text().join("+"), "sea1+written1");
    }
}

#[tokio::test]
async fn a_phase_can_be_its_own_target() {
    for place in Place::both() {
        let script = Script::default();
        script.then("Proofs.spelling", Act::Reject("teh"));
        let done = write(&place, &Writers::new(&script)).await.unwrap();
        assert!(done.artifacts().sheets().starts_with("sea0+written0 (drawn"));
        let typeset: Vec<_> = script
            .notes()
            .into_iter()
            .filter(|note| note.starts_with("Proofs.t"))
            .collect();
        assert_eq!(typeset, ["Proofs.typeset", "Proofs.typeset r1"]);
    }
}

#[tokio::test]
async fn an_outcome_has_a_variant_for_each_target_by_phase_and_by_step() {
    for place in Place::both() {
        let script = Script::default();
        let team = Writers::new(&script);
        script
            .then("Editing.style", Act::Reject("stiff"))
            .then("Editing.plot", Act::Reject("thin"));
        script.then("Editing.style", Act::Work);

        let run = Novel::start(place.runtime(), "n", "sea".to_owned())
            .await
            .unwrap();
        let run = run.outlining(&team).await.unwrap().writing(&team).await.unwrap();
        let run = run.drawing(&team).await.unwrap();
        let (run, rejection) = match run.editing(&team).await.unwrap() {
            EditingOutcome::BackToWriting(run, rejection) => (run, rejection),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            (rejection.gate(), rejection.reason(), rejection.round()),
            ("Editing.style", "stiff", 0)
        );
        assert_eq!(
            run.artifacts().text().join("+"),
            "sea0",
            "a run after `Outlining` again"
        );

        let run = run.writing(&team).await.unwrap();
        let run = run.skip_drawing(Waiver::because("no time")).await.unwrap();
        let editing = match run.editing(&team).mark().await.unwrap().style().await.unwrap() {
            EditingOutcome::Passed(editing) => editing,
            other => panic!("{other:?}"),
        };
        let (run, rejection) = match editing.plot().await.unwrap() {
            EditingOutcome::BackToOutlining(run, rejection) => (run, rejection),
            other => panic!("{other:?}"),
        };
        assert_eq!((rejection.gate(), rejection.round()), ("Editing.plot", 1));
        assert_eq!(rejection.to_string(), "gate `Editing.plot` rejected: thin");
        let run = run.outlining(&team).write_on(&team).await;
        assert_eq!(run.artifacts().text().join("+"), "sea2+written2");
        assert_eq!(
            run.artifacts().pictures(),
            Some(&"drawn for sea2+written2".to_owned()),
            "the waiver was dropped"
        );
        let ProofsOutcome::Passed(done) = run.proofs(&team).await.unwrap() else {
            panic!("nothing was rejected");
        };
        assert_eq!(*done.artifacts().words(), 2);
    }
}

trait WriteOn {
    async fn write_on(self, team: &Arc<Writers>) -> Novel<novel::after::Editing>;
}

impl WriteOn for novel::OutliningPhase {
    async fn write_on(self, team: &Arc<Writers>) -> Novel<novel::after::Editing> {
        let run = self.await.unwrap().writing(team).await.unwrap();
        match run.drawing(team).await.unwrap().editing(team).await.unwrap() {
            EditingOutcome::Passed(run) => run,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn rejections_count_per_gate_over_the_whole_run_and_over_restarts() {
    for mut place in Place::both() {
        let script = Script::default();
        let team = Writers::new(&script);
        // Twice sent back is the most that `style` may; the count of `plot` is its own, and a step back further
        // than `Editing` does not set the count of `style` to nothing.
        for act in [
            Act::Reject("one"),
            Act::Work,
            Act::Reject("two"),
            Act::Reject("three"),
        ] {
            script.then("Editing.style", act);
        }
        script.then("Editing.plot", Act::Reject("thin"));
        for _ in 0..4 {
            // A restart in each round: the run is let go after `mark`.
            script
                .then("Editing.mark", Act::Hang)
                .then("Editing.mark", Act::Work);
        }
        for _ in 0..4 {
            tokio::select! {
                biased;
                done = write(&place, &team) => panic!("{done:?}"),
                () = script.stuck() => {}
            }
            place = place.reopened();
        }
        let halted = write(&place, &team).await.unwrap_err();
        assert!(halted.is_rejected(), "{halted}");
        assert!(
            halted.to_string().contains("three") && halted.to_string().contains("no rework is left"),
            "{halted}"
        );
        assert_eq!(halted.cause.rejection().unwrap().round(), 3);
        assert!(matches!(halted.run, Position::AfterDrawing(_)), "{halted:?}");
        drop(halted);
        if place.is_file() {
            let rejected: Vec<_> = place
                .journal("n")
                .into_iter()
                .filter(|line| line.starts_with("rej"))
                .collect();
            let expected = [
                "rejected Editing.style to Writing",
                "rejected Editing.plot to Outlining r1",
                "rejected Editing.style to Writing r2",
                "rejected Editing.style r3",
            ];
            assert_eq!(rejected, expected);
        }
    }
}

#[tokio::test]
async fn a_recorded_rejection_stands_and_is_not_asked_again() {
    for place in Place::both() {
        let script = Script::default();
        for _ in 0..2 {
            script.then("Proofs.spelling", Act::Reject("teh"));
        }
        let team = Writers::new(&script);
        let halted = write(&place, &team).await.unwrap_err();
        assert!(halted.is_rejected());
        script.notes();

        // The same handle by phase, by step; then by `run`, also after a restart.
        let Position::AfterEditing(run) = halted.run else {
            panic!("{halted:?}");
        };
        let halted = run.proofs(&team).await.unwrap_err();
        assert!(halted.is_rejected());
        let Position::AfterEditing(run) = halted.run else {
            panic!("{halted:?}");
        };
        let halted = run
            .proofs(&team)
            .typeset()
            .await
            .unwrap()
            .spelling()
            .await
            .unwrap_err();
        assert_eq!(halted.cause.rejection().unwrap().reason(), "teh");
        drop(halted);
        let place = place.reopened();
        let halted = write(&place, &team).await.unwrap_err();
        assert!(halted.is_rejected());
        assert_eq!(script.notes(), [""; 0], "nobody was asked anything");
    }
}

#[tokio::test]
async fn each_round_has_its_own_attempts_and_idempotency_keys() {
    for place in Place::both() {
        let script = Script::default();
        script.then("Editing.style", Act::Reject("stiff"));
        script.then("Writing.write", Act::Fail("no paper"));
        let team = Writers::new(&script);
        drop(write(&place, &team).await.unwrap_err());
        let _done = write(&place, &team).await.unwrap();
        let keys = team.keys.lock().unwrap().clone();
        assert_eq!(keys.len(), 3);
        assert_eq!(keys[0], keys[1], "another attempt has the same key");
        assert_ne!(keys[1], keys[2], "another round has another");
        let wrote: Vec<_> = script
            .notes()
            .into_iter()
            .filter(|note| note.starts_with("Writing.w"))
            .collect();
        assert_eq!(wrote, ["Writing.write", "Writing.write a2", "Writing.write r1"]);
    }
}

workflow! {
    pub workflow Permit(site: String) {
        phase Filing {
            manual step survey(site) -> survey: String;
            step fill_in(survey) -> form: String;
        }
        phase Decision {
            #[rework(to = Filing, max = 1)]
            gate complete(form);
            #[rework(to = Filing, max = 1)]
            manual gate approve(form);
        }
    }
}

struct Clerks(Script);

impl permit::Filing for Clerks {
    async fn fill_in(&self, cx: &StepContext, survey: &String) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("form on {survey}"))
    }
}

impl permit::Decision for Clerks {
    async fn complete(&self, cx: &StepContext, _: &String) -> StepResult<Verdict> {
        self.0.gate(cx).await
    }
}

#[tokio::test]
async fn what_was_handed_in_is_dropped_with_its_phase() {
    for place in Place::both() {
        let script = Script::default();
        script.then("Decision.complete", Act::Reject("page two is missing"));
        let team = Arc::new(Clerks(script.clone()));
        let (runtime, ada) = (place.runtime(), || Actor::new("ada"));
        let run = || Permit::run(runtime, "p", &team, "hill".to_owned());
        drop(run().await.unwrap_err());
        permit::hand_in::survey(runtime, "p", ada(), "first survey".to_owned())
            .await
            .unwrap();
        let halted = run().await.unwrap_err();
        assert_eq!(halted.cause.steps(), ["Filing.survey"], "it is waited for again");
        drop(halted);
        permit::hand_in::survey(runtime, "p", ada(), "second survey".to_owned())
            .await
            .unwrap();
        let halted = run().await.unwrap_err();
        assert_eq!(halted.cause.steps(), ["Decision.approve"]);
        drop(halted);
        permit::hand_in::approve(runtime, "p", ada(), Verdict::reject("too high"))
            .await
            .unwrap();
        let halted = run().await.unwrap_err();
        assert_eq!(
            halted.cause.steps(),
            ["Filing.survey"],
            "and again, each gate once"
        );
        drop(halted);
        permit::hand_in::survey(runtime, "p", ada(), "third survey".to_owned())
            .await
            .unwrap();
        drop(run().await.unwrap_err());
        permit::hand_in::approve(runtime, "p", ada(), Verdict::Pass)
            .await
            .unwrap();
        let done = run().await.unwrap();
        assert_eq!(done.artifacts().form(), "form on third survey");
        assert_eq!(
            script.notes(),
            [
                "Filing.fill_in",
                "Decision.complete",
                "Filing.fill_in r1",
                "Decision.complete r1",
                "Filing.fill_in r2",
                "Decision.complete r2"
            ]
        );
    }
}
