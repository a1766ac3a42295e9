//! The plan of `ferry` after somebody edited it: goods are weighed by the customs too, and `wipe` is `scrub` now.

#![allow(missing_docs, reason = "the names say it")]

use std::process::ExitCode;

use tests::ferry::Load;
use workflow_runtime::prelude::*;

workflow! {
    pub workflow Ferry(load: Load) {
        phase Loading {
            step weigh(load) -> weight: u32;
        }
        optional(load) phase Customs {
            step weigh_again(weight);
            manual gate clear(weight);
        }
        phase Unloading {
            step scrub();
            step bill(weight) -> price: u32;
        }
    }
}

struct Crew;

impl ferry::Loading for Crew {
    async fn weigh(&self, _: &StepContext, load: &Load) -> StepResult<u32> {
        Ok(u32::try_from(load.goods.len())?)
    }
}

impl ferry::Customs for Crew {
    async fn waive(&self, _: &StepContext, load: &Load) -> StepResult<Option<Waiver>> {
        Ok((!load.customs).then(|| Waiver::because("no border is crossed")))
    }
    async fn weigh_again(&self, _: &StepContext, _: &u32) -> StepResult<()> {
        Ok(())
    }
}

impl ferry::Unloading for Crew {
    async fn scrub(&self, _: &StepContext) -> StepResult<()> {
        Ok(())
    }
    async fn bill(&self, _: &StepContext, weight: &u32) -> StepResult<u32> {
        Ok(weight * 8)
    }
}

fn main() -> ExitCode {
    workflow_restate::install();
    Ferry::main(|| Crew)
}
