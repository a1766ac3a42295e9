#[path = "../plans.rs"]
mod plans;
use plans::*;

fn forge(run: RestfulApi<restful_api::Start>) {
    let _artifacts = run.artifacts.core;
}

fn main() {}
