#[path = "../plans.rs"]
mod plans;
use plans::*;

fn gain(done: &RestfulApi<restful_api::Done>) -> &Gain {
    done.artifacts().gain()
}

fn main() {}
