#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn sign(runtime: &Runtime) -> Result<(), RuntimeError> {
    restful_api::hand_in::sign_off(runtime, "orders", Actor::new("ada"), true).await
}

fn main() {}
