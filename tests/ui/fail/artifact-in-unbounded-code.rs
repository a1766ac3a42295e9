#[path = "../plans.rs"]
mod plans;
use plans::*;

fn report<S>(run: &RestfulApi<S>) -> &TestReport {
    run.artifacts().unit()
}

fn main() {}
