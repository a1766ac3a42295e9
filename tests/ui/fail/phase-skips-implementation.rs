#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn ship(run: RestfulApi<restful_api::after::ApiDesign>, team: &Arc<Team>) -> Result<(), restful_api::Halted> {
    let _outcome = run.testing(team).await?;
    Ok(())
}

fn main() {}
