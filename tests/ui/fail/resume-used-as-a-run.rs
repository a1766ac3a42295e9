#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn go_on(runtime: &Runtime, team: &Arc<Team>) -> Result<(), RuntimeError> {
    let run = RestfulApi::resume(runtime, "orders").await?;
    let _phase = run.testing(team);
    Ok(())
}

fn main() {}
