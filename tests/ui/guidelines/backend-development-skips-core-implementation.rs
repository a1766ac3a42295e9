use std::sync::Arc;

use examples::{BackendDevelopment, backend_development};

async fn hurry<T: backend_development::Steps>(run: BackendDevelopment<backend_development::after::ImplementationPlanning>, team: Arc<T>) -> Result<(), backend_development::Halted> {
    run.integration_and_testing(&team).await?;
    Ok(())
}

fn main() {}
