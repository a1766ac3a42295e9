//! A plan in which happens what can happen to a run: steps in a row and at once, one that fails and is tried again,
//! phases that are waived, things that are handed in, and a gate that sends back.

#![allow(missing_docs, reason = "they would repeat the names")]

use std::collections::BTreeSet;
use std::sync::Arc;

use workflow_runtime::prelude::*;
use workflow_runtime::{RunEvent, RunEventKind};

use self::voyage::{Halted, LandingOutcome, Position};
use crate::script::Script;

workflow! {
    pub workflow Voyage(port: String) {
        phase Outfitting {
            step crew(port) -> crew: Vec<String>;
            #[retry(attempts = 2)]
            step load(crew) -> load: u32;
            step papers(port) -> papers: String;
        }
        parallel phase Sailing {
            step heading(load) -> heading: u32;
            step speed(load) -> speed: u32;
            gate safe(heading, speed);
        }
        optional(speed) phase Fishing {
            step fish(speed) -> catch: u32;
        }
        phase Landing {
            manual step customs(papers) -> duty: u32;
            step unload(load, catch, duty) -> cargo: String;
            #[rework(to = Sailing, max = 1)]
            gate inspection(cargo);
        }
        phase Paying {
            step pay(crew, cargo) -> receipt: String;
        }
    }
}

/// Does its work in the same way whenever it is asked, and notes each call.
struct Crew(Script);

impl voyage::Outfitting for Crew {
    async fn crew(&self, cx: &StepContext, port: &String) -> StepResult<Vec<String>> {
        self.0.step(cx).await?;
        Ok(vec!["ada".to_owned(), format!("bo of {port}")])
    }
    async fn load(&self, cx: &StepContext, crew: &Vec<String>) -> StepResult<u32> {
        self.0.step(cx).await?;
        if cx.attempt() == 1 {
            return Err(StepError::new("the crane is stuck"));
        }
        Ok(u32::try_from(crew.len()).unwrap_or(0) * 50)
    }
    async fn papers(&self, cx: &StepContext, port: &String) -> StepResult<String> {
        self.0.step(cx).await?;
        // Longer than a page.
        Ok(format!("{port}, ").repeat(1000))
    }
}

impl voyage::Sailing for Crew {
    async fn heading(&self, cx: &StepContext, load: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(load + cx.round())
    }
    async fn speed(&self, cx: &StepContext, load: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(load / 10 + cx.round())
    }
    async fn safe(&self, cx: &StepContext, _: &u32, _: &u32) -> StepResult<Verdict> {
        self.0.gate(cx).await
    }
}

impl voyage::Fishing for Crew {
    async fn waive(&self, cx: &StepContext, _: &u32) -> StepResult<Option<Waiver>> {
        Ok((cx.round() == 0).then(|| Waiver::because("no time")))
    }
    async fn fish(&self, cx: &StepContext, speed: &u32) -> StepResult<u32> {
        self.0.step(cx).await?;
        Ok(speed * 3)
    }
}

impl voyage::Landing for Crew {
    async fn unload(
        &self,
        cx: &StepContext,
        load: &u32,
        catch: Option<&u32>,
        duty: &u32,
    ) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("{load} with {catch:?} for {duty}"))
    }
    async fn inspection(&self, cx: &StepContext, _: &String) -> StepResult<Verdict> {
        self.0.step(cx).await?;
        Ok(Verdict::pass_if(cx.round() > 0, "no fish"))
    }
}

impl voyage::Paying for Crew {
    async fn pay(&self, cx: &StepContext, crew: &Vec<String>, cargo: &String) -> StepResult<String> {
        self.0.step(cx).await?;
        Ok(format!("{} are paid for {cargo}", crew.join(" and ")))
    }
}

/// What a run makes, however often it was stopped.
pub const MADE: &str =
    "ada and bo of Delft are paid for 100 with Some(33) for 7; 101 at 11, with papers of 7000 letters";

fn made(done: &Voyage<voyage::Done>) -> String {
    let made = done.artifacts();
    let (heading, speed, papers) = (made.heading(), made.speed(), made.papers().len());
    format!(
        "{}; {heading} at {speed}, with papers of {papers} letters",
        made.receipt()
    )
}

/// Where a run stopped because the journal refused something.
#[derive(Debug)]
pub struct Stopped {
    /// What it said.
    pub error: RuntimeError,
    /// The handle that was given back; none when it was something handed in that was refused.
    pub run: Option<Position>,
}

/// Drives a run to its end, handing in what it waits for. Yields what it made.
///
/// # Errors
///
/// When the journal refuses something.
///
/// # Panics
///
/// If the run halts for any other reason.
pub async fn sail(runtime: &Runtime, id: &str, script: &Script) -> Result<String, Stopped> {
    let crew = Arc::new(Crew(script.clone()));
    loop {
        match Voyage::run(runtime, id, &crew, "Delft".to_owned()).await {
            Ok(done) => return Ok(made(&done)),
            Err(halted) => drop(hand_in(runtime, id, halted).await?),
        }
    }
}

