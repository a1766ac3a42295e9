use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step write_openapi(service) -> openapi: String;
        }
        phase Implementation {
            step build(openapi) -> service: String;
        }
    }
}

fn main() {}
