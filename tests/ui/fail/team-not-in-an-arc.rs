#[path = "../plans.rs"]
mod plans;
use plans::*;

fn ship(run: RestfulApi<restful_api::Start>) {
    let _phase = run.requirements(&Team);
}

fn main() {}
