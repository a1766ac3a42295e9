use std::sync::Arc;

use examples::{Microservice, microservice};

async fn hurry<T: microservice::Steps>(run: Microservice<microservice::after::InfrastructureSetup>, team: Arc<T>) -> Result<(), microservice::Halted> {
    run.testing(&team).await?;
    Ok(())
}

fn main() {}
