//! What the service is, what is its own, and what it promises: worked out of what the system does today.

pub mod boundaries;
pub mod dependencies;
pub mod interfaces;
pub mod levels;
pub mod ownership;
