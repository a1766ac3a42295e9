//! The ground that the service stands on: what is written for it, linted, and tried on this machine.

pub mod alerts;
pub mod compose;
pub mod container_file;
pub mod container_lint;
pub mod containers;
pub mod discovery;
pub mod lint;
pub mod monitoring;
pub mod pager;
pub mod parity;
pub mod pipeline;
pub mod skeleton;
