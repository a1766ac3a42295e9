//! Runs that wait for what is handed in, instead of halting there.

#![allow(missing_docs, reason = "tests")]

use std::sync::Arc;
use std::time::Duration;

use paper::hand_in;
use tests::child::{Child, errand, say};
use tests::place::Place;
use tests::script::{Act, Script};
use tests::soon::soon;
use workflow_runtime::prelude::*;
use workflow_runtime::{RuntimeError, Standing};

workflow! {
    pub workflow Paper(subject: String) {
        phase Writing {
            manual step title(subject) -> title: String;
            step write(title) -> text: String;
            #[rework(to = Writing, max = 2)]
            manual gate approve(text);
        }
        parallel phase Layout {
            step draw(text) -> pictures: u32;
            manual step caption(text) -> caption: String;
            step set(caption) -> page: String;
            #[rework(to = Writing, max = 1)]
            manual gate legal(text);
            step count(text) -> words: u32;
            step frame(pictures) -> framed: u32;
        }
        phase Printing {
            step proof(page, pictures) -> proof: String;
            manual gate press(proof);
        }
    }
}

struct Office(Script);

impl paper::Writing for Office {
    async fn write(&self, cx: &StepContext, title: &String) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("on {title}"))
    }
}

impl paper::Layout for Office {
    async fn draw(&self, cx: &StepContext, _: &String) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(2)
    }
    async fn set(&self, cx: &StepContext, caption: &String) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("a page with {caption}"))
    }
    async fn count(&self, cx: &StepContext, text: &String) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(text.split(' ').count() as u32)
    }
    async fn frame(&self, cx: &StepContext, pictures: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(*pictures)
    }
}

impl paper::Printing for Office {
    async fn proof(&self, cx: &StepContext, page: &String, pictures: &u32) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("{page} and {pictures} pictures"))
    }
}

fn office() -> (Script, Arc<Office>) {
    let script = Script::default();
    (script.clone(), Arc::new(Office(script)))
}

fn ada() -> Actor {
    Actor::new("ada")
}

async fn go(runtime: &Runtime, id: &str, office: &Arc<Office>) -> Result<Paper<paper::Done>, paper::Halted> {
    soon(Paper::run(runtime, id, office, "tea".to_owned())).await
}

/// The runtime of the place, and whoever else can hand in: one on the same file, if there is one.
fn patient(place: &Place) -> (Runtime, Vec<Runtime>) {
    let patient = place.runtime().clone().wait_for_hand_ins();
    let mut others = vec![place.runtime().clone()];
    if place.is_file() {
        others.push(Runtime::open(place.path()).expect("it is open already"));
    }
    (patient, others)
}

async fn standing(runtime: &Runtime, id: &str) -> (Standing, String) {
    let runs = runtime.runs().await.unwrap();
    let run = runs.into_iter().find(|run| run.id == id);
    run.map_or((Standing::Running, String::new()), |run| {
        (run.standing, run.position)
    })
}

