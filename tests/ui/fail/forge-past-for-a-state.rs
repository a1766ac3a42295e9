use workflow_runtime::prelude::*;

workflow! {
    workflow Two() {
        phase First { step work() { Ok(()) } }
        phase Second { step more() { Ok(()) } }
    }
}

impl two::past::First for two::Start {}

fn main() {}
