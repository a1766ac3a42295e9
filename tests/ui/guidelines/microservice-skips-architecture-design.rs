use std::sync::Arc;

use examples::{Microservice, microservice};

async fn hurry<T: microservice::Steps>(run: Microservice<microservice::after::ServiceDefinition>, team: Arc<T>) -> Result<(), microservice::Halted> {
    run.infrastructure_setup(&team).await?;
    Ok(())
}

fn main() {}
