//! The plan that is killed: every kind of part a plan can have, all of it the same each time it is carried out.
//!
//! In round 0 somebody approves of the cargo, which stands from then on, and the gate of a parallel phase sends the run
//! back, with a sibling still in flight and another still waited for. In round 1 two things are handed in, and the second,
//! a verdict, sends the run back to an optional phase that was done. In round 2 that phase is waived, a step halts the run,
//! and when it is driven again it comes to its end. What becomes of it then is told by its name: see `Fate`.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use voyage::{Position, Undo, hand_in};
use workflow_runtime::prelude::*;

use crate::effects::{Effect, Effects, What, Work};

workflow! {
    pub workflow Voyage(cargo: u32) {
        phase Planning {
            manual gate customs(cargo);
            #[undo(unchart)]
            step chart(cargo) -> route: Vec<u32>;
            /// Nobody comes at the first call, and nobody leaves.
            #[retry(attempts = 3, backoff = "1ms")]
            #[undo(dismiss)]
            step hire(route) -> crew: u32;
        }
        parallel phase Loading {
            /// The first attempt to undo it fails for good.
            #[undo(drain)]
            step fuel(crew) -> fuel: u32;
            #[undo(unload)]
            step stow(cargo, crew) -> load: u32;
            #[undo(cancel)]
            step insure(cargo) -> policy: String;
            manual step permit(route) -> permit: String;
            #[rework(to = Planning, max = 1)]
            gate trim(fuel, load);
        }
        optional(load) phase Scouting {
            #[undo(forget)]
            step scout(route) -> weather: String;
        }
        phase Leaving {
            #[undo(disembark)]
            step board(crew, permit, weather) -> log: String;
            #[rework(to = Scouting, max = 1)]
            manual gate cast_off(log);
        }
        phase Sailing {
            /// The first attempt fails for good; the run is driven again.
            #[undo(turn_back)]
            step sail(log, policy) -> log;
            gate landed(log);
        }
    }
}

/// What is still in flight in the parallel phase when its gate sends the run back: a kill then cuts it off for good.
pub(crate) const SLOWEST: &str = "Loading.insure";

/// What is waited for then. Whether it is handed in before that is a matter of chance.
pub(crate) const RACING: &str = "Loading.permit";

/// The step that halts the run.
pub(crate) const BECALMED: &str = "Sailing.sail";

/// The step that halts the undoing of the run.
pub(crate) const CLOGGED: &str = "Loading.fuel";

/// Who hands in.
pub(crate) const PURSER: &str = "purser";

/// What becomes of a run in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is done, and stays so.
    Stays,
    /// It is taken back when it is done.
    Returns,
    /// It is taken back where a step halts it, which fails whenever it is tried.
    TurnsBack,
    /// It is taken back from wherever the next child finds it.
    Drifts,
}

impl Fate {
    pub(crate) fn of(run: &str) -> Self {
        match run {
            "returning" => Fate::Returns,
            "becalmed" => Fate::TurnsBack,
            "adrift" => Fate::Drifts,
            _ => Fate::Stays,
        }
    }
}

/// What a run begins with: each with another, so that one cannot be taken for another.
pub(crate) fn cargo(run: &str) -> u32 {
    run.bytes().map(u32::from).sum()
}

/// The method that undoes a step, as it is written down: `Planning.unchart`.
pub(crate) fn undo_of(step: &str) -> Option<String> {
    let (phase, of) = Voyage::PLAN.step(step)?;
    Some(format!("{}.{}", phase.name, of.undo?))
}

/// The step that such a method undoes.
pub(crate) fn undone_by(method: &str) -> Option<String> {
    let (phase, method) = method.split_once('.')?;
    let phase = Voyage::PLAN.phases.iter().find(|of| of.name == phase)?;
    let step = phase.steps.iter().find(|step| step.undo == Some(method))?;
    Some(format!("{}.{}", phase.name, step.name))
}

/// The team. Whatever it does, it writes down before, in the middle, and after.
#[derive(Debug)]
pub(crate) struct Crew {
    pub(crate) effects: Arc<Effects>,
    /// How long each half of a piece of work takes.
    pub(crate) pause: Duration,
    /// What failed until now, be it in a process that was killed since.
    pub(crate) failed: Mutex<BTreeSet<Work>>,
}

