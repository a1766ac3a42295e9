#[path = "../plans.rs"]
mod plans;
use plans::*;

fn forge(entered: workflow_runtime::__private::Entered) -> restful_api::ImplementationPhase {
    restful_api::Phase::entered(entered)
}

fn main() {}
