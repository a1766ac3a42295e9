//! How the service is made, inside and towards its neighbours.

pub mod communication;
pub mod internals;
pub mod observability;
pub mod stack;
pub mod storage;
