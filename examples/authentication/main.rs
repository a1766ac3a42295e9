//! Prints the plan of an authentication system.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use examples::Authentication;

fn main() {
    println!("{}", Authentication::PLAN);
    println!("A team implements the traits of `examples::authentication`; `Authentication::run` drives it.");
}
