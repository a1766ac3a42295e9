use workflow_runtime::prelude::*;

workflow! {
    workflow Two() {
        phase First { step work() { Ok(()) } step more() { Ok(()) } }
    }
}

impl two::CanRun<two::next::more> for two::next::work {}

fn main() {}