/// Until the run is listed as waiting for that.
async fn waits(runtime: &Runtime, id: &str, path: &str) {
    let waits = async {
        while standing(runtime, id).await != (Standing::Waiting, path.to_owned()) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    soon(waits).await;
}

/// Hands it in as soon as it is waited for.
async fn given(runtime: &Runtime, id: &str, path: &str, verdict: Option<Verdict>) {
    let handed_in = async {
        loop {
            let handed_in = match (verdict.clone(), path) {
                (Some(verdict), _) => runtime.hand_in(id, path, ada(), verdict).await,
                (None, "Writing.title") => hand_in::title(runtime, id, ada(), "leaves".to_owned()).await,
                (None, _) => hand_in::caption(runtime, id, ada(), "a cup".to_owned()).await,
            };
            match handed_in {
                Ok(()) => return,
                Err(error) if error.is_not_waiting() || error.is_not_found() => {}
                Err(error) => panic!("{error}"),
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    soon(handed_in).await;
}

/// Until that was noted; yields everything up to then.
async fn noted(script: &Script, what: &str) -> Vec<String> {
    let noted = async {
        let mut notes = Vec::new();
        loop {
            notes.extend(script.notes());
            if notes.iter().any(|note| note == what) {
                return notes;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    soon(noted).await
}

#[tokio::test]
async fn a_run_waits_at_each_manual_step_and_gate_goes_on_when_it_is_handed_in_and_ends_by_that() {
    for at in 0..2 {
        for place in Place::both() {
            let (runtime, others) = patient(&place);
            let other = others.get(at).unwrap_or(&runtime);
            let (script, office) = office();
            let heard = Script::default();
            let observed = runtime.clone().with_observer(heard.observer());
            let handing_in = async {
                waits(other, "p", "Writing.title").await;
                // As long as it may take until it hears of what it did itself.
                tokio::time::sleep(Duration::from_millis(120)).await;
                given(other, "p", "Writing.title", None).await;
                waits(other, "p", "Writing.approve").await;
                // What is refused ends no waiting.
                let twice = hand_in::title(other, "p", ada(), "again".to_owned()).await;
                assert!(twice.unwrap_err().is_not_waiting());
                given(other, "p", "Writing.approve", Some(Verdict::reject("dull"))).await;
                waits(other, "p", "Writing.title").await;
                given(other, "p", "Writing.title", None).await;
                waits(other, "p", "Writing.approve").await;
                given(other, "p", "Writing.approve", Some(Verdict::Pass)).await;
                given(other, "p", "Layout.legal", Some(Verdict::Pass)).await;
                given(other, "p", "Layout.caption", None).await;
                waits(other, "p", "Printing.press").await;
                given(other, "p", "Printing.press", Some(Verdict::Pass)).await;
            };
            let (done, ()) = tokio::join!(go(&observed, "p", &office), handing_in);
            let done = done.unwrap();
            assert_eq!(done.artifacts().proof(), "a page with a cup and 2 pictures");
            assert_eq!(standing(other, "p").await.0, Standing::Done);
            let notes = heard.notes();
            assert_eq!(notes[notes.len() - 2..], ["phase Printing r1", "finished r1"]);
            let waited = notes.iter().filter(|note| note.starts_with("waiting"));
            assert_eq!(waited.count(), 7, "each is told once: {notes:?}");
            let done_of = |step: &str| script_calls(&notes, step);
            assert_eq!(done_of("Writing.write"), 2);
            assert_eq!(script.notes().len(), 7, "and each step is called once a round");
            if place.is_file() {
                let journal = place.journal("p");
                let waited = journal.iter().filter(|line| line.starts_with("waiting"));
                assert_eq!(waited.count(), 7, "{journal:?}");
                place.runtime().verify("p").await.unwrap();
            }
        }
    }
}

fn script_calls(notes: &[String], step: &str) -> usize {
    let started = format!("started {step} ");
    notes.iter().filter(|note| note.starts_with(&started)).count()
}

/// A run that has written its text, so that `Layout` is next.
async fn written(runtime: &Runtime, id: &str, office: &Arc<Office>) -> Paper<paper::after::Writing> {
    let waiting = runtime.clone().wait_for_hand_ins();
    let handing_in = async {
        given(runtime, id, "Writing.title", None).await;
        given(runtime, id, "Writing.approve", Some(Verdict::Pass)).await;
    };
    let run = soon(Paper::start(&waiting, id, "tea".to_owned())).await.unwrap();
    let (outcome, ()) = tokio::join!(soon(run.writing(office)), handing_in);
    let paper::WritingOutcome::Passed(run) = outcome.unwrap() else {
        panic!("it was approved");
    };
    office.0.notes();
    drop(run);
    let paper::Position::AfterWriting(run) = soon(Paper::resume(runtime, id)).await.unwrap() else {
        panic!("`Writing` is done");
    };
    run
}

#[tokio::test]
async fn what_a_hand_in_makes_ready_starts_at_once_while_its_siblings_are_at_work() {
    for waiting in [false, true] {
        for at in 0..2 {
            for place in Place::both() {
                let (patient, others) = patient(&place);
                let other = others.get(at).unwrap_or(&patient);
                let runtime = if waiting { &patient } else { place.runtime() };
                let (script, office) = office();
                let run = written(runtime, "p", &office).await;
                script.then("Layout.draw", Act::Behind("ink"));
                let handing_in = async {
                    noted(&script, "Layout.count").await;
                    given(other, "p", "Layout.caption", None).await;
                    let notes = noted(&script, "Layout.set").await;
                    assert_eq!(notes, ["Layout.set"], "`draw` is still at work");
                    assert_eq!(standing(other, "p").await.0, Standing::Waiting, "for `legal`");
                    given(other, "p", "Layout.legal", Some(Verdict::Pass)).await;
                    assert_ne!(standing(other, "p").await.0, Standing::Waiting);
                    script.open("ink");
                };
                let (outcome, ()) = tokio::join!(soon(run.layout(&office)), handing_in);
                let paper::LayoutOutcome::Passed(run) = outcome.unwrap() else {
                    panic!("all was handed in in time, so there was nothing to halt for");
                };
                assert_eq!(run.artifacts().page(), "a page with a cup");
                assert_eq!(script.notes(), ["Layout.frame"]);
            }
        }
    }
}

#[tokio::test]
async fn a_runtime_that_does_not_wait_halts_when_nothing_else_is_left_to_do() {
    for place in Place::both() {
        let (patient, _) = patient(&place);
        let (script, office) = office();
        let run = written(place.runtime(), "p", &office).await;
        script.then("Layout.draw", Act::Behind("ink"));
        let handing_in = async {
            noted(&script, "Layout.count").await;
            given(&patient, "p", "Layout.caption", None).await;
            noted(&script, "Layout.set").await;
            script.open("ink");
        };
        let (halted, ()) = tokio::join!(soon(run.layout(&office)), handing_in);
        let halted = halted.unwrap_err();
        assert_eq!(halted.cause.steps(), ["Layout.legal"], "{halted}");
        assert_eq!(standing(&patient, "p").await.0, Standing::Waiting);
    }
}

#[tokio::test]
async fn a_rejection_while_others_are_at_work_lets_them_finish_and_starts_nothing_more() {
    for place in Place::both() {
        let (runtime, _) = patient(&place);
        let (script, office) = office();
        let run = written(&runtime, "p", &office).await;
        script.then("Layout.draw", Act::Behind("ink"));
        let heard = Script::default();
        let observed = runtime.clone().with_observer(heard.observer());
        drop(run);
        let paper::Position::AfterWriting(run) = soon(Paper::resume(&observed, "p")).await.unwrap() else {
            panic!("`Writing` is done");
        };
        let handing_in = async {
            noted(&script, "Layout.count").await;
            given(&runtime, "p", "Layout.legal", Some(Verdict::reject("libel"))).await;
            // It is of a round that is over, so nobody waits for it any more.
            let late = hand_in::caption(&runtime, "p", ada(), "late".to_owned()).await;
            assert!(late.unwrap_err().is_not_waiting());
            tokio::time::sleep(Duration::from_millis(120)).await;
            script.open("ink");
        };
        let (outcome, ()) = tokio::join!(soon(run.layout(&office)), handing_in);
        let paper::LayoutOutcome::BackToWriting(run, rejection) = outcome.unwrap() else {
            panic!("it was sent back");
        };
        assert_eq!((rejection.gate(), rejection.reason()), ("Layout.legal", "libel"));
        assert_eq!(script.notes(), [""; 0], "neither `set` nor `frame` was begun");
        assert!(
            noted(&heard, "done Layout.draw a1").await.len() > 2,
            "what was in flight is told"
        );
        if place.is_file() {
            let journal = place.journal("p");
            let at = |line: &str| journal.iter().position(|is| is == line).expect(line);
            assert!(at("rejected Layout.legal to Writing by ada") < at("done Layout.draw"));
        }
        drop(run);
        script.then("Layout.draw", Act::Behind("more ink"));
        // The title is waited for anew; that the text of that title was approved stands.
        let handing_in = async {
            given(&runtime, "p", "Writing.title", None).await;
            given(&runtime, "p", "Layout.caption", None).await;
            given(
                &runtime,
                "p",
                "Layout.legal",
                Some(Verdict::reject("libel again")),
            )
            .await;
            tokio::time::sleep(Duration::from_millis(120)).await;
            script.open("more ink");
        };
        let (halted, ()) = tokio::join!(go(&runtime, "p", &office), handing_in);
        let halted = halted.unwrap_err();
        assert!(
            halted.is_rejected() && halted.to_string().contains("libel again"),
            "{halted}"
        );
        assert_eq!(standing(&runtime, "p").await.0, Standing::Halted);
        let begun = script.notes();
        let framed = begun.iter().any(|note| note.starts_with("Layout.frame"));
        assert!(
            !framed,
            "what `draw` makes ready is not begun any more: {begun:?}"
        );
    }
}

#[tokio::test]
async fn a_step_that_fails_halts_the_run_while_something_is_waited_for() {
    for place in Place::both() {
        let (runtime, _) = patient(&place);
        let (script, office) = office();
        let run = written(&runtime, "p", &office).await;
        script.then("Layout.draw", Act::Fail("no ink"));
        let halted = soon(run.layout(&office)).await.unwrap_err();
        assert!(
            halted.is_failed() && halted.cause.steps() == ["Layout.draw"],
            "{halted}"
        );
        // What it waits for can be handed in even so.
        given(&runtime, "p", "Layout.caption", None).await;
        let (listed, position) = standing(&runtime, "p").await;
        assert_eq!((listed, &*position), (Standing::Halted, "Layout.caption"));
        let paper::Position::AfterWriting(run) = halted.run else {
            panic!("`Layout` is not done");
        };
        let handing_in = given(&runtime, "p", "Layout.legal", Some(Verdict::Pass));
        let (outcome, ()) = tokio::join!(soon(run.layout(&office)), handing_in);
        assert!(matches!(outcome.unwrap(), paper::LayoutOutcome::Passed(_)));
    }
}

#[tokio::test]
async fn each_way_to_drive_waits_and_only_the_value_that_was_told_to() {
    for place in Place::both() {
        let (runtime, _) = patient(&place);
        let (_, office) = office();
        let run = soon(Paper::start(place.runtime(), "p", "tea".to_owned()))
            .await
            .unwrap();
        let halted = soon(run.writing(&office).title()).await.unwrap_err();
        assert!(
            halted.is_waiting(),
            "`place.runtime()` itself was not told: {halted}"
        );
        drop(halted);
        let paper::Position::Start(run) = soon(Paper::resume(&runtime, "p")).await.unwrap() else {
            panic!("nothing is done");
        };
        let by_step = async {
            let phase = soon(run.writing(&office).title()).await.unwrap();
            let phase = soon(phase.write()).await.unwrap();
            match soon(phase.approve()).await.unwrap() {
                paper::WritingOutcome::Passed(run) => run,
                other => panic!("{other:?}"),
            }
        };
        let handing_in = async {
            given(&runtime, "p", "Writing.title", None).await;
            given(&runtime, "p", "Writing.approve", Some(Verdict::Pass)).await;
        };
        let (run, ()) = tokio::join!(by_step, handing_in);
        let handing_in = given(&runtime, "p", "Layout.caption", None);
        let drawn = soon(run.layout(&office).draw()).await.unwrap();
        let (phase, ()) = tokio::join!(soon(drawn.caption()), handing_in);
        assert!(phase.is_ok(), "a member of a parallel phase alone, too");
    }
}

#[tokio::test]
async fn two_runs_wait_at_once_and_each_gets_what_is_handed_in_for_it() {
    for place in Place::both() {
        let (runtime, others) = patient(&place);
        let (_, office) = office();
        let verdicts = |id: &'static str, verdict: Verdict| {
            let other = others.last().unwrap_or(&runtime).clone();
            async move {
                given(&other, id, "Writing.title", None).await;
                given(&other, id, "Writing.approve", Some(Verdict::Pass)).await;
                given(&other, id, "Layout.caption", None).await;
                given(&other, id, "Layout.legal", Some(Verdict::Pass)).await;
                given(&other, id, "Printing.press", Some(verdict)).await;
            }
        };
        let handing_in = async {
            waits(&runtime, "p", "Writing.title").await;
            waits(&runtime, "q", "Writing.title").await;
            verdicts("q", Verdict::reject("no paper")).await;
            assert_eq!(
                standing(&runtime, "p").await.0,
                Standing::Waiting,
                "nothing of that is for `p`"
            );
            verdicts("p", Verdict::Pass).await;
        };
        let (p, q, ()) = tokio::join!(go(&runtime, "p", &office), go(&runtime, "q", &office), handing_in);
        assert_eq!(p.unwrap().id(), "p");
        assert!(q.unwrap_err().is_rejected());
    }
}

#[tokio::test]
async fn a_run_that_waits_lets_go_when_it_is_dropped_and_goes_on_elsewhere() {
    for place in Place::both() {
        let (runtime, _) = patient(&place);
        let (script, office) = office();
        tokio::select! {
            biased;
            done = go(&runtime, "p", &office) => panic!("{done:?}"),
            () = waits(&runtime, "p", "Writing.title") => {}
        }
        drop(runtime);
        let place = place.reopened();
        let (runtime, _) = patient(&place);
        let handing_in = async {
            given(&runtime, "p", "Writing.title", None).await;
            waits(&runtime, "p", "Writing.approve").await;
        };
        tokio::select! {
            biased;
            done = go(&runtime, "p", &office) => panic!("{done:?}"),
            () = handing_in => {}
        }
        assert_eq!(script.notes(), ["Writing.write"]);
    }
}

#[tokio::test]
async fn a_run_that_waits_hears_at_once_that_its_hold_was_broken() {
    for place in Place::both() {
        let (runtime, others) = patient(&place);
        for (at, other) in others.iter().enumerate() {
            // One step is waited for, and then some of a phase.
            for (id, phase) in [(format!("one {at}"), "Writing"), (format!("some {at}"), "Layout")] {
                let (script, office) = office();
                if phase == "Layout" {
                    drop(written(&runtime, &id, &office).await);
                }
                let breaking = async {
                    match phase {
                        "Layout" => drop(noted(&script, "Layout.frame").await),
                        _ => waits(&runtime, &id, "Writing.title").await,
                    }
                    other.break_hold(&id).await.unwrap();
                };
                let (halted, ()) = tokio::join!(go(&runtime, &id, &office), breaking);
                let halted = halted.unwrap_err();
                let is_fenced = halted.cause.journal().is_some_and(RuntimeError::is_fenced);
                assert!(is_fenced, "{halted}");
            }
        }
    }
}

#[test]
fn waiting_needs_no_timer_and_no_other_thread_of_tokio() {
    for place in Place::both() {
        let (runtime, _) = patient(&place);
        let (_, office) = office();
        let bare = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let other = runtime.clone();
        let handing_in = std::thread::spawn(move || {
            let timed = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .build()
                .unwrap();
            timed.block_on(async {
                given(&other, "p", "Writing.title", None).await;
                given(&other, "p", "Writing.approve", Some(Verdict::Pass)).await;
                given(&other, "p", "Layout.caption", None).await;
                given(&other, "p", "Layout.legal", Some(Verdict::Pass)).await;
                given(&other, "p", "Printing.press", Some(Verdict::Pass)).await;
            });
        });
        let done = bare.block_on(go(&runtime, "p", &office));
        assert_eq!(done.unwrap().artifacts().caption(), "a cup");
        handing_in.join().unwrap();
    }
}

workflow! {
    pub workflow Exam(name: String) {
        parallel phase Marking {
            step test(name) -> test: u32;
            manual gate honest(name);
        }
    }
}

/// While it is at work itself, somebody hands in what is waited for beside it.
struct Examiner(Runtime, Verdict);

impl exam::Marking for Examiner {
    async fn test(&self, _: &StepContext, _: &String) -> StepResult<u32> {
        while let Err(error) = exam::hand_in::honest(&self.0, "e", ada(), self.1.clone()).await {
            assert!(error.is_not_waiting(), "{error}");
            tokio::task::yield_now().await;
        }
        Ok(5)
    }
}

#[tokio::test]
async fn a_run_is_listed_as_it_stands_also_when_something_was_handed_in_just_before_its_last_step_ended() {
    for (verdict, listed) in [
        (Verdict::Pass, Standing::Done),
        (Verdict::reject("copied"), Standing::Halted),
    ] {
        for waiting in [false, true] {
            for place in Place::both() {
                let runtime = if waiting {
                    patient(&place).0
                } else {
                    place.runtime().clone()
                };
                let examiner = Arc::new(Examiner(place.runtime().clone(), verdict.clone()));
                let ended = soon(Exam::run(&runtime, "e", &examiner, "eve".to_owned())).await;
                assert_eq!(ended.is_ok(), listed == Standing::Done, "{ended:?}");
                assert_eq!(standing(&runtime, "e").await.0, listed);
                if place.is_file() {
                    runtime.verify("e").await.unwrap();
                    assert_eq!(place.journal("e").len(), 4, "no line for that");
                }
            }
        }
    }
}

workflow! {
    pub workflow Soup(dish: String) {
        parallel phase Cooking {
            step boil(dish) -> boiled: u32;
            manual step salt(dish) -> salt: u32;
            step chop(dish) -> chopped: u32;
            step season(salt) -> seasoned: u32;
        }
    }
}

/// `chop` ends in the moment in which it hands the salt in.
struct Cook(Script, Runtime);

impl soup::Cooking for Cook {
    async fn boil(&self, cx: &StepContext, _: &String) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(1)
    }
    async fn chop(&self, cx: &StepContext, _: &String) -> StepResult<u32> {
        self.0.step(cx).await?;
        soup::hand_in::salt(&self.1, "s", ada(), 2).await?;
        Ok(2)
    }
    async fn season(&self, cx: &StepContext, salt: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        self.0.open("pot");
        Ok(*salt)
    }
}

#[tokio::test]
async fn what_is_handed_in_just_when_a_sibling_ends_is_heard_at_once_too() {
    for place in Place::both() {
        let (runtime, _) = patient(&place);
        let script = Script::default();
        // `boil` ends after `season` only, which begins when it is heard that the salt is there.
        script.then("Cooking.boil", Act::Behind("pot"));
        let cook = Arc::new(Cook(script, place.runtime().clone()));
        let done = soon(Soup::run(&runtime, "s", &cook, "leek".to_owned())).await;
        assert_eq!(*done.unwrap().artifacts().seasoned(), 2);
        assert_eq!(standing(&runtime, "s").await.0, Standing::Done);
    }
}

/// Two builds of a program, of which the second plans one phase more.
mod older {
    use super::*;
    workflow! {
        pub workflow Queue(number: u32) {
            phase Standing { manual gate called(number); }
        }
    }
}

mod newer {
    use super::*;
    workflow! {
        pub workflow Queue(number: u32) {
            phase Standing { manual gate called(number); }
            phase Served { manual gate served(number); }
        }
    }
}

#[tokio::test]
async fn a_run_that_waits_is_listed_so_under_a_newer_plan_too() {
    let place = Place::file();
    let (runtime, team) = (place.runtime(), Arc::new(()));
    drop(soon(older::Queue::run(runtime, "q", &team, 1)).await.unwrap_err());
    let before = place.journal("q");
    let refused = soon(newer::Queue::run(runtime, "q", &team, 2)).await.unwrap_err();
    assert!(refused.cause.journal().unwrap().is_other_inputs(), "{refused}");
    assert_eq!(place.journal("q"), before, "what is refused touches nothing");
    drop(soon(newer::Queue::resume(runtime, "q")).await.unwrap());
    assert_eq!(standing(runtime, "q").await.0, Standing::Waiting);
    drop(soon(newer::Queue::run(runtime, "q", &team, 1)).await.unwrap_err());
    assert_eq!(
        place.journal("q"),
        ["begun", "waiting Standing.called", "replanned"]
    );
    runtime
        .hand_in("q", "Standing.called", ada(), Verdict::Pass)
        .await
        .unwrap();
    assert_eq!(
        standing(runtime, "q").await.0,
        Standing::Running,
        "`Served` is left"
    );
}

/// The other process of the tests below: does nothing unless one of them starts it.
#[tokio::test]
async fn as_a_child_process() {
    let Some((what, path)) = errand() else { return };
    let runtime = Runtime::open(path).expect("the parent made the file");
    match &*what {
        "hand in" => {
            for (path, verdict) in [
                ("Writing.title", None),
                ("Writing.approve", Some(Verdict::Pass)),
                ("Layout.legal", Some(Verdict::Pass)),
                ("Layout.caption", None),
                ("Printing.press", Some(Verdict::Pass)),
            ] {
                given(&runtime, "p", path, verdict).await;
                say(path);
            }
        }
        _ => {
            let (_, office) = office();
            let done = go(&runtime.wait_for_hand_ins(), "p", &office).await;
            say(&format!("{:?}", done.map_err(|halted| halted.cause)));
        }
    }
}

#[tokio::test]
async fn another_process_hands_in_what_a_run_waits_for() {
    let place = Place::file();
    let (runtime, _) = patient(&place);
    let (_, office) = office();
    let mut other = Child::sent("hand in", &place);
    let done = go(&runtime, "p", &office).await.unwrap();
    assert_eq!(done.artifacts().proof(), "a page with a cup and 2 pictures");
    let ended = tokio::task::spawn_blocking(move || other.ended());
    assert!(ended.await.unwrap().success());
}

#[tokio::test]
async fn what_another_process_waits_for_is_handed_in_here() {
    let place = Place::file();
    let other = Child::sent("drive", &place);
    let runtime = place.runtime();
    waits(runtime, "p", "Writing.title").await;
    let (_, office) = office();
    let held = go(runtime, "p", &office).await.unwrap_err();
    assert!(held.cause.journal().is_some_and(RuntimeError::is_held), "{held}");
    given(runtime, "p", "Writing.title", None).await;
    given(runtime, "p", "Writing.approve", Some(Verdict::Pass)).await;
    given(runtime, "p", "Layout.caption", None).await;
    given(runtime, "p", "Layout.legal", Some(Verdict::Pass)).await;
    given(runtime, "p", "Printing.press", Some(Verdict::Pass)).await;
    assert_eq!(other.says(), r#"Ok(Paper("p", after Printing))"#);
}
