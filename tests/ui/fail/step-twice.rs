#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn build(run: RestfulApi<restful_api::after::ApiDesign>, team: &Arc<Team>) -> Result<(), restful_api::Halted> {
    let phase = run.implementation(team).build_service().await?;
    let phase = phase.build_service().await?;
    drop(phase);
    Ok(())
}

fn main() {}
