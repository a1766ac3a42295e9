use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step name_it(brief) -> name: std::borrow::Cow<'_, str>;
            step publish(name);
        }
    }
}

fn main() {}
