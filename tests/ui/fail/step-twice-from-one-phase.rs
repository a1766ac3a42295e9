#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn build(phase: restful_api::ImplementationPhase) -> Result<(), restful_api::Halted> {
    let first = phase.build_service().await?;
    let second = phase.build_service().await?;
    drop((first, second));
    Ok(())
}

fn main() {}
