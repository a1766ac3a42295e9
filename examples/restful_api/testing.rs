//! Testing: the finished service held against its contract, its rules and its limits. What is found goes into reports; a
//! finding is no failure of the step, it is for the gate to judge.

pub mod authentication;
pub mod bad_input;
pub mod bed;
#[cfg(test)]
mod broken;
pub mod contract;
pub mod load;
pub mod quality;
pub mod report;
pub mod unit;
