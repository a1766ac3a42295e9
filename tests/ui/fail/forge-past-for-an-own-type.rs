#[path = "../plans.rs"]
mod plans;
use plans::*;

struct Anything;

impl restful_api::past::Requirements for Anything {}

fn main() {}
