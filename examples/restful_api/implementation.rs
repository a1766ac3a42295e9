//! Implementation: the service built up part by part, each part tried before the next one rests on it.

pub mod authentication;
pub mod project;
pub mod repositories;
pub mod routes;
pub mod services;
pub mod validation;
