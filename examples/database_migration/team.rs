//! The team: each step of the plan done by a function of the domain, a module per phase.

mod assessment;
mod development;
mod execution;
mod planning;
mod testing;

use examples::{
    failure::{During, Outcome},
    outputs::{Folders, Place},
};
use workflow_runtime::StepContext;

/// Does what the plan asks for.
#[derive(Debug)]
pub struct Team {
    folders: Folders,
}

/// Where runs write to.
pub static PLACE: Place = Place {
    variable: "DATABASE_MIGRATION_OUT",
    folders: "target/database_migration",
    written: &[
        "backups",
        "copies",
        "execution",
        "migrations",
        "reports",
        "validation.json",
    ],
};

impl Team {
    /// A team that writes where `DATABASE_MIGRATION_OUT` says.
    ///
    /// # Errors
    /// When nothing can be written there, or what is there would be written over.
    pub fn from_env() -> Outcome<Self> {
        let folders = Folders::from_env(&PLACE)?;
        Ok(Team { folders })
    }
}

/// Does what would keep a thread of the runtime busy on one that may be.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Outcome<T> + Send + 'static) -> Outcome<T> {
    tokio::task::spawn_blocking(work)
        .await
        .during("waiting for the database")?
}

/// Says lines in the name of the step.
fn sayer(cx: &StepContext) -> impl Fn(String) + Send + 'static {
    let cx = cx.clone();
    move |line: String| cx.say(line)
}
