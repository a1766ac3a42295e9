use workflow_runtime::prelude::*;

workflow! {
    workflow Two() {
        phase First { step work() { Ok(()) } }
    }
}

struct Team;
impl two::First for Team {}

fn main() { let _table = two::methods::first::<Team>; }
