use workflow_runtime::prelude::*;

macro_rules! forged {
    () => { [u8; { let _ = Two::<two::Done>::at; 1 }] };
}

workflow! {
    workflow Two() {
        phase First { step work() -> number: forged!(); }
    }
}

fn main() {}
