//! What generated code names. Not public API: it changes without notice, and `workflow-macros` is pinned to it.

pub use crate::__program as program;
pub use crate::call::{Call, Needed, Perhaps, Product, WAIVE, Work, not_waived};
pub use crate::hand_in::{artifact as hand_in_artifact, verdict as hand_in_verdict};
pub use crate::plan::write as plan;
pub use crate::run::begin::{Input, drive, input, resume, resume_undo, start};
pub use crate::run::core::{Core, Driving, Entered, Methods};
pub use crate::run::undo::Undos;

use std::any::Any;

use crate::verdict::Verdict;

/// What stands here is there only with the feature `cli`.
#[cfg(feature = "cli")]
#[doc(hidden)]
#[macro_export]
macro_rules! __program {
    ($($item:tt)*) => { $($item)* };
}

/// What stands here is there only with the feature `cli`.
#[cfg(not(feature = "cli"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __program {
    ($($item:tt)*) => {};
}

/// The program of a plan.
#[cfg(feature = "cli")]
pub mod cli {
    pub use crate::cli::{main, main_without_team};
}

/// A type of the user's that the generated module cannot name as it is written.
pub trait Written {
    /// That type.
    type Type;
}

/// Shows a value to a check.
pub fn checked<A: 'static>(value: &(dyn Any + Send + Sync), check: fn(&A) -> Verdict) -> Verdict {
    match value.downcast_ref() {
        Some(value) => check(value),
        None => Verdict::Reject(format!("it is not of type `{}`", std::any::type_name::<A>())),
    }
}
