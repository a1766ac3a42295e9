//! The service in front of users.

pub mod deployment;
pub mod health;
pub mod rollout;
pub mod runbook;
pub mod switch;
