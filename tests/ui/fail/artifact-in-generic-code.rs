#[path = "../plans.rs"]
mod plans;
use plans::*;

fn report<S: restful_api::past::Implementation>(run: &RestfulApi<S>) -> &TestReport {
    run.artifacts().unit()
}

fn main() {}
