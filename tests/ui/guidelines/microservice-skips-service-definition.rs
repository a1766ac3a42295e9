use std::sync::Arc;

use examples::{Microservice, microservice};

async fn hurry<T: microservice::Steps>(run: Microservice<microservice::Start>, team: Arc<T>) -> Result<(), microservice::Halted> {
    run.architecture_design(&team).await?;
    Ok(())
}

fn main() {}
