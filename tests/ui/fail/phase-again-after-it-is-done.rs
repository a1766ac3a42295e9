#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn ship(runtime: &Runtime, team: &Arc<Team>) -> Result<(), restful_api::Halted> {
    let run = RestfulApi::start(runtime, "orders", Brief::default()).await?;
    let run = run.requirements(team).await?;
    let run = run.requirements(team).await?;
    drop(run);
    Ok(())
}

fn main() {}
