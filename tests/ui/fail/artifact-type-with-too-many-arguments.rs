use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step list(brief) -> names: Option<String, String>;
            step publish(names);
        }
    }
}

fn main() {}
