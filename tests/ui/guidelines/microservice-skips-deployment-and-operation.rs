use examples::{Microservice, microservice};

fn celebrate<S: microservice::past::DeploymentAndOperation>(_: &Microservice<S>) {}

fn hurry(run: Microservice<microservice::after::Testing>) {
    celebrate(&run);
}

fn main() {}
