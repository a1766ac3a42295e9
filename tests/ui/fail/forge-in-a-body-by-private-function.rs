use workflow_runtime::prelude::*;

workflow! {
    workflow Two() {
        phase First {
            step work() { let _ = Two::<two::Done>::at; Ok(()) }
        }
    }
}

fn main() {}
