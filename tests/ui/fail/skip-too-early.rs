#[path = "../plans.rs"]
mod plans;
use plans::*;

fn ship(run: RestfulApi<restful_api::after::Implementation>) {
    let _skipped = run.skip_tuning(Waiver::because("fast enough"));
}

fn main() {}
