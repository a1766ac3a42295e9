#[path = "../plans.rs"]
mod plans;
use plans::*;

struct Anything;

impl restful_api::CanStartDocumentation<restful_api::next::Documentation> for Anything {}

fn main() {}
