#[path = "../plans.rs"]
mod plans;
use plans::*;

fn deploy<S: restful_api::past::Testing>(_: &RestfulApi<S>) {}

fn ship(run: &RestfulApi<restful_api::after::Implementation>) {
    deploy(run);
}

fn main() {}
