#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn sign(runtime: &Runtime) -> Result<(), RuntimeError> {
    restful_api::hand_in::quality(runtime, "orders", Actor::new("ada"), Verdict::Pass).await
}

fn main() {}
