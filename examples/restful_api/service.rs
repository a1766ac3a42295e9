//! The live service: built from a [`definition`], it keeps resources in SQLite and answers over HTTP on a loopback port.
//!
//! From the inside out: values, repository (rows), logic (rules of the business), validation (rules of inputs), tokens and
//! limiter (who, and how often), http (routes and answers), live (start and stop).

pub mod definition;
pub mod http;
pub mod limiter;
pub mod live;
pub mod logic;
pub mod problem;
pub mod repository;
pub mod store;
pub mod tokens;
pub mod validation;
pub mod values;
