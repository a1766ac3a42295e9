//! Steps that run a command and understand what it says, written as a crate of its own would publish them.
//!
//! [`Command`] says what to run and for how long; [`Command::run`] yields an [`Output`] or a [`CommandError`]. [`Run`]
//! binds it in a plan: `step check(bundle) -> output: Output = Run::new(check_command);`, and [`Run::parsed`] turns what
//! was said into an artifact of its own.

use std::{
    ffi::OsString,
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt};
use workflow_runtime::{Given, Step, StepContext, StepResult};

/// What to run, where, and for how long at most.
///
/// # Examples
///
/// ```
/// # use examples::command::Command;
/// # use std::time::Duration;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), examples::command::CommandError> {
/// let output = Command::new("echo").arg("hello").time_limit(Duration::from_secs(5)).run().await?;
/// assert_eq!(output.stdout, "hello\n");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    program: PathBuf,
    arguments: Vec<OsString>,
    folder: Option<PathBuf>,
    time_limit: Duration,
}

/// What a command said and how it ended: an artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// The command line, for people.
    pub command: String,
    /// Its exit code; nothing where a signal ended it.
    pub exit_code: Option<i32>,
    /// What it wrote to standard output, the first MiB of it.
    pub stdout: String,
    /// What it wrote to standard error, the first MiB of it.
    pub stderr: String,
    /// How long it ran.
    pub elapsed_ms: u64,
}

/// Why a command yielded nothing that can be used.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct CommandError {
    kind: Kind,
    message: String,
    #[source]
    source: Option<std::io::Error>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    NotStarted,
    TimedOut,
    Failed,
}

/// How much of each stream is kept.
const KEPT_BYTES: usize = 1 << 20;

impl CommandError {
    /// The program is missing or may not be run.
    #[must_use]
    pub fn is_not_started(&self) -> bool {
        self.kind == Kind::NotStarted
    }

    /// It ran longer than it may, and was killed.
    #[must_use]
    pub fn is_timed_out(&self) -> bool {
        self.kind == Kind::TimedOut
    }

    /// It ended with another exit code than zero.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        self.kind == Kind::Failed
    }

    fn io(kind: Kind, message: String, source: std::io::Error) -> Self {
        CommandError {
            kind,
            message,
            source: Some(source),
        }
    }
}

impl Command {
    /// A program without arguments, in the folder of this process, for a minute at most.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Command {
            program: program.into(),
            arguments: Vec::new(),
            folder: None,
            time_limit: Duration::from_secs(60),
        }
    }

    /// One more argument; no shell reads it.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// The folder to run it in.
    #[must_use]
    pub fn in_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// How long it may run; then it is killed.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Runs it to its end, whatever its exit code is.
    ///
    /// It is killed when the time is up, and when the future is dropped.
    ///
    /// # Errors
    ///
    /// If it cannot be started or ran out of time.
    pub async fn run(&self) -> Result<Output, CommandError> {
        let begun = Instant::now();
        let mut command = tokio::process::Command::new(&self.program);
        command
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.kill_on_drop(true);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        let name = self.to_string();
        let mut child = command
            .spawn()
            .map_err(|error| CommandError::io(Kind::NotStarted, format!("cannot start `{name}`"), error))?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let work = async { tokio::try_join!(kept(stdout), kept(stderr), child.wait()) };
        let ended = tokio::time::timeout(self.time_limit, work).await;
        let Ok(ended) = ended else {
            // Waits for its end too, so that nothing of it is left.
            let _ = child.kill().await;
            let message = format!(
                "`{name}` ran longer than {} ms and was killed",
                self.time_limit.as_millis()
            );
            return Err(CommandError {
                kind: Kind::TimedOut,
                message,
                source: None,
            });
        };
        let (stdout, stderr, status) = ended.map_err(|error| {
            CommandError::io(Kind::Failed, format!("cannot hear what `{name}` says"), error)
        })?;
        Ok(Output {
            command: name,
            exit_code: status.code(),
            stdout,
            stderr,
            elapsed_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        })
    }
}

impl std::fmt::Display for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.program.display())?;
        self.arguments
            .iter()
            .try_for_each(|argument| write!(f, " {}", argument.to_string_lossy()))
    }
}

