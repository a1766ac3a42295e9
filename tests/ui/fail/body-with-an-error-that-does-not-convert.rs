use workflow_runtime::prelude::*;

workflow! {
    workflow Api(text: String) {
        phase Design {
            step check(text) {
                if text.is_empty() { Err("empty")? }
                Ok(())
            }
        }
    }
}

fn main() {}
