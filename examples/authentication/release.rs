//! Into the hands of users: applications connected, pages written, the service deployed with alerts, and taken back.

pub mod alerts;
pub mod applications;
pub mod causes;
pub mod deployment;
pub mod documents;
pub mod integration;
pub mod transcript;
