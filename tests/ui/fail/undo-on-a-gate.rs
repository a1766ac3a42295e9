use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            #[undo(forget)]
            gate review(brief);
        }
    }
}

fn main() {}
