use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step list(brief) -> names: Vec;
            step publish(names);
        }
    }
}

fn main() {}
