//! wip
mod store;
