//! Everything that the migration needs, written to the folder of the run.

pub mod compare;
pub mod indexes;
pub mod readings;
pub mod scripts;
pub mod transformations;
pub mod validators;
