use workflow_runtime::prelude::*;

workflow! {
    workflow Two() {
        phase First { step work() { Ok(()) } }
        phase Second { step more() { Ok(()) } }
    }
}

impl two::sealed::past::First for two::Start {}

fn main() {}
