#[path = "../plans.rs"]
mod plans;
use plans::*;

struct Designer;

impl restful_api::ApiDesign for Designer {
    async fn write_openapi(&self, _: &StepContext, _: &ResourceModel) -> StepResult<OpenApi> {
        Ok(OpenApi::default())
    }
}

fn main() {}
