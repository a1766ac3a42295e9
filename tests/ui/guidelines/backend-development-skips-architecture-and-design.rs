use std::sync::Arc;

use examples::{BackendDevelopment, backend_development};

async fn hurry<T: backend_development::Steps>(run: BackendDevelopment<backend_development::after::RequirementsAnalysis>, team: Arc<T>) -> Result<(), backend_development::Halted> {
    run.implementation_planning(&team).await?;
    Ok(())
}

fn main() {}
