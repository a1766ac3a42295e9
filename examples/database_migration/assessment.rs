//! What is there: read, counted, timed, and restored from a backup.

pub mod analysis;
pub mod backups;
pub mod faults;
pub mod growth;
pub mod metrics;
pub mod pains;
