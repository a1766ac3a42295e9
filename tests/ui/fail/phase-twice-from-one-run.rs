#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn ship(run: RestfulApi<restful_api::Start>, team: &Arc<Team>) -> Result<(), restful_api::Halted> {
    let first = run.requirements(team).await?;
    let second = run.requirements(team).await?;
    drop((first, second));
    Ok(())
}

fn main() {}
