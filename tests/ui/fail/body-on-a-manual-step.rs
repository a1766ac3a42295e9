use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            manual step sketch(brief) -> openapi: String {
                Ok(String::new())
            }
        }
    }
}

fn main() {}
