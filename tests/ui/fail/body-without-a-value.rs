use workflow_runtime::prelude::*;

workflow! {
    workflow Api(brief: String) {
        phase Design {
            step tell(brief) {
                println!("{brief}");
            }
        }
    }
}

fn main() {}
