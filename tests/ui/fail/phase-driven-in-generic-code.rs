#[path = "../plans.rs"]
mod plans;
use plans::*;

fn build<S: restful_api::past::ApiDesign>(run: RestfulApi<S>, team: &Arc<Team>) {
    let _phase = run.implementation(team);
}

fn main() {}
