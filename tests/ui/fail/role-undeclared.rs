use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        role ApiOwner;
        phase Design {
            #[by(ApiOwners)]
            manual gate review(brief);
        }
    }
}

fn main() {}
