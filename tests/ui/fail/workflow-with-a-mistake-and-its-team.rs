use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design { step write(breif) -> openapi: String; }
    }
}

struct Team;

impl api::Design for Team {
    async fn write(&self, _: &StepContext, brief: &String) -> StepResult<String> { Ok(brief.clone()) }
}

fn main() {}
