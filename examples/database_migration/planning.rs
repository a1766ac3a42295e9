//! What the database becomes, the way there and back, and the numbers that decide.

pub mod criteria;
pub mod strategy;
pub mod target;
pub mod validation;
