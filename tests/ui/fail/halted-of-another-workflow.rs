#[path = "../plans.rs"]
mod plans;
use plans::*;

workflow! {
    workflow Other() {
        phase Only { step work() { Ok(()) } }
    }
}

async fn ship(run: RestfulApi<restful_api::Start>, team: &Arc<Team>) -> Result<(), other::Halted> {
    let _run = run.requirements(team).await?;
    Ok(())
}
fn main() {}
