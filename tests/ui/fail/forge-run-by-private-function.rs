#[path = "../plans.rs"]
mod plans;
use plans::*;

fn forge(core: workflow_runtime::__private::Core) -> RestfulApi<restful_api::Done> {
    RestfulApi::at(core)
}

fn main() {}
