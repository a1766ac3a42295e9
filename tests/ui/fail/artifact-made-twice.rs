use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step draft(brief) -> openapi: String;
            step finish(brief) -> openapi: String;
        }
    }
}

fn main() {}
