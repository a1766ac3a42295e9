use std::sync::Arc;

use examples::{Microservice, microservice};

async fn hurry<T: microservice::Steps>(run: Microservice<microservice::after::Implementation>, team: Arc<T>) -> Result<(), microservice::Halted> {
    run.deployment_and_operation(&team).await?;
    Ok(())
}

fn main() {}
