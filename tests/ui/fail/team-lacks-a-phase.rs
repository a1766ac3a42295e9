#[path = "../plans.rs"]
mod plans;
use plans::*;

struct Requirer;

impl restful_api::Requirements for Requirer {
    async fn define_resources(&self, _: &StepContext, _: &Brief) -> StepResult<ResourceModel> { Ok(ResourceModel::default()) }
    async fn choose_conventions(&self, _: &StepContext, _: &ResourceModel) -> StepResult<Conventions> { Ok(Conventions::default()) }
}

fn ship(run: RestfulApi<restful_api::after::Requirements>) {
    let _phase = run.api_design(&Arc::new(Requirer));
}
fn main() {}
