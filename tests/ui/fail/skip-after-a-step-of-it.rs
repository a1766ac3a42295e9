#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn ship(run: RestfulApi<restful_api::after::Testing>, team: &Arc<Team>) -> Result<(), restful_api::Halted> {
    let phase = run.tuning(team).cache_hot_paths().await?;
    let _skipped = phase.skip_tuning(Waiver::because("fast enough"));
    Ok(())
}

fn main() {}
