use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            #[cfg(debug_assertions)]
            step write(brief) -> openapi: String;
        }
    }
}

fn main() {}
