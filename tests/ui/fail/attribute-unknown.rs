use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            #[retries(attempts = 3)]
            step write(brief) -> openapi: String;
        }
    }
}

fn main() {}
