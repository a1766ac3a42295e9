use workflow_runtime::prelude::*;
use std::rc::Rc;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step name_it(brief) -> name: Rc<String>;
            step publish(name);
        }
    }
}

fn main() {}
