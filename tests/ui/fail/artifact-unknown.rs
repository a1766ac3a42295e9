use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step write_openapi(breif) -> openapi: String;
        }
    }
}

fn main() {}
