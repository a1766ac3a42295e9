#[path = "../plans.rs"]
mod plans;
use plans::*;

fn forge() -> RestfulApi<restful_api::after::Testing> {
    Default::default()
}

fn main() {}
