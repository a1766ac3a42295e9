//! Documentation and finalization: what a client, an operator and an auditor need, made from the contract and the live service.

pub mod bundle;
pub mod guide;
pub mod handover;
pub mod reference;
pub mod review;
pub mod usage;
