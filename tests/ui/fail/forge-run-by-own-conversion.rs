use workflow_runtime::prelude::*;

workflow! {
    workflow Two() {
        phase First { step work() { Ok(()) } }
    }
}

impl From<two::Artifacts<two::Done>> for Two<two::Done> {
    fn from(artifacts: two::Artifacts<two::Done>) -> Self { Two { artifacts } }
}

fn main() {}
