use workflow_runtime::prelude::*;

workflow! {
    workflow Two() {
        phase First { step work() { Ok(()) } }
        phase Second { step more() { Ok(()) } }
    }
}
struct Half;
impl two::First for Half {}

fn ship(runtime: &Runtime) {
    let _run = Two::run(runtime, "id", &std::sync::Arc::new(Half));
}
fn main() {}
