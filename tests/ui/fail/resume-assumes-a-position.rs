#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn go_on(runtime: &Runtime) -> Result<(), RuntimeError> {
    let run: RestfulApi<restful_api::after::Testing> = RestfulApi::resume(runtime, "orders").await?;
    drop(run);
    Ok(())
}

fn main() {}
