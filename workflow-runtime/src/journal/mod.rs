//! The journal: what happened to each run, kept. `backend` is the seam; `memory` and `sqlite` stand behind it.

pub(crate) mod backend;
pub(crate) mod event;
pub(crate) mod memory;
pub(crate) mod sqlite;
pub(crate) mod wire;
