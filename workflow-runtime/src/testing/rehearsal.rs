//! A rehearsal: a run in memory, under a virtual clock, by a script.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{Either, select};
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::played::{Played, Told};
use super::stage::{Act, Stage, undo_of};
use crate::error::{Halted, RuntimeError};
use crate::layout::index;
use crate::nearest::did_you_mean;
use crate::observe::RunEvent;
use crate::roster::Roster;
use crate::run::begin;
use crate::runtime::Runtime;
use crate::verdict::{Actor, Verdict};

/// The id of a rehearsed run.
const ID: &str = "rehearsal";

/// A run to be played in memory, under a virtual clock, by a script: which executions fail, what gates say, what is
/// handed in.
///
/// What is not scripted is done by the team. Waits, time limits and `tokio::time::sleep` in a step take no time. What
/// takers get was read back from text, as with a file.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use workflow_runtime::prelude::*;
/// use workflow_runtime::testing::Rehearsal;
///
/// workflow! {
///     workflow Ship(wish: String) {
///         phase Build {
///             #[retry(attempts = 3, backoff = "1m..1h")]
///             step code(wish) -> code: String { Ok(format!("code for {wish}")) }
///             #[rework(to = Build, max = 1)]
///             gate quality(code) { Ok(Verdict::Pass) }
///         }
///         phase Release {
///             manual gate sign_off(code);
///             step publish(code) -> url: String { Ok(format!("/{}", code.len())) }
///         }
///     }
/// }
/// # struct Team;
/// # impl ship::Build for Team {}
/// # impl ship::Release for Team {}
///
/// let team = Arc::new(Team);
/// let played = Rehearsal::new(|runtime, id| Ship::run(runtime, id, &team, "a till".to_owned()))
///     .fails("Build.code", "no compiler")
///     .says("Build.quality", Verdict::reject("too slow"))
///     .hands_in("Release.sign_off", "ada", Verdict::Pass)
///     .play();
///
/// assert_eq!(played.done().artifacts().url(), "/15");
/// played.assert_order(["Build.quality", "Build.code", "Release.sign_off", "Release.publish"]);
/// assert_eq!(played.attempts("Build.code"), 3);
/// assert!(played.took().as_secs() >= 60);
/// ```
#[must_use = "nothing is played before `play` or `survives_crashes`"]
pub struct Rehearsal<F> {
    drive: F,
    script: Script,
}

/// What is scripted, so that it can be played more than once.
#[derive(Debug, Default)]
struct Script {
    acts: Vec<(String, Act)>,
    hand_ins: Vec<HandIn>,
    roster: Option<Roster>,
    taken_up: u32,
}

#[derive(Debug, Clone)]
struct HandIn {
    step: String,
    by: String,
    what: Given,
}

#[derive(Debug, Clone)]
enum Given {
    Verdict(Verdict),
    Artifact(Box<RawValue>),
}

