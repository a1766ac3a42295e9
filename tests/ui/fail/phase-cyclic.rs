use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        parallel phase Design {
            step write(review) -> openapi: String;
            step review(openapi) -> review: String;
        }
    }
}

fn main() {}
