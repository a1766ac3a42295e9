use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step name_it(brief) -> name: &'static str;
        }
    }
}

fn main() {}
