use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step keep(brief) -> kept: String {
                let shared = std::rc::Rc::new(brief.clone());
                std::future::ready(()).await;
                Ok((*shared).clone())
            }
        }
    }
}
fn main() {}
