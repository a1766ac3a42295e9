use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step write_openapi(brief) -> openapi: Strng;
            step publish(openapi);
        }
    }
}

fn main() {}
