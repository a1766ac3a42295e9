#[path = "../plans.rs"]
mod plans;
use plans::*;

struct Designer;

impl restful_api::ApiDesign for Designer {
    async fn write_openapi(&self, _: &StepContext, _: &Brief, _: &Conventions) -> StepResult<OpenApi> {
        Ok(OpenApi::default())
    }
}

fn main() {}
