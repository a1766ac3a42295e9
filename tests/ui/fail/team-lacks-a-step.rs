#[path = "../plans.rs"]
mod plans;
use plans::*;

struct Designer;

impl restful_api::Requirements for Designer {
    async fn define_resources(&self, _: &StepContext, _: &Brief) -> StepResult<ResourceModel> {
        Ok(ResourceModel::default())
    }
}

fn main() {}
