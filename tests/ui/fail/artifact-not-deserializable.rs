use workflow_runtime::prelude::*;

#[derive(serde::Serialize)]
pub struct Name(pub String);

workflow! {
    workflow Api(name: Name) {
        phase Design {
            step publish(name);
        }
    }
}

fn main() {}
