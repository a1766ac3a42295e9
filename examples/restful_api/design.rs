//! API design: the contract that clients rely on, as an OpenAPI 3.1 document and the parts it is put together from.

pub mod contract;
pub mod dtos;
pub mod openapi;
pub mod problems;
pub mod rules;
pub mod versioning;
