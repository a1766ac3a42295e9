//! What the steps of the seven phases take and yield.
//!
//! The checks hold the artifacts to what the guidelines ask of communication:
//!
//! | approach | checked by |
//! |---|---|
//! | API first | [`ContractDraft::check`], [`ApiSpecification::check`]: `responses`, `types`, `serves`; [`Endpoints::check`]: `unspecified_routes` |
//! | schema documentation | [`SchemaDesign::check`]: `meaning`, `unit`, `references`; [`SchemaDocumentation::check`]: `undocumented` |
//! | technical specifications | [`WorkBreakdown::check`]: an intricate piece has its `specification` |
//! | security considerations | `security_implication` of each decision; [`SecurityPlan::check`]: `mitigation` of each threat |
//! | performance implications | `performance_implication` of each decision; [`Architecture::check`]: `scales_by` |
//! | trade-off analysis | `trade_off` and `alternatives` of each decision |
//! | implementation details | [`WorkBreakdown::check`]: as many `details` as the piece is intricate |
//! | references | `references` of each decision |
//!
//! Decisions are in [`Architecture`], [`SecurityPlan`], [`FrameworkSelection`] and [`CachingPlan`]. A check sees its own
//! artifact; whether one artifact fits another is seen by the steps of machines and their gates.

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
