#[path = "../plans.rs"]
mod plans;
use plans::restful_api::TestingOutcome;
use plans::*;

fn passed(outcome: TestingOutcome) -> RestfulApi<restful_api::after::Testing> {
    match outcome {
        TestingOutcome::Passed(run) => run,
    }
}

fn main() {}
