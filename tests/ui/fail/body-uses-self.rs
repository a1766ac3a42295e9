use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step count(brief) -> count: usize {
                Ok(self.count(brief))
            }
        }
    }
}

fn main() {}
