//! What generated code names. Not public API: it changes without notice, and `workflow-macros` is pinned to it.

pub use crate::call::{Call, Needed, Perhaps, Product, WAIVE, Work, not_waived};
pub use crate::hand_in::{artifact as hand_in_artifact, verdict as hand_in_verdict};
pub use crate::plan::write as plan;
pub use crate::run::begin::{Input, drive, input, resume, start};
pub use crate::run::core::{Core, Driving, Entered, Methods};
