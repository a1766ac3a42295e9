use workflow_runtime::prelude::*;

workflow! {
    workflow Two() {
        phase First {
            step work() { let _ = two::after::First(()); Ok(()) }
        }
    }
}

fn main() {}
