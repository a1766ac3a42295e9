//! The whole migration on copies, there and back, and the gates that judge it.

pub mod application;
pub mod drill;
pub mod figures;
pub mod gates;
pub mod rehearsal;
pub mod writers;
