#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn ship(run: RestfulApi<restful_api::after::Implementation>, team: &Arc<Team>) -> Result<(), restful_api::Halted> {
    let run = run.testing(team).await?;
    let run = run.tuning(team).await?;
    drop(run);
    Ok(())
}

fn main() {}
