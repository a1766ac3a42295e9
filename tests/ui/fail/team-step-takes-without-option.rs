#[path = "../plans.rs"]
mod plans;
use plans::*;

struct Writer;

impl restful_api::Documentation for Writer {
    async fn write_docs(&self, _: &StepContext, _: &OpenApi, _: &Gain) -> StepResult<Docs> {
        Ok(Docs::default())
    }
}

fn main() {}