impl Output {
    /// Itself if the exit code is zero.
    ///
    /// # Errors
    ///
    /// The exit code and the last thing that was said.
    pub fn succeeded(self) -> Result<Self, CommandError> {
        if self.exit_code == Some(0) {
            return Ok(self);
        }
        let last = [&self.stderr, &self.stdout]
            .into_iter()
            .find_map(|text| text.trim().lines().last());
        let code = self
            .exit_code
            .map_or_else(|| String::from("a signal"), |code| format!("exit code {code}"));
        let message = format!(
            "`{}` ended with {code}: {}",
            self.command,
            last.unwrap_or("it said nothing")
        );
        Err(CommandError {
            kind: Kind::Failed,
            message,
            source: None,
        })
    }
}

/// Reads to the end, but keeps no more than is worth keeping.
async fn kept(stream: Option<impl AsyncRead + Unpin>) -> std::io::Result<String> {
    let Some(mut stream) = stream else {
        return Ok(String::new());
    };
    let (mut kept, mut buffer) = (Vec::new(), vec![0; 16 * 1024]);
    loop {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Ok(String::from_utf8_lossy(&kept).into_owned());
        }
        let room = KEPT_BYTES.saturating_sub(kept.len()).min(read);
        kept.extend_from_slice(&buffer[..room]);
    }
}

/// A step that runs the command which a function makes from the artifact it takes; it fails unless the exit code is zero.
#[derive(Debug, Clone, Copy)]
pub struct Run<C> {
    command: C,
}

/// A [`Run`] whose output is read as an artifact of its own.
#[derive(Debug, Clone, Copy)]
pub struct Parsed<C, P> {
    command: C,
    parse: P,
}

impl<C> Run<C> {
    /// Runs what `command` makes from the artifact.
    pub const fn new(command: C) -> Self {
        Run { command }
    }

    /// Reads the output with `parse`.
    pub fn parsed<P>(self, parse: P) -> Parsed<C, P> {
        Parsed {
            command: self.command,
            parse,
        }
    }
}

impl<A, C> Step<(A,), Output> for Run<C>
where
    A: Sync + 'static,
    C: Fn(&A) -> StepResult<Command> + Send + Sync,
{
    async fn perform(&self, _: &StepContext, Given((taken,)): Given<'_, (A,)>) -> StepResult<Output> {
        Ok((self.command)(taken)?.run().await?.succeeded()?)
    }
}

impl<A, M, C, P> Step<(A,), M> for Parsed<C, P>
where
    A: Sync + 'static,
    C: Fn(&A) -> StepResult<Command> + Send + Sync,
    P: Fn(&Output) -> StepResult<M> + Send + Sync,
{
    async fn perform(&self, _: &StepContext, Given((taken,)): Given<'_, (A,)>) -> StepResult<M> {
        let output = (self.command)(taken)?.run().await?.succeeded()?;
        (self.parse)(&output)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        Command::new("sh").arg("-c").arg(script)
    }

    #[tokio::test]
    async fn tells_the_exit_code_and_both_streams() -> Result<(), CommandError> {
        let output = shell("echo out; echo err >&2; exit 3").run().await?;
        assert_eq!(
            (output.exit_code, output.stdout.as_str(), output.stderr.as_str()),
            (Some(3), "out\n", "err\n")
        );
        let error = output.succeeded().expect_err("the exit code is 3");
        assert!(error.is_failed());
        assert_eq!(
            error.to_string(),
            "`sh -c echo out; echo err >&2; exit 3` ended with exit code 3: err"
        );
        Ok(())
    }

    #[tokio::test]
    async fn kills_what_runs_too_long() -> Result<(), std::io::Error> {
        let folder = tempfile::tempdir()?;
        let command = shell("echo $$ > pid; exec sleep 600").in_folder(folder.path());
        let error = command
            .time_limit(Duration::from_millis(500))
            .run()
            .await
            .expect_err("it sleeps for 600 s");
        assert!(error.is_timed_out(), "{error}");
        let pid = std::fs::read_to_string(folder.path().join("pid"))?;
        let alive = shell(&format!("kill -0 {}", pid.trim()))
            .run()
            .await
            .map(|output| output.exit_code);
        assert_ne!(alive.ok(), Some(Some(0)), "it still runs");
        Ok(())
    }

    #[tokio::test]
    async fn keeps_a_bounded_part_of_an_endless_output() -> Result<(), CommandError> {
        let output = shell("head -c 3000000 /dev/zero | tr '\\0' x").run().await?;
        assert_eq!(output.stdout.len(), KEPT_BYTES);
        Ok(())
    }

    #[tokio::test]
    async fn names_a_program_that_is_not_there() {
        let error = Command::new("no-such-program")
            .run()
            .await
            .expect_err("there is no such program");
        assert!(error.is_not_started());
        assert_eq!(error.to_string(), "cannot start `no-such-program`");
    }
}
