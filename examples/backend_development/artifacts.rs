//! What the steps of the seven phases take and yield.
//!
//! The checks hold the artifacts to what the guidelines ask of communication:
//!
//! | approach | checked by |
//! |---|---|
//! | API first | [`ContractDraft::check`], [`ApiSpecification::check`], and that implementing takes the specification |
//! | schema documentation | [`SchemaDesign::check`], [`SchemaDocumentation::check`] |
//! | technical specifications | [`WorkBreakdown::check`]: an intricate piece has one |
//! | security considerations | [`Architecture::check`], [`FrameworkSelection::check`]: `security_implication` |
//! | performance implications | the same: `performance_implication` |
//! | trade-off analysis | the same: `trade_off` and `alternatives` |
//! | implementation details | [`WorkBreakdown::check`]: as many steps as the piece is intricate |
//! | references | the same as for decisions: `references` |

mod data_types;
mod delivery;
mod design;
mod implementation;
mod optimization;
mod planning;
mod policies;
mod requirements;
mod service;
mod testing;

pub use data_types::*;
pub use delivery::*;
pub use design::*;
pub use implementation::*;
pub use optimization::*;
pub use planning::*;
pub use policies::*;
pub use requirements::*;
pub use service::*;
pub use testing::*;
