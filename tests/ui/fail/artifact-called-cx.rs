use workflow_runtime::prelude::*;

workflow! {
    workflow Api(cx: String) {
        phase Design {
            step publish(cx);
        }
    }
}

fn main() {}
