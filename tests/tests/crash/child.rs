//! The process that is killed: what it is told to do, what it does, and how the parent holds it.

use std::collections::BTreeSet;
use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use workflow_runtime::{Halted, RunEvent, Runtime, RuntimeError};

use crate::effects::{Effect, Effects, Work};
use crate::plan::voyage::{Undo, Undone};
use crate::plan::{BECALMED, CLOGGED, Crew, Fate, Voyage, cargo, made};

const ERRAND: &str = "WORKFLOW_CRASH_CHILD";
/// A child that is forgotten ends by itself.
const LIFETIME: Duration = Duration::from_secs(100);

/// What a child is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Errand {
    pub(crate) journal: PathBuf,
    /// Where it writes down what it does.
    pub(crate) effects: PathBuf,
    /// All of them at once.
    pub(crate) runs: Vec<String>,
    /// How long each half of a step takes.
    pub(crate) pause: Duration,
    /// What failed before.
    pub(crate) failed: Vec<Work>,
    /// It aborts as soon as it has written one of these.
    pub(crate) fatal: BTreeSet<Effect>,
}

impl Errand {
    /// Of this process, if it is a child.
    pub(crate) fn given() -> Option<Self> {
        let errand = env::var(ERRAND).ok()?;
        Some(serde_json::from_str(&errand).expect("the parent wrote it"))
    }

    /// Does it.
    pub(crate) async fn carry_out(self) {
        let effects = Arc::new(Effects::at(&self.effects, self.fatal));
        let told = Arc::clone(&effects);
        let runtime = Runtime::open(&self.journal)
            .expect("the file opens")
            .with_observer(move |event: &RunEvent<'_>| told.hear(event));
        let crew = Arc::new(Crew {
            effects,
            pause: self.pause,
            failed: Mutex::new(self.failed.into_iter().collect()),
        });
        let courses = self.runs.into_iter().map(|run| {
            let course = course(runtime.clone(), run, Arc::clone(&crew));
            tokio::spawn(course)
        });
        let courses = futures_util::future::join_all(courses.collect::<Vec<_>>());
        let ended = tokio::time::timeout(LIFETIME, courses).await;
        for course in ended.expect("somebody hands in what is waited for") {
            course.expect("a run comes to its end");
        }
    }

    /// Gives it to a new process.
    pub(crate) fn start(&self, complaints: &Path) -> Child {
        let complaints = File::create(complaints).expect("a file for what it complains of");
        let child = Command::new(env::current_exe().expect("a test has a file"))
            .args(["as_a_child_process", "--exact", "--nocapture", "--test-threads=1"])
            .env(ERRAND, serde_json::to_string(self).expect("an errand is JSON"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(complaints)
            .spawn();
        Child(child.expect("a child can be started"))
    }
}

/// All that a child does with a run, from wherever it stands.
async fn course(runtime: Runtime, run: String, crew: Arc<Crew>) {
    let fate = Fate::of(&run);
    if fate == Fate::Drifts
        && let Ok(found) = Voyage::resume(&runtime, &run).await
    {
        return goes_back(found.undo(&crew).await, &crew).await;
    }
    loop {
        match Voyage::run(&runtime, &run, &crew, cargo(&run)).await {
            Ok(done) if fate == Fate::Stays => return crew.effects.made(&run, made(&done)),
            Ok(done) => return goes_back(done.undo(&crew).await, &crew).await,
            // The parent has heard of it.
            Err(halted) if halted.is_waiting() => tokio::time::sleep(Duration::from_millis(1)).await,
            Err(halted) if halted.is_failed() && halted.cause.steps() == [BECALMED] => {
                if fate == Fate::TurnsBack {
                    return goes_back(halted.run.undo(&crew).await, &crew).await;
                }
            }
            Err(halted) if halted.cause.journal().is_some_and(RuntimeError::is_undone) => {
                return match Undo::resume(&runtime, &run).await {
                    Ok(undo) => goes_back(undo.undo(&crew).await, &crew).await,
                    Err(over) if over.is_undone() => {}
                    Err(error) => panic!("{error}"),
                };
            }
            Err(halted) => panic!("{halted}"),
        }
    }
}

/// Until it is undone.
async fn goes_back(mut came_to: Result<Undone, Halted<Undo>>, crew: &Arc<Crew>) {
    while let Err(halted) = came_to {
        let is_clogged = halted.is_failed() && halted.cause.steps().first() == Some(&CLOGGED);
        assert!(is_clogged, "{halted}");
        came_to = halted.run.undo(crew).await;
    }
}

/// A child; it does not outlive this.
pub(crate) struct Child(std::process::Child);

impl Child {
    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().expect("a child can be waited for")
    }

    /// Without a warning.
    pub(crate) fn kill(&mut self) {
        self.0.kill().expect("a child can be killed");
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may be gone already, which is what is wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
