#[path = "../plans.rs"]
mod plans;
use plans::*;

fn forge(run: RestfulApi<restful_api::Start>) -> RestfulApi<restful_api::Done> {
    RestfulApi { ..run }
}

fn main() {}
