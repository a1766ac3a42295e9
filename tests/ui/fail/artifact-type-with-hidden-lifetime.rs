use workflow_runtime::prelude::*;
use std::borrow::Cow;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step name_it(brief) -> name: Cow<str>;
            step publish(name);
        }
    }
}

fn main() {}
