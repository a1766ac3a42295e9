#[path = "../plans.rs"]
mod plans;
use plans::*;

struct Anywhere;

impl restful_api::State for Anywhere {
    type Next = restful_api::next::Documentation;
}

fn main() {}
