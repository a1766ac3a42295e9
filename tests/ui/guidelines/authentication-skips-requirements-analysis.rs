use std::sync::Arc;

use examples::{Authentication, authentication};

async fn hurry<T: authentication::Steps>(run: Authentication<authentication::Start>, team: Arc<T>) -> Result<(), authentication::Halted> {
    run.security_architecture(&team).await?;
    Ok(())
}

fn main() {}
