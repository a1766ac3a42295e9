use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            #[timeout("90")]
            step write(brief) -> openapi: String;
        }
    }
}

fn main() {}
