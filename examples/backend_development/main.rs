//! Prints the plan of a backend, from its brief to its handover.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use examples::BackendDevelopment;

fn main() {
    println!("{}", BackendDevelopment::PLAN);
    println!(
        "People hand in most of it by `examples::backend_development::hand_in`; a team implements the rest."
    );
}
