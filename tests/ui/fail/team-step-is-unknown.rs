#[path = "../plans.rs"]
mod plans;
use plans::*;

struct Writer;

impl restful_api::Documentation for Writer {
    async fn write_docs(&self, _: &StepContext, _: &OpenApi, _: Option<&Gain>) -> StepResult<Docs> { Ok(Docs::default()) }
    async fn proofread(&self, _: &StepContext, _: &Docs) -> StepResult<()> { Ok(()) }
}

fn main() {}
