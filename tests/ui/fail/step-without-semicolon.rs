use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step write(brief) -> openapi: String
            step publish(openapi);
        }
    }
}

fn main() {}
