use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step count(brief) -> count: u32 {
                Ok(format!("{brief}"))
            }
        }
    }
}

fn main() {}
