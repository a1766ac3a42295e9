use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step write(brief) -> openapi: String;
            step write(openapi) -> docs: String;
        }
    }
}

fn main() {}