impl<F, Driven, N, P> Rehearsal<F>
where
    F: Fn(&Runtime, &str) -> Driven,
    Driven: Future<Output = Result<N, Halted<P>>>,
{
    /// `drive` drives a run of that id on that runtime, as the program does. It is called again after each halt that the
    /// script has an answer to, and after each crash.
    pub fn new(drive: F) -> Self {
        Rehearsal {
            drive,
            script: Script::default(),
        }
    }

    /// The next execution of the step fails with this error. Further ones queue up, as with all that is scripted for one
    /// step.
    pub fn fails(self, step: &str, error: &str) -> Self {
        self.scripted(step, Act::Fail(error.to_owned()))
    }

    /// The next execution of the step fails, and trying again is no use.
    pub fn fails_terminally(self, step: &str, error: &str) -> Self {
        self.scripted(step, Act::FailTerminally(error.to_owned()))
    }

    /// The next execution of the step panics.
    pub fn panics(self, step: &str, text: &str) -> Self {
        self.scripted(step, Act::Panic(text.to_owned()))
    }

    /// The next execution of the step takes this long, by the virtual clock, before it does its work.
    pub fn takes(self, step: &str, time: Duration) -> Self {
        self.scripted(step, Act::Take(time))
    }

    /// The next time the gate is asked, it says this.
    pub fn says(self, gate: &str, verdict: Verdict) -> Self {
        self.scripted(gate, Act::Say(verdict))
    }

    /// The next execution of the step makes this, and the team is not called.
    ///
    /// # Panics
    ///
    /// If it cannot be written as JSON.
    pub fn makes(self, step: &str, artifact: impl Serialize) -> Self {
        let json = json(step, &artifact);
        self.scripted(step, Act::Make(json))
    }

    /// The next attempt at undoing the step fails with this error.
    pub fn undo_fails(self, step: &str, error: &str) -> Self {
        self.scripted(&undo_of(step), Act::Fail(error.to_owned()))
    }

    /// When the run waits for this gate, `by` hands the verdict in.
    pub fn hands_in(mut self, gate: &str, by: &str, verdict: Verdict) -> Self {
        self.script.hand_ins.push(HandIn {
            step: gate.to_owned(),
            by: by.to_owned(),
            what: Given::Verdict(verdict),
        });
        self
    }

    /// When the run waits for this step, `by` hands the artifact in.
    ///
    /// # Panics
    ///
    /// If it cannot be written as JSON.
    pub fn hands_in_artifact(mut self, step: &str, by: &str, artifact: impl Serialize) -> Self {
        let json = json(step, &artifact);
        self.script.hand_ins.push(HandIn {
            step: step.to_owned(),
            by: by.to_owned(),
            what: Given::Artifact(json),
        });
        self
    }

    /// Who hands something in must hold the role of `#[by(..)]`.
    pub fn with_roster(mut self, roster: Roster) -> Self {
        self.script.roster = Some(roster);
        self
    }

    /// When a step has failed, the run is driven again, so often at most.
    pub fn taken_up(mut self, times: u32) -> Self {
        self.script.taken_up = times;
        self
    }

    /// Plays the run to its end, or to where it halts and the script has no answer.
    ///
    /// # Panics
    ///
    /// If something scripted was not called for, a hand-in is refused, or this is called on a tokio runtime: it brings
    /// its own, so write a plain `#[test]`.
    #[track_caller]
    pub fn play(&self) -> Played<N, P> {
        let (played, _) = self.once(None);
        played
    }

    /// Crashes the run at every moment at which that makes a difference, one crash a run: before each execution of a step
    /// and after each that was recorded. Yields how many crashes there were.
    ///
    /// # Panics
    ///
    /// As [`Rehearsal::play`] does; and if a run that crashed comes to something else than one that did not: other
    /// artifacts, another end, or a step that was recorded and is begun again.
    #[track_caller]
    pub fn survives_crashes(&self) -> usize {
        let (undisturbed, stage) = self.once(None);
        let boundaries = stage.boundaries();
        for at in 0..boundaries {
            let (played, crashed) = self.once(Some(at));
            let place = format!("after a crash at moment {} of {boundaries}", at + 1);
            undisturbed.ends_like(&played, &place);
            let before = stage.executions();
            for ((path, round), count) in crashed.executions() {
                let expected = before.get(&(path.clone(), round)).copied().unwrap_or(0);
                // Beside the one before which it crashed, others may have been in flight; nothing else is done again.
                let in_flight = u32::from(!played.was_done_before_the_crash(&path, round));
                assert!(
                    count <= expected + in_flight,
                    "{place}, `{path}` was begun {count} times in round {round} instead of {expected}\n{played:?}"
                );
            }
        }
        boundaries
    }

    #[track_caller]
    fn once(&self, crash_at: Option<usize>) -> (Played<N, P>, Arc<Stage>) {
        assert!(
            tokio::runtime::Handle::try_current().is_err(),
            "a rehearsal brings its own tokio runtime with a virtual clock; call it from a plain `#[test]`"
        );
        let clock = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime without threads can be built");
        let (played, stage, fault) = clock.block_on(self.on_stage(crash_at));
        if let Some(fault) = fault {
            panic!("{fault}\n{played:?}");
        }
        (played, stage)
    }

    /// With what is wrong with the script.
    async fn on_stage(&self, crash_at: Option<usize>) -> (Played<N, P>, Arc<Stage>, Option<String>) {
        let stage = Arc::new(Stage::new(self.script.acts.clone(), crash_at));
        let told = Arc::<Mutex<Vec<Told>>>::default();
        let listener = Arc::clone(&told);
        let mut runtime = Runtime::on_stage(Arc::clone(&stage)).with_observer(move |event: &RunEvent<'_>| {
            let mut told = listener.lock().unwrap_or_else(PoisonError::into_inner);
            told.extend(Told::of(event));
        });
        if let Some(roster) = &self.script.roster {
            runtime = runtime.with_roster(roster.clone());
        }
        let started = Instant::now();
        let mut hand_ins = self.script.hand_ins.clone();
        let mut taken_up = 0;
        let (mut crashed_after, mut fault) = (None, None);
        let outcome = loop {
            let driving = std::pin::pin!((self.drive)(&runtime, ID));
            let crashed = std::pin::pin!(stage.crashed());
            let halted = match select(driving, crashed).await {
                Either::Right(_) => {
                    crashed_after = Some(told.lock().unwrap_or_else(PoisonError::into_inner).len());
                    continue;
                }
                Either::Left((Ok(done), _)) => break Ok(done),
                Either::Left((Err(halted), _)) => halted,
            };
            if halted.is_waiting()
                && let Some(at) = hand_ins
                    .iter()
                    .position(|hand_in| halted.cause.steps().contains(&hand_in.step.as_str()))
            {
                if let Err(refused) = hand_ins.remove(at).hand_in(&runtime).await {
                    fault = Some(refused.to_string());
                    break Err(halted);
                }
            } else if halted.is_failed() && taken_up < self.script.taken_up {
                taken_up += 1;
            } else {
                break Err(halted);
            }
        };
        let took = started.elapsed();
        let mut left = stage.left();
        left.extend(hand_ins.into_iter().map(|hand_in| (hand_in.step, "a hand-in")));
        let told = std::mem::take(&mut *told.lock().unwrap_or_else(PoisonError::into_inner));
        // A run that was refused has none.
        let artifacts = begin::artifacts(&runtime, ID).await.unwrap_or_default();
        let played = Played::new(outcome, told, took, artifacts, crashed_after);
        if fault.is_none() && !left.is_empty() {
            fault = Some(in_vain(&runtime, &left).await);
        }
        (played, stage, fault)
    }

    fn scripted(mut self, step: &str, act: Act) -> Self {
        self.script.acts.push((step.to_owned(), act));
        self
    }
}

