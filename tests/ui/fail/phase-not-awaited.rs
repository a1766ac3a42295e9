#![deny(unused_must_use)]
#[path = "../plans.rs"]
mod plans;
use plans::*;

fn ship(run: RestfulApi<restful_api::Start>, team: &Arc<Team>) {
    run.requirements(team);
}

fn main() {}
