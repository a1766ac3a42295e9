use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Start { step write(brief) -> openapi: String; }
        phase Design { step publish(openapi); }
    }
}

fn main() {}
