//! Whether the service does what it should, and what happens when its neighbours do not.

pub mod bed;
pub mod callers;
pub mod function;
pub mod isolation;
pub mod load;
pub mod quality;
pub mod resilience;
pub mod samples;
pub mod unit;
pub mod visibility;
