use std::sync::Arc;

use examples::{Authentication, authentication};

async fn hurry<T: authentication::Steps>(run: Authentication<authentication::after::Implementation>, team: Arc<T>) -> Result<(), authentication::Halted> {
    run.integration_and_deployment(&team).await?;
    Ok(())
}

fn main() {}
