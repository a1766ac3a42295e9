use examples::{Authentication, authentication};

fn celebrate<S: authentication::past::IntegrationAndDeployment>(_: &Authentication<S>) {}

fn hurry(run: Authentication<authentication::after::SecurityTesting>) {
    celebrate(&run);
}

fn main() {}
