//! The service against a real server, with scripts in place of plans.

mod durable;
mod ends;
mod registering;
mod scripted;
mod server;
mod stops;
