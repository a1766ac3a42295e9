#[path = "../plans.rs"]
mod plans;
use plans::*;

fn ship(run: RestfulApi<restful_api::Start>, team: &Arc<Team>) {
    let _phase = run.requirement(team);
}

fn main() {}
