use std::sync::Arc;

use examples::{Microservice, microservice};

async fn hurry<T: microservice::Steps>(run: Microservice<microservice::after::ArchitectureDesign>, team: Arc<T>) -> Result<(), microservice::Halted> {
    run.implementation(&team).await?;
    Ok(())
}

fn main() {}
