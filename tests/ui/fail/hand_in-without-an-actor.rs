#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn sign(runtime: &Runtime) -> Result<(), RuntimeError> {
    restful_api::hand_in::sign_off(runtime, "orders", Verdict::Pass).await
}

fn main() {}
