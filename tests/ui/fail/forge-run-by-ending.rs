use workflow_runtime::prelude::*;

workflow! {
    workflow Two() {
        phase First { step work() { Ok(()) } }
        phase Second { step more() { Ok(()) } }
    }
}

fn forge() {
    let _forge = <Two<two::Done> as two::sealed::Ending>::passed;
}

fn main() {}
