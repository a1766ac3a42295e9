#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn go_on(runtime: &Runtime) -> Result<RestfulApi<restful_api::after::Testing>, RuntimeError> {
    let run = RestfulApi::resume(runtime, "orders").await?;
    Ok(run)
}

fn main() {}
