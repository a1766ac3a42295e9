use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step write(brief) -> openapi: String { Ok(String::new()) }
            step publish(openapi) { Ok(drop((openapi, brief))) }
        }
    }
}

fn main() {}
