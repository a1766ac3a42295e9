#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn ship(run: RestfulApi<restful_api::Start>, team: &Arc<Team>) -> Result<(), restful_api::Halted> {
    let phase = run.requirements(team).define_resources().await?;
    let phase = phase.api_design(team).await?;
    drop(phase);
    Ok(())
}

fn main() {}
