//! The service against a real server, with scripts in place of plans.

mod cases;
mod registering;
mod scripted;
mod server;
