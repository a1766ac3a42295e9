//! What the steps of the authentication plan take and yield.

mod architecture;
mod deployment;
mod drill;
mod implementation;
mod requirements;
mod testing;

pub use architecture::*;
pub use deployment::*;
pub use drill::*;
pub use implementation::*;
pub use requirements::*;
pub use testing::*;
