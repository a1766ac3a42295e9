use std::sync::Arc;

use examples::{Authentication, authentication};

async fn hurry<T: authentication::Steps>(run: Authentication<authentication::after::RequirementsAnalysis>, team: Arc<T>) -> Result<(), authentication::Halted> {
    run.implementation(&team).await?;
    Ok(())
}

fn main() {}
