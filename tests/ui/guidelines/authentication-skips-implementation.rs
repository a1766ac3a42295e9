use std::sync::Arc;

use examples::{Authentication, authentication};

async fn hurry<T: authentication::Steps>(run: Authentication<authentication::after::SecurityArchitecture>, team: Arc<T>) -> Result<(), authentication::Halted> {
    run.security_testing(&team).await?;
    Ok(())
}

fn main() {}
