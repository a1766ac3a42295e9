use std::sync::Arc;
use workflow_runtime::prelude::*;

workflow! {
    workflow Letter(name: String) {
        phase Writing {
            step greet(name) -> greeting: String { Ok(format!("Dear {name}")) }
        }
    }
}

struct Plain;
impl letter::Writing for Plain {}

struct Hearty;
impl letter::Writing for Hearty {
    async fn greet(&self, _: &StepContext, name: &String) -> StepResult<String> {
        Ok(format!("Dearest {name}"))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), letter::Halted> {
    let runtime = Runtime::in_memory();
    let plain = Letter::run(&runtime, "1", &Arc::new(Plain), "Ada".to_owned()).await?;
    let hearty = Letter::run(&runtime, "2", &Arc::new(Hearty), "Ada".to_owned()).await?;
    assert_eq!((plain.artifacts().greeting().as_str(), hearty.artifacts().greeting().as_str()), ("Dear Ada", "Dearest Ada"));
    Ok(())
}
