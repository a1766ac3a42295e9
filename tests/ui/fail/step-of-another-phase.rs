#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn build(run: RestfulApi<restful_api::Start>, team: &Arc<Team>) -> Result<(), restful_api::Halted> {
    let phase = run.requirements(team).build_service().await?;
    drop(phase);
    Ok(())
}

fn main() {}
