#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn ship(run: RestfulApi<restful_api::Start>, team: &Arc<Team>) -> Result<(), restful_api::Halted> {
    let done = run.documentation(team).await?;
    drop(done);
    Ok(())
}

fn main() {}
