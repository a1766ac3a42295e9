#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn ship(run: RestfulApi<restful_api::after::Implementation>, team: &Arc<Team>) -> Result<(), restful_api::Halted> {
    let _tuned = run.tuning(team).await?;
    Ok(())
}

fn main() {}
