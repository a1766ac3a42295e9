#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn ship(runtime: &Runtime, team: &Arc<Team>) -> Result<RestfulApi<restful_api::Done>, restful_api::Halted> {
    let run = RestfulApi::start(runtime, "orders", Brief::default()).await?;
    let run = run.requirements(team).await?;
    Ok(run)
}

fn main() {}
