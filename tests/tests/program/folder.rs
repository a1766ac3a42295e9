//! A folder of its own for each test, in which programs are run.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use tests::soon::LONG;

pub(crate) const LAUNCH: &str = env!("CARGO_BIN_EXE_launch");
/// Another plan of the same name.
pub(crate) const CHANGED: &str = env!("CARGO_BIN_EXE_launch_changed");
/// A plan of another name, without inputs.
pub(crate) const ERRAND: &str = env!("CARGO_BIN_EXE_errand");

/// What a run is begun with.
pub(crate) const MOON: &str = "name = \"moon\"\nparts = [\"nose\"]\nthrust = 0.1\n";

/// A temporary folder with `moon.toml`, `calm.toml` and `windy.toml`.
pub(crate) struct Folder {
    place: TempDir,
    program: &'static str,
    acts: String,
    environment: Vec<(String, String)>,
}

/// What a program said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let place = tempfile::tempdir().expect("a temporary folder can be made");
        let folder = Folder {
            place,
            program: LAUNCH,
            acts: String::new(),
            environment: Vec::new(),
        };
        folder.write("moon.toml", MOON);
        folder.write("calm.toml", "wind = 3\nsky = \"blue\"\n");
        folder.write("windy.toml", "wind = 30\nsky = \"grey\"\n");
        folder
    }

    /// With the run `moon` that waits for its review.
    pub(crate) fn waiting() -> Self {
        let folder = Self::new();
        folder.well(&["run", "--input", "moon.toml"]);
        folder
    }

    /// What the steps do out of the ordinary from now on, as `LAUNCH` tells them.
    pub(crate) fn act(&mut self, acts: &str) -> &mut Self {
        acts.clone_into(&mut self.acts);
        self
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.path("launch.db")
    }

    pub(crate) fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        std::fs::write(self.place.path().join(name), content).expect("it can be written");
    }

    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let bins = Path::new(LAUNCH).parent().expect("programs lie in a folder");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(bins.to_owned()).chain(std::env::split_paths(&path)));
        command
            .current_dir(self.place.path())
            .stdin(Stdio::null())
            .env_clear()
            .env("PATH", path.expect("it has no colon"))
            .env("TZ", "UTC")
            .env("USER", "ada")
            .env("LAUNCH", &self.acts)
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The same folder with another program.
    pub(crate) fn program(&mut self, program: &'static str) -> &mut Self {
        self.program = program;
        self
    }

    /// The program, called by its name alone as in a shell.
    pub(crate) fn called<S: AsRef<OsStr>>(&self, words: &[S]) -> Command {
        use std::os::unix::process::CommandExt;
        let mut command = self.command(self.program);
        let name = Path::new(self.program).file_name().expect("it is a file");
        command.arg0(name).args(words);
        command
    }

    pub(crate) fn run<S: AsRef<OsStr>>(&self, words: &[S]) -> Said {
        Said::of(self.called(words).output().expect("it can be started"))
    }

    /// What must end with status 0.
    pub(crate) fn well<S: AsRef<OsStr> + std::fmt::Debug>(&self, words: &[S]) -> Said {
        let said = self.run(words);
        assert_eq!(said.status, 0, "{words:?}\n{}{}", said.out, said.err);
        said
    }

    /// With something on standard input.
    pub(crate) fn fed(&self, words: &[&str], input: &str) -> Said {
        let mut command = self.called(words);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("it can be started");
        let mut to = child.stdin.take().expect("it is piped");
        to.write_all(input.as_bytes()).expect("it reads");
        drop(to);
        Said::of(child.wait_with_output().expect("it ends"))
    }

    /// A line as typed into a shell.
    pub(crate) fn typed(&self, line: &str) -> Said {
        let mut shell = self.command("sh");
        shell.args(["-c", line]);
        Said::of(shell.output().expect("there is a shell"))
    }

    /// One document that the program prints with `--json`, whatever its status is.
    pub(crate) fn json<S: AsRef<OsStr>>(&self, words: &[S]) -> Value {
        let mut command = self.called(words);
        command.arg("--json");
        Said::of(command.output().expect("it can be started")).document()
    }

    /// A program that goes on beside the test, driving the run `moon` up to where the file `go` is waited for.
    pub(crate) fn beside(&self, words: &[&str]) -> Beside {
        let mut command = self.called(words);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Beside(Some(command.spawn().expect("it can be started")))
    }

    /// Until it is as is wanted; a program may be slow.
    pub(crate) fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !is_so(self) {
            assert!(began.elapsed() < LONG, "{what} does not come about");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Said {
    pub(crate) fn of(output: Output) -> Self {
        Said {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("it says text"),
            err: String::from_utf8(output.stderr).expect("it says text"),
        }
    }

    /// What it printed, as the one document that it must be.
    pub(crate) fn document(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in\n{}{}", self.out, self.err))
    }

    #[track_caller]
    pub(crate) fn ends(&self, status: i32) -> &Self {
        assert_eq!(self.status, status, "\n{}{}", self.out, self.err);
        self
    }

    /// Prose that must be on standard error.
    #[track_caller]
    pub(crate) fn tells(&self, text: &str) -> &Self {
        assert!(self.err.contains(text), "no `{text}` in\n{}", self.err);
        self
    }
}

/// Ended with the test at the latest.
pub(crate) struct Beside(Option<Child>);

impl Beside {
    pub(crate) fn id(&self) -> u32 {
        self.0.as_ref().expect("it was not waited for yet").id()
    }

    pub(crate) fn ended(mut self) -> Said {
        let child = self.0.take().expect("it is waited for once");
        Said::of(child.wait_with_output().expect("it ends"))
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
