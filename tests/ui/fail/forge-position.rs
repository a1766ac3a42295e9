use workflow_runtime::prelude::*;

workflow! {
    workflow Two() {
        phase First { step work() { Ok(()) } }
    }
}

fn forge(run: Two<two::Start>) -> two::Position {
    two::Position::Done(run)
}

fn main() {}
