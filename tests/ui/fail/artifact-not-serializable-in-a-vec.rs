use workflow_runtime::prelude::*;

pub struct Name(pub String);

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step name_it(brief) -> names: Vec<Name>;
            step publish(names);
        }
    }
}

fn main() {}
