//! Shared by the example plans.
