//! A program of a small plan without inputs, for the tests that drive programs.

#![allow(missing_docs, reason = "the names say it")]

use std::process::ExitCode;

use workflow_runtime::prelude::*;

workflow! {
    pub workflow Errand() {
        phase Way {
            manual step leave();
            step walk() -> steps: u32;
        }
        phase Rest {
            manual gate sit(steps);
        }
    }
}

struct Team;

impl errand::Way for Team {
    async fn walk(&self, cx: &StepContext) -> StepResult<u32> {
        cx.say("left, right");
        Ok(1_000)
    }
}

fn main() -> ExitCode {
    Errand::main(|| Team)
}