/// What is scripted and did not happen, and which names the plan does not have.
async fn in_vain(runtime: &Runtime, left: &[(String, &'static str)]) -> String {
    let layout = runtime.layout_of(ID).await.ok();
    let told = left.iter().map(|(path, what)| {
        let step = path.strip_prefix(&undo_of("")).unwrap_or(path);
        let unknown = layout.as_ref().filter(|layout| layout.find(step).is_none());
        let meant = unknown.map(|layout| {
            let paths = (0..index(layout.step_count())).map(|step| layout.path(step));
            format!(": the plan has no such step{}", did_you_mean(step, paths))
        });
        format!("`{path}` ({what}){}", meant.unwrap_or_default())
    });
    let told: Vec<_> = told.collect();
    format!("the run did not come to what is scripted for {}", told.join(", "))
}

impl HandIn {
    async fn hand_in(self, runtime: &Runtime) -> Result<(), RuntimeError> {
        let HandIn { step, by, what } = self;
        let actor = Actor::new(by);
        match what {
            Given::Verdict(verdict) => runtime.hand_in(ID, &step, actor, verdict).await,
            Given::Artifact(json) => runtime.hand_in_artifact(ID, &step, actor, &json).await,
        }
    }
}

fn json(step: &str, artifact: &impl Serialize) -> Box<RawValue> {
    serde_json::value::to_raw_value(artifact)
        .unwrap_or_else(|error| panic!("what is scripted for `{step}` cannot be written: {error}"))
}
