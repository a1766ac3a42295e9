use workflow_runtime::prelude::*;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct List<T>(pub Vec<T>);

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step list(brief) -> names: List<String, u32>;
        }
    }
}

fn main() {}
