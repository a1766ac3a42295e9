#[path = "../plans.rs"]
mod plans;
use plans::*;

workflow! {
    workflow Other() {
        phase Requirements { step work() { Ok(()) } }
    }
}

fn forge(run: RestfulApi<other::Start>, team: &Arc<Team>) {
    let _phase = run.requirements(team);
}
fn main() {}
