use workflow_runtime::prelude::*;

pub struct Name(pub String);

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step name_it(brief) -> name: Name;
            step publish(name);
        }
    }
}

fn main() {}