impl Crew {
    /// The step that is asked for, with what it is given.
    async fn work<T>(&self, cx: &StepContext, given: Value, value: T) -> StepResult<T> {
        self.work_at(cx.step(), cx, given, value).await
    }

    /// The undo method of that step.
    async fn undo(&self, cx: &StepContext, given: Value) -> StepResult<()> {
        let method = undo_of(cx.step()).expect("only a step with an undo method is undone");
        self.work_at(&method, cx, given, ()).await
    }

    /// Something of a phase, that has a name there.
    async fn work_at<T>(&self, place: &str, cx: &StepContext, given: Value, value: T) -> StepResult<T> {
        let half = match place {
            SLOWEST => Duration::from_millis(3) + self.pause * 3,
            _ => self.pause,
        };
        self.effects.doing(What::Start, place, cx, given.to_string());
        pass(half).await;
        self.effects.doing(What::Half, place, cx, String::new());
        pass(half).await;
        self.effects.doing(What::Did, place, cx, String::new());
        Ok(value)
    }

    /// Whether it is the first time in that round: attempts do not tell, for some are interrupted.
    fn fails(&self, cx: &StepContext) -> bool {
        let failure = (cx.run_id().to_owned(), cx.step().to_owned(), cx.round());
        self.failed.lock().expect("nobody panics with it").insert(failure)
    }
}

async fn pass(time: Duration) {
    if time.is_zero() {
        tokio::task::yield_now().await;
    } else {
        tokio::time::sleep(time).await;
    }
}

impl voyage::Planning for Crew {
    async fn chart(&self, cx: &StepContext, cargo: &u32) -> StepResult<Vec<u32>> {
        self.work(cx, json!([cargo]), vec![*cargo, cargo * 2, cx.round()])
            .await
    }
    async fn unchart(&self, cx: &StepContext, cargo: &u32, made: Option<&Vec<u32>>) -> StepResult<()> {
        self.undo(cx, json!([cargo, made])).await
    }
    async fn hire(&self, cx: &StepContext, route: &Vec<u32>) -> StepResult<u32> {
        let crew = self.work(cx, json!([route]), route.iter().sum()).await?;
        if self.fails(cx) {
            return Err(StepError::new("nobody came"));
        }
        Ok(crew)
    }
    async fn dismiss(&self, cx: &StepContext, route: &Vec<u32>, made: Option<&u32>) -> StepResult<()> {
        self.undo(cx, json!([route, made])).await?;
        if cx.attempt() == 1 {
            return Err(StepError::new("nobody left"));
        }
        Ok(())
    }
}

impl voyage::Loading for Crew {
    async fn fuel(&self, cx: &StepContext, crew: &u32) -> StepResult<u32> {
        self.work(cx, json!([crew]), crew * 10 + cx.round()).await
    }
    async fn drain(&self, cx: &StepContext, crew: &u32, made: Option<&u32>) -> StepResult<()> {
        self.undo(cx, json!([crew, made])).await?;
        if cx.attempt() == 1 {
            return Err(StepError::terminal("clogged"));
        }
        Ok(())
    }
    async fn stow(&self, cx: &StepContext, cargo: &u32, crew: &u32) -> StepResult<u32> {
        self.work(cx, json!([cargo, crew]), cargo * 100 + crew).await
    }
    async fn unload(&self, cx: &StepContext, cargo: &u32, crew: &u32, made: Option<&u32>) -> StepResult<()> {
        self.undo(cx, json!([cargo, crew, made])).await
    }
    async fn insure(&self, cx: &StepContext, cargo: &u32) -> StepResult<String> {
        let policy = format!("{cargo} insured, {}", cx.round());
        self.work(cx, json!([cargo]), policy).await
    }
    async fn cancel(&self, cx: &StepContext, cargo: &u32, made: Option<&String>) -> StepResult<()> {
        self.undo(cx, json!([cargo, made])).await
    }
    async fn trim(&self, cx: &StepContext, fuel: &u32, load: &u32) -> StepResult<Verdict> {
        let verdict = Verdict::pass_if(cx.round() > 0, "she lists");
        self.work(cx, json!([fuel, load]), verdict).await
    }
}

