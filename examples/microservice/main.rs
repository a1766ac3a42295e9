//! Prints the plan of a microservice.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use examples::Microservice;

fn main() {
    println!("{}", Microservice::PLAN);
    println!("A team implements the traits of `examples::microservice`; `Microservice::run` drives it.");
}
