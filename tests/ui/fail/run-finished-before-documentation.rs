#[path = "../plans.rs"]
mod plans;
use plans::*;

async fn ship(
    run: RestfulApi<restful_api::after::Testing>,
) -> Result<RestfulApi<restful_api::Done>, restful_api::Halted> {
    run.skip_tuning(Waiver::because("p99 is within budget")).await
}

fn main() {}
