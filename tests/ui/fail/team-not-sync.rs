#[path = "../plans.rs"]
mod plans;
use plans::*;

struct Shared(std::cell::RefCell<u32>);

impl restful_api::ApiDesign for Shared {
    async fn write_openapi(&self, _: &StepContext, _: &ResourceModel, _: &Conventions) -> StepResult<OpenApi> {
        Ok(OpenApi::default())
    }
}

fn main() {}
