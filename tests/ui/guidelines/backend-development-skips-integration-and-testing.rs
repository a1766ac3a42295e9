use std::sync::Arc;

use examples::{BackendDevelopment, backend_development};

async fn hurry<T: backend_development::Steps>(run: BackendDevelopment<backend_development::after::CoreImplementation>, team: Arc<T>) -> Result<(), backend_development::Halted> {
    run.optimization_and_refinement(&team).await?;
    Ok(())
}

fn main() {}
