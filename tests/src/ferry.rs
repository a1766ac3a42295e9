//! A plan for the tests of engines: ten steps, three of them at once, one that fails the first time, and an optional phase
//! that waits for a person.
//!
//! Each step says in a file that it begins, as a line of the run, its path and the attempt, and then takes its time: the
//! lines tell what was done, also of a program that was killed.

#![allow(missing_docs, reason = "they would repeat the names")]

use std::fs::File;
use std::io::Write;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use workflow_runtime::prelude::*;

/// What is taken across.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    pub goods: String,
    /// Whether somebody must look at it.
    pub customs: bool,
}

workflow! {
    /// Across the water.
    pub workflow Ferry(load: Load) {
        phase Loading {
            step weigh(load) -> weight: u32;
            #[retry(attempts = 3, backoff = "20ms")]
            step lift(load, weight) -> deck: String;
            step lash(deck);
        }

        parallel phase Crossing {
            step steer(weight) -> course: u32;
            step watch() -> ships: u32;
            step cook() -> meal: String;
        }

        optional(load) phase Customs {
            step declare(load) -> paper: String;
            manual gate clear(paper);
        }

        phase Unloading {
            step moor(course, ships);
            step lower(deck);
            step wipe();
            step bill(weight, meal) -> price: u32;
        }
    }
}

/// Its steps, in the order in which they begin; those of the parallel phase begin together, and `lift` does twice.
pub const STAGES: [&[&str]; 10] = [
    &["Loading.weigh 1"],
    &["Loading.lift 1"],
    &["Loading.lift 2"],
    &["Loading.lash 1"],
    &["Crossing.steer 1", "Crossing.watch 1", "Crossing.cook 1"],
    &["Customs 1"],
    &["Unloading.moor 1"],
    &["Unloading.lower 1"],
    &["Unloading.wipe 1"],
    &["Unloading.bill 1"],
];

/// It takes goods across.
#[derive(Debug)]
pub struct Crew {
    effects: Option<File>,
    pause: Duration,
    bulky: Option<(String, usize)>,
    price: u32,
}

impl Crew {
    /// As `FERRY_EFFECTS`, a file, and `FERRY_PAUSE`, milliseconds, tell, and `FERRY_BULKY`, as in `Crossing.cook 40`: the
    /// step whose artifact is that many MiB long. `FERRY_PRICE` is what a weight costs, 7 unless it is said.
    ///
    /// # Errors
    ///
    /// If there cannot be such a file, or that is no number.
    pub fn from_env() -> Result<Self, String> {
        let effects = std::env::var_os("FERRY_EFFECTS")
            .map(|path| File::options().create(true).append(true).open(path));
        let pause = std::env::var("FERRY_PAUSE").ok();
        let pause = pause.map(|pause| pause.parse()).transpose();
        let bulky = std::env::var("FERRY_BULKY").ok();
        let bulky = bulky.and_then(|told| {
            let (step, length) = told.split_once(' ')?;
            Some((step.to_owned(), length.parse().ok()?))
        });
        let price = std::env::var("FERRY_PRICE").ok();
        Ok(Crew {
            bulky,
            price: price.and_then(|price| price.parse().ok()).unwrap_or(7),
            effects: effects.transpose().map_err(|error| error.to_string())?,
            pause: Duration::from_millis(pause.map_err(|_| "FERRY_PAUSE is no number")?.unwrap_or_default()),
        })
    }

    /// It works for nobody: whoever looks at runs of an engine needs a team that is not asked.
    pub fn idle() -> Self {
        Crew {
            effects: None,
            pause: Duration::ZERO,
            bulky: None,
            price: 7,
        }
    }

    /// The artifact of the step, at the length that it is told to have.
    fn made(&self, cx: &StepContext, what: String) -> String {
        match &self.bulky {
            Some((step, length)) if step == cx.step() => what.repeat((length << 20) / what.len()),
            _ => what,
        }
    }

    async fn works(&self, cx: &StepContext, path: &str) -> StepResult<()> {
        if let Some(mut effects) = self.effects.as_ref() {
            // One write, so that a kill leaves all of the line or nothing.
            let line = format!("{} {path} {}\n", cx.run_id(), cx.attempt());
            effects.write_all(line.as_bytes())?;
        }
        tokio::time::sleep(self.pause).await;
        Ok(())
    }
}

impl ferry::Loading for Crew {
    async fn weigh(&self, cx: &StepContext, load: &Load) -> StepResult<u32> {
        self.works(cx, cx.step()).await?;
        Ok(u32::try_from(load.goods.len())?)
    }
    async fn lift(&self, cx: &StepContext, load: &Load, _: &u32) -> StepResult<String> {
        self.works(cx, cx.step()).await?;
        match cx.attempt() {
            1 => Err(StepError::new("the crane slipped")),
            _ => Ok(self.made(cx, format!("{} on deck", load.goods))),
        }
    }
    async fn lash(&self, cx: &StepContext, _: &String) -> StepResult<()> {
        self.works(cx, cx.step()).await
    }
}

impl ferry::Crossing for Crew {
    async fn steer(&self, cx: &StepContext, weight: &u32) -> StepResult<u32> {
        self.works(cx, cx.step()).await?;
        Ok(weight % 360)
    }
    async fn watch(&self, cx: &StepContext) -> StepResult<u32> {
        self.works(cx, cx.step()).await?;
        Ok(3)
    }
    async fn cook(&self, cx: &StepContext) -> StepResult<String> {
        self.works(cx, cx.step()).await?;
        Ok(self.made(cx, "soup".to_owned()))
    }
}

impl ferry::Customs for Crew {
    async fn waive(&self, cx: &StepContext, load: &Load) -> StepResult<Option<Waiver>> {
        self.works(cx, "Customs").await?;
        Ok((!load.customs).then(|| Waiver::because("no border is crossed")))
    }
    async fn declare(&self, cx: &StepContext, load: &Load) -> StepResult<String> {
        self.works(cx, cx.step()).await?;
        Ok(format!("{}, for own use", load.goods))
    }
}

impl ferry::Unloading for Crew {
    async fn moor(&self, cx: &StepContext, _: &u32, _: &u32) -> StepResult<()> {
        self.works(cx, cx.step()).await
    }
    async fn lower(&self, cx: &StepContext, _: &String) -> StepResult<()> {
        self.works(cx, cx.step()).await
    }
    async fn wipe(&self, cx: &StepContext) -> StepResult<()> {
        self.works(cx, cx.step()).await
    }
    async fn bill(&self, cx: &StepContext, weight: &u32, _: &String) -> StepResult<u32> {
        self.works(cx, cx.step()).await?;
        Ok(weight * self.price)
    }
}
