use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step keep(brief) -> kept: Vec<String> { Ok(vec![*brief]) }
        }
    }
}

fn main() {}
