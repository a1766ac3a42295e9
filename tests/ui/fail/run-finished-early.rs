#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn ship(runtime: &Runtime, team: &Arc<Team>) -> Result<(), restful_api::Halted> {
    let run = RestfulApi::start(runtime, "orders", Brief::default()).await?;
    let done: RestfulApi<restful_api::Done> = run.requirements(team).await?;
    drop(done);
    Ok(())
}

fn main() {}