/// As [`sail`], with a handle that there is, phase by phase.
///
/// # Errors
///
/// As there.
///
/// # Panics
///
/// As there.
pub async fn sail_on(
    runtime: &Runtime,
    id: &str,
    mut run: Position,
    script: &Script,
) -> Result<String, Stopped> {
    let crew = Arc::new(Crew(script.clone()));
    loop {
        let next = match run {
            Position::Start(run) => run.outfitting(&crew).await.map(Position::AfterOutfitting),
            Position::AfterOutfitting(run) => run.sailing(&crew).await.map(Position::AfterSailing),
            // Who goes phase by phase decides on waivers: as the crew does, at the first round's heading.
            Position::AfterSailing(run) => {
                let fishing = match run.artifacts().heading() {
                    100 => run.skip_fishing(Waiver::because("no time")).await,
                    _ => run.fishing(&crew).await,
                };
                fishing.map(Position::AfterFishing)
            }
            Position::AfterFishing(run) => run.landing(&crew).await.map(|outcome| match outcome {
                LandingOutcome::Passed(run) => Position::AfterLanding(run),
                LandingOutcome::BackToSailing(run, _) => Position::AfterOutfitting(run),
            }),
            Position::AfterLanding(run) => run.paying(&crew).await.map(Position::Done),
            Position::Done(done) => return Ok(made(&done)),
        };
        run = match next {
            Ok(next) => next,
            Err(halted) => hand_in(runtime, id, halted).await?,
        };
    }
}

async fn hand_in(runtime: &Runtime, id: &str, halted: Halted) -> Result<Position, Stopped> {
    if let Some(error) = halted.cause.journal().cloned() {
        let run = Some(halted.run);
        return Err(Stopped { error, run });
    }
    assert!(halted.is_waiting(), "{halted}");
    let handed_in = voyage::hand_in::customs(runtime, id, Actor::new("officer"), 7).await;
    handed_in.map_err(|error| Stopped { error, run: None })?;
    Ok(halted.run)
}

/// The lines of the journal of a run that nothing disturbed, sorted.
pub fn undisturbed() -> Vec<String> {
    let lines = [
        "begun",
        "done Fishing.fish r1",
        "done Landing.customs by officer",
        "done Landing.customs by officer r1",
        "done Landing.inspection r1",
        "done Landing.unload",
        "done Landing.unload r1",
        "done Outfitting.crew",
        "done Outfitting.load",
        "done Outfitting.papers",
        "done Paying.pay r1",
        "done Sailing.heading",
        "done Sailing.heading r1",
        "done Sailing.safe",
        "done Sailing.safe r1",
        "done Sailing.speed",
        "done Sailing.speed r1",
        "failed Outfitting.load",
        "rejected Landing.inspection to Sailing",
        "waiting Landing.customs",
        "waiting Landing.customs r1",
        "waived Fishing",
    ];
    lines.map(str::to_owned).to_vec()
}

/// The calls of a run that nothing disturbs; steps of one parallel phase are called in any order.
const CALLS: [&str; 16] = [
    "Outfitting.crew",
    "Outfitting.load",
    "Outfitting.load a2",
    "Outfitting.papers",
    "Sailing.heading",
    "Sailing.speed",
    "Sailing.safe",
    "Landing.unload",
    "Landing.inspection",
    "Sailing.heading r1",
    "Sailing.speed r1",
    "Sailing.safe r1",
    "Fishing.fish r1",
    "Landing.unload r1",
    "Landing.inspection r1",
    "Paying.pay r1",
];

/// The calls that are still to be made in a run whose journal has these lines, sorted.
pub fn calls_after(journal: &[String]) -> Vec<String> {
    let lines: BTreeSet<_> = journal.iter().map(String::as_str).collect();
    let has = |kind: &str, call: &str| lines.contains(format!("{kind} {call}").as_str());
    let is_made = |call: &&str| {
        let step = call.trim_end_matches(" a2");
        let sent_back = lines.contains(format!("rejected {step} to Sailing").as_str());
        has("done", step) || sent_back || (step == *call && has("failed", step))
    };
    let open = CALLS.into_iter().filter(|call| !is_made(call));
    let mut calls: Vec<_> = open.map(str::to_owned).collect();
    calls.sort_unstable();
    calls
}

/// The line of the journal that an event acknowledges, if it does.
pub fn acknowledged(event: &RunEvent<'_>) -> Option<String> {
    let line = match &event.kind {
        RunEventKind::Began => "begun".to_owned(),
        RunEventKind::StepDone { step, .. } => format!("done {step}"),
        RunEventKind::StepFailed { step, .. } => format!("failed {step}"),
        RunEventKind::HandedIn { step, by } => format!("done {step} by {by}"),
        RunEventKind::Waiting { step } => format!("waiting {step}"),
        RunEventKind::Waived { phase, .. } => format!("waived {phase}"),
        RunEventKind::Rejected {
            gate,
            back_to: Some(phase),
            ..
        } => format!("rejected {gate} to {phase}"),
        _ => return None,
    };
    let round = match event.round {
        0 => String::new(),
        round => format!(" r{round}"),
    };
    Some(format!("{line}{round}"))
}