impl voyage::Scouting for Crew {
    async fn scout(&self, cx: &StepContext, route: &Vec<u32>) -> StepResult<String> {
        self.work(cx, json!([route]), format!("calm on {route:?}")).await
    }
    async fn forget(&self, cx: &StepContext, route: &Vec<u32>, made: Option<&String>) -> StepResult<()> {
        self.undo(cx, json!([route, made])).await
    }
    async fn waive(&self, cx: &StepContext, load: &u32) -> StepResult<Option<Waiver>> {
        let waiver = (cx.round() > 1).then(|| Waiver::because(format!("known, {load} aboard")));
        self.work_at("Scouting.waive", cx, json!([load]), waiver).await
    }
}

impl voyage::Leaving for Crew {
    async fn board(
        &self,
        cx: &StepContext,
        crew: &u32,
        permit: &String,
        weather: Option<&String>,
    ) -> StepResult<String> {
        let log = format!("{crew} aboard, {permit}, {weather:?}");
        self.work(cx, json!([crew, permit, weather]), log).await
    }
    async fn disembark(
        &self,
        cx: &StepContext,
        crew: &u32,
        permit: &String,
        weather: Option<&String>,
        made: Option<&String>,
    ) -> StepResult<()> {
        self.undo(cx, json!([crew, permit, weather, made])).await
    }
}

impl voyage::Sailing for Crew {
    async fn sail(&self, cx: &StepContext, log: &String, policy: &String) -> StepResult<String> {
        let sailed = format!("{log}; sailed, {policy}");
        let sailed = self.work(cx, json!([log, policy]), sailed).await?;
        if self.fails(cx) || Fate::of(cx.run_id()) == Fate::TurnsBack {
            return Err(StepError::terminal("no wind"));
        }
        Ok(sailed)
    }
    async fn turn_back(
        &self,
        cx: &StepContext,
        log: &String,
        policy: &String,
        made: Option<&String>,
    ) -> StepResult<()> {
        self.undo(cx, json!([log, policy, made])).await
    }
    async fn landed(&self, cx: &StepContext, log: &String) -> StepResult<Verdict> {
        self.work(cx, json!([log]), Verdict::Pass).await
    }
}

/// Hands in what a run was heard to wait for; says whether it was still waited for.
pub(crate) async fn hand_in(runtime: &Runtime, waits: &Effect) -> Result<bool, RuntimeError> {
    let (run, purser) = (&waits.run, Actor::new(PURSER));
    let handed_in = match waits.place.as_str() {
        "Planning.customs" => hand_in::customs(runtime, run, purser, Verdict::Pass).await,
        RACING => hand_in::permit(runtime, run, purser, format!("permit of {run}")).await,
        "Leaving.cast_off" => {
            let verdict = Verdict::pass_if(waits.round > 1, "look out first");
            hand_in::cast_off(runtime, run, purser, verdict).await
        }
        other => panic!("nobody can hand in `{other}`"),
    };
    let may_be_late = waits.place == RACING || Fate::of(run) == Fate::Drifts;
    match handed_in {
        Err(late) if may_be_late && (late.is_not_waiting() || late.is_undone()) => Ok(false),
        handed_in => handed_in.map(|()| true),
    }
}

/// All that a run has made.
pub(crate) fn made(done: &Voyage<voyage::Done>) -> String {
    let made = done.artifacts();
    let all = json!([
        made.route(),
        made.crew(),
        made.fuel(),
        made.load(),
        made.policy(),
        made.permit(),
        made.weather(),
        made.log()
    ]);
    all.to_string()
}

/// The same as the journal has it; nothing of a run that was taken back. The run must be at its end.
pub(crate) async fn made_by(runtime: &Runtime, run: &str) -> Result<Option<String>, String> {
    let found = Voyage::resume(runtime, run).await;
    if Fate::of(run) == Fate::Stays {
        return match found {
            Ok(Position::Done(done)) => Ok(Some(made(&done))),
            Ok(elsewhere) => Err(format!("run `{run}` is not at its end: {elsewhere:?}")),
            Err(error) => Err(error.to_string()),
        };
    }
    match (found, Undo::resume(runtime, run).await) {
        (Err(found), Err(undo)) if found.is_undone() && undo.is_undone() => Ok(None),
        other => Err(format!("run `{run}` is not undone: {other:?}")),
    }
}
