use workflow_runtime::prelude::*;

workflow! {
    workflow Approval() {
        phase Signing { manual gate sign(); }
    }
}

fn ship(run: Approval<approval::Start>) {
    let team = std::sync::Arc::new(std::cell::Cell::new(1));
    let _phase = run.signing(&team);
}

fn main() {}
