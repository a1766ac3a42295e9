use workflow_runtime::prelude::*;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Name(pub std::rc::Rc<String>);

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step name_it(brief) -> name: Name;
        }
    }
}

fn main() {}
