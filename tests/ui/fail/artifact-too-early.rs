#[path = "../plans.rs"]
mod plans;
use plans::*;

fn contract(run: &RestfulApi<restful_api::after::Requirements>) -> &OpenApi {
    run.artifacts().openapi()
}

fn main() {}
