use workflow_runtime::prelude::*;

fn enough(_: &u32) -> Verdict { Verdict::Pass }

workflow! {
    workflow Api(brief: String) {
        phase Checks {
            #[check(enough)]
            step count(brief) -> count: u64;
        }
    }
}

fn main() {}
