#[path = "../plans.rs"]
mod plans;
use plans::*;

fn forge(run: RestfulApi<restful_api::Start>) -> restful_api::Artifacts<restful_api::Done> {
    restful_api::Artifacts { ..run.artifacts() }
}

fn main() {}
