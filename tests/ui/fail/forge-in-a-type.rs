use workflow_runtime::prelude::*;

workflow! {
    workflow Two() {
        phase First {
            step work() -> number: [u8; { let _ = Two::<two::Done>::at; 1 }];
        }
    }
}

fn main() {}
