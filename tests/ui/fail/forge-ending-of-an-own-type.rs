#[path = "../plans.rs"]
mod plans;
use plans::*;

use restful_api::sealed::Ending;

fn forge<P: Ending>() {}

fn main() {}
