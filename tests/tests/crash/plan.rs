//! The plan that is killed: every kind of part a plan can have, all of it the same each time it is carried out.
//!
//! In round 0 the gate of a parallel phase sends the run back, with a sibling still in flight. In round 1 two things are
//! handed in, and the second, a verdict, sends the run back to an optional phase that was done. In round 2 that phase is
//! waived, a step halts the run, and when it is driven again it comes to its end.

use std::sync::Arc;
use std::time::Duration;

use voyage::{Position, hand_in};
use workflow_runtime::prelude::*;

use crate::effects::{Effect, Effects, What};

workflow! {
    pub workflow Voyage(cargo: u32) {
        phase Planning {
            #[undo(unchart)]
            step chart(cargo) -> route: Vec<u32>;
            /// Nobody comes at the first call.
            #[retry(attempts = 3, backoff = "1ms")]
            #[undo(dismiss)]
            step hire(route) -> crew: u32;
        }
        parallel phase Loading {
            #[undo(drain)]
            step fuel(crew) -> fuel: u32;
            #[undo(unload)]
            step stow(cargo, crew) -> load: u32;
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

/// The step that halts the run.
pub(crate) const BECALMED: &str = "Sailing.sail";

/// Who hands in.
pub(crate) const PURSER: &str = "purser";

/// What a run begins with: each with another, so that one cannot be taken for another.
pub(crate) fn cargo(run: &str) -> u32 {
    run.bytes().map(u32::from).sum()
}

/// The team. Whatever it does, it writes down before, in the middle, and after.
#[derive(Debug)]
pub(crate) struct Crew {
    pub(crate) effects: Arc<Effects>,
    /// How long each half of a piece of work takes.
    pub(crate) pause: Duration,
}

impl Crew {
    /// The step that is asked for.
    async fn work<T>(&self, cx: &StepContext, value: T) -> StepResult<T> {
        self.work_at(cx.step(), cx, value).await
    }

    /// Something else of a phase, that has a name there.
    async fn work_at<T>(&self, place: &str, cx: &StepContext, value: T) -> StepResult<T> {
        let half = match place {
            SLOWEST => Duration::from_millis(3) + self.pause * 3,
            _ => self.pause,
        };
        self.effects.doing(What::Start, place, cx);
        pass(half).await;
        self.effects.doing(What::Half, place, cx);
        pass(half).await;
        self.effects.doing(What::Did, place, cx);
        Ok(value)
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
        self.work(cx, vec![*cargo, cargo * 2, cx.round()]).await
    }
    async fn unchart(&self, cx: &StepContext, _: &u32, _: Option<&Vec<u32>>) -> StepResult<()> {
        self.work_at("Planning.unchart", cx, ()).await
    }
    async fn hire(&self, cx: &StepContext, route: &Vec<u32>) -> StepResult<u32> {
        let crew = self.work(cx, route.iter().sum()).await?;
        if cx.attempt() == 1 {
            return Err(StepError::new("nobody came"));
        }
        Ok(crew)
    }
    async fn dismiss(&self, cx: &StepContext, _: &Vec<u32>, _: Option<&u32>) -> StepResult<()> {
        self.work_at("Planning.dismiss", cx, ()).await
    }
}

impl voyage::Loading for Crew {
    async fn fuel(&self, cx: &StepContext, crew: &u32) -> StepResult<u32> {
        self.work(cx, crew * 10).await
    }
    async fn drain(&self, cx: &StepContext, _: &u32, _: Option<&u32>) -> StepResult<()> {
        self.work_at("Loading.drain", cx, ()).await
    }
    async fn stow(&self, cx: &StepContext, cargo: &u32, crew: &u32) -> StepResult<u32> {
        self.work(cx, cargo * 100 + crew).await
    }
    async fn unload(&self, cx: &StepContext, _: &u32, _: &u32, _: Option<&u32>) -> StepResult<()> {
        self.work_at("Loading.unload", cx, ()).await
    }
    async fn insure(&self, cx: &StepContext, cargo: &u32) -> StepResult<String> {
        self.work(cx, format!("{cargo} insured")).await
    }
    async fn trim(&self, cx: &StepContext, _: &u32, _: &u32) -> StepResult<Verdict> {
        let verdict = Verdict::pass_if(cx.round() > 0, "she lists");
        self.work(cx, verdict).await
    }
}

impl voyage::Scouting for Crew {
    async fn scout(&self, cx: &StepContext, route: &Vec<u32>) -> StepResult<String> {
        self.work(cx, format!("calm on {route:?}")).await
    }
    async fn forget(&self, cx: &StepContext, _: &Vec<u32>, _: Option<&String>) -> StepResult<()> {
        self.work_at("Scouting.forget", cx, ()).await
    }
    async fn waive(&self, cx: &StepContext, load: &u32) -> StepResult<Option<Waiver>> {
        let waiver = (cx.round() > 1).then(|| Waiver::because(format!("known, {load} aboard")));
        self.work_at("Scouting.waive", cx, waiver).await
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
        self.work(cx, format!("{crew} aboard, {permit}, {weather:?}"))
            .await
    }
    async fn disembark(
        &self,
        cx: &StepContext,
        _: &u32,
        _: &String,
        _: Option<&String>,
        _: Option<&String>,
    ) -> StepResult<()> {
        self.work_at("Leaving.disembark", cx, ()).await
    }
}

impl voyage::Sailing for Crew {
    async fn sail(&self, cx: &StepContext, log: &String, policy: &String) -> StepResult<String> {
        let log = self.work(cx, format!("{log}; sailed, {policy}")).await?;
        if cx.attempt() == 1 {
            return Err(StepError::terminal("no wind"));
        }
        Ok(log)
    }
    async fn turn_back(
        &self,
        cx: &StepContext,
        _: &String,
        _: &String,
        _: Option<&String>,
    ) -> StepResult<()> {
        self.work_at("Sailing.turn_back", cx, ()).await
    }
    async fn landed(&self, cx: &StepContext, _: &String) -> StepResult<Verdict> {
        self.work(cx, Verdict::Pass).await
    }
}

/// Hands in what a run was heard to wait for.
pub(crate) async fn hand_in(runtime: &Runtime, waits: &Effect) -> Result<(), RuntimeError> {
    let (run, purser) = (&waits.run, Actor::new(PURSER));
    match waits.place.as_str() {
        "Loading.permit" => hand_in::permit(runtime, run, purser, format!("permit {}", waits.round)).await,
        "Leaving.cast_off" => {
            let verdict = Verdict::pass_if(waits.round > 1, "look out first");
            hand_in::cast_off(runtime, run, purser, verdict).await
        }
        other => panic!("nobody can hand in `{other}`"),
    }
}

/// All that a run has made.
pub(crate) fn made(done: &Voyage<voyage::Done>) -> String {
    let made = done.artifacts();
    format!(
        "{:?} {} {} {} {} {} {:?} {}",
        made.route(),
        made.crew(),
        made.fuel(),
        made.load(),
        made.policy(),
        made.permit(),
        made.weather(),
        made.log()
    )
}

/// The same as the journal has it; the run must be at its end.
pub(crate) async fn made_by(runtime: &Runtime, run: &str) -> Result<String, String> {
    match Voyage::resume(runtime, run).await {
        Ok(Position::Done(done)) => Ok(made(&done)),
        Ok(elsewhere) => Err(format!("run `{run}` is not at its end: {elsewhere:?}")),
        Err(error) => Err(error.to_string()),
    }
}
