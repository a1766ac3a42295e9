//! What the steps of the migration take and yield.

mod assessment;
mod development;
mod execution;
mod planning;
mod testing;

pub use assessment::*;
pub use development::*;
pub use execution::*;
pub use planning::*;
pub use testing::*;
