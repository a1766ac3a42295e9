#[path = "../plans.rs"]
mod plans;
use plans::*;

fn twice(run: &RestfulApi<restful_api::Start>) -> RestfulApi<restful_api::Start> {
    run.clone()
}

fn main() {}
