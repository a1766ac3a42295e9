use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase ApiDesign { step write(brief) -> openapi: String; }
        phase APIDesign { step publish(openapi); }
    }
}

fn main() {}
