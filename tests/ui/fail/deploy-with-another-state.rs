#[path = "../plans.rs"]
mod plans;
use plans::*;

fn deploy(_: &RestfulApi<restful_api::after::Testing>) {}

fn ship(run: &RestfulApi<restful_api::after::Implementation>) {
    deploy(run);
}

fn main() {}
