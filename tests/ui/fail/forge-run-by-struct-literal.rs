#[path = "../plans.rs"]
mod plans;
use plans::*;

fn forge(artifacts: restful_api::Artifacts<restful_api::Done>) -> RestfulApi<restful_api::Done> {
    RestfulApi { artifacts }
}

fn main() {}
