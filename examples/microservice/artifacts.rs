//! What the steps of the service's plan take and yield.

mod architecture;
mod charter;
mod definition;
mod implementation;
mod infrastructure;
mod operation;
mod testing;

pub use architecture::*;
pub use charter::*;
pub use definition::*;
pub use implementation::*;
pub use infrastructure::*;
pub use operation::*;
pub use testing::*;

pub use crate::evidence::TestReport;
