#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn ship(runtime: &Runtime) -> Result<RestfulApi<restful_api::Start>, restful_api::Halted> {
    RestfulApi::start(runtime, "orders").await
}

fn main() {}
