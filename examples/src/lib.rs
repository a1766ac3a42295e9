//! Shared by the example plans: steps that a library would publish, evidence and checks, folders to write to, services on
//! loopback with clients and loads for them, and the plans themselves.

pub mod client;
pub mod clock;
pub mod command;
pub mod decision;
pub mod evidence;
pub mod failure;
pub mod faults;
pub mod hex;
pub mod live;
pub mod load;
pub mod lock_file;
pub mod outputs;

// The plans are part of the library, so that tests and other crates reach them; each lies in the folder of its example.
#[path = "../authentication/plan.rs"]
pub mod authentication_plan;
#[path = "../backend_development/plan.rs"]
pub mod backend_development_plan;
#[path = "../database_migration/plan.rs"]
pub mod database_migration_plan;
#[path = "../microservice/plan.rs"]
pub mod microservice_plan;

pub use authentication_plan::{Authentication, authentication};
pub use backend_development_plan::{BackendDevelopment, backend_development};
pub use database_migration_plan::{DatabaseMigration, database_migration};
pub use microservice_plan::{Microservice, microservice};

/// The code on the plans' pages compiles.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../authentication/README.md")]
    mod authentication {}
    #[doc = include_str!("../backend_development/README.md")]
    mod backend_development {}
    #[doc = include_str!("../database_migration/README.md")]
    mod database_migration {}
    #[doc = include_str!("../microservice/README.md")]
    mod microservice {}
}
