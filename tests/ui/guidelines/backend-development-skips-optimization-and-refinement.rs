use std::sync::Arc;

use examples::{BackendDevelopment, backend_development};

async fn hurry<T: backend_development::Steps>(run: BackendDevelopment<backend_development::after::IntegrationAndTesting>, team: Arc<T>) -> Result<(), backend_development::Halted> {
    run.documentation_and_delivery(&team).await?;
    Ok(())
}

fn main() {}
