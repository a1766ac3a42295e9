use workflow_runtime::prelude::*;

workflow! {
    workflow Two() {
        phase First { gate good(); }
    }
}

struct Judge;

impl two::First for Judge {
    async fn good(&self, _: &StepContext) -> StepResult<bool> { Ok(true) }
}

fn main() {}
