//! The plan of `launch` after somebody edited it: a run that has not drawn yet goes on under it, no other does.

#![allow(missing_docs, reason = "the names say it")]

use std::process::ExitCode;

use serde::{Deserialize, Serialize};
use workflow_runtime::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wish {
    pub name: String,
    pub parts: Vec<String>,
    pub thrust: f64,
}

workflow! {
    pub workflow Launch(wish: Wish) {
        role Reviewer;

        phase Design {
            step gather(wish) -> needs: Vec<String>;
            step sketch(needs) -> sketch: String;
            #[by(Reviewer)]
            manual gate review(sketch);
        }
        phase Launching {
            step lift_off(sketch) -> height: u32;
        }
    }
}

struct Team;

impl launch::Design for Team {
    async fn gather(&self, _: &StepContext, wish: &Wish) -> StepResult<Vec<String>> {
        Ok(wish.parts.clone())
    }
    async fn sketch(&self, _: &StepContext, needs: &Vec<String>) -> StepResult<String> {
        Ok(needs.join(", "))
    }
}

impl launch::Launching for Team {
    async fn lift_off(&self, _: &StepContext, _: &String) -> StepResult<u32> {
        Ok(400)
    }
}

fn main() -> ExitCode {
    Launch::main(|| Team)
}
