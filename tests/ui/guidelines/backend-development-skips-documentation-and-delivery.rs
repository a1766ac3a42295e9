use examples::{BackendDevelopment, backend_development};

fn celebrate<S: backend_development::past::DocumentationAndDelivery>(_: &BackendDevelopment<S>) {}

fn hurry(run: BackendDevelopment<backend_development::after::OptimizationAndRefinement>) {
    celebrate(&run);
}

fn main() {}
