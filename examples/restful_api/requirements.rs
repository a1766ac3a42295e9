//! Requirements gathering: what the service is about, how it is addressed, who may use it, what it answers and how much of it.

pub mod access;
pub mod conventions;
pub mod formats;
pub mod limits;
pub mod resources;
