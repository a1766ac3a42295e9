use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            #[rework(to = Testing, max = 2)]
            gate review(brief);
        }
        phase Testing { gate test(brief); }
    }
}

fn main() {}
