#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn ship(done: RestfulApi<restful_api::Done>, team: &Arc<Team>) -> Result<(), restful_api::Halted> {
    let run = done.requirements(team).await?;
    drop(run);
    Ok(())
}

fn main() {}
