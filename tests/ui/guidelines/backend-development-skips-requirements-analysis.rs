use std::sync::Arc;

use examples::{BackendDevelopment, backend_development};

async fn hurry<T: backend_development::Steps>(run: BackendDevelopment<backend_development::Start>, team: Arc<T>) -> Result<(), backend_development::Halted> {
    run.architecture_and_design(&team).await?;
    Ok(())
}

fn main() {}
