#![deny(unused_must_use)]
#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn ship(run: RestfulApi<restful_api::Start>, team: &Arc<Team>) -> Result<(), restful_api::Halted> {
    run.requirements(team).await?;
    Ok(())
}

fn main() {}
