use workflow_runtime::prelude::*;

workflow! {
    workflow Two() {
        phase First { step work() { Ok(()) } }
    }
}

#[derive(Clone)]
struct Keeper {
    run: Two<two::Start>,
}

fn main() {}
