#[path = "../plans.rs"]
mod plans;
use plans::*;

fn ship(run: RestfulApi<restful_api::after::Implementation>) {
    let _skipped = run.skip_testing(Waiver::because("in a hurry"));
}

fn main() {}
