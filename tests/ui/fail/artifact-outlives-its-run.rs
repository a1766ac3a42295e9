#[path = "../plans.rs"]
mod plans;
use plans::*;

fn docs(done: RestfulApi<restful_api::Done>) -> &'static Docs {
    done.artifacts().docs()
}

fn main() {}
