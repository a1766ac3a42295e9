#[path = "../plans.rs"]
mod plans;
use plans::*;

fn forge() -> restful_api::after::Testing {
    restful_api::after::Testing(())
}

fn main() {}
