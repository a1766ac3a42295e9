use workflow_runtime::prelude::*;

workflow! {
    workflow Two() {
        phase First { step work() { Ok(()) } }
        phase Second { step more() { Ok(()) } }
    }
}
struct Half;
impl two::First for Half {}

fn main() -> std::process::ExitCode {
    Two::main(|| Half)
}
