#[path = "../plans.rs"]
mod plans;
use plans::*;

fn forge(phase: restful_api::ImplementationPhase) -> restful_api::ImplementationPhase<restful_api::next::audit> {
    restful_api::Phase { ..phase }
}

fn main() {}
