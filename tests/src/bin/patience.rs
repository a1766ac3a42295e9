//! A program of a plan whose step is tried again after a while, for the tests of what a terminal shows meanwhile.

#![allow(missing_docs, reason = "they would repeat the names")]

use std::process::ExitCode;

use workflow_runtime::prelude::*;

workflow! {
    pub workflow Patience {
        phase Waiting {
            #[retry(attempts = 3, backoff = "3s")]
            step knock() -> answer: String;
        }
    }
}

struct Team;

impl patience::Waiting for Team {
    async fn knock(&self, cx: &StepContext) -> StepResult<String> {
        match cx.attempt() {
            1 => Err(StepError::new("nobody opens")),
            _ => Ok("come in".to_owned()),
        }
    }
}

fn main() -> ExitCode {
    Patience::main(|| Ok::<_, String>(Team))
}
