//! Where rockets are launched in a test: a folder with a wish, the programs, and files that hold steps back.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::seat::Seat;

const LAUNCH: &str = env!("CARGO_BIN_EXE_launch");
const PATIENCE: &str = env!("CARGO_BIN_EXE_patience");

/// What the surroundings must not decide.
const UNSET: [&str; 9] = [
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "WORKFLOW_JOURNAL",
    "WORKFLOW_ROSTER",
    "WORKFLOW_ACTOR",
    "LAUNCH_UNDO",
    "CI",
    "RUST_BACKTRACE",
];

pub(crate) struct Site {
    folder: TempDir,
    /// What steps do out of the ordinary.
    acts: String,
    env: Vec<(&'static str, &'static str)>,
}

impl Site {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let wish = "name = \"moon\"\nparts = [\"nose\"]\nthrust = 0.1\n";
        std::fs::write(folder.path().join("moon.toml"), wish).expect("it can be written in");
        let weather = "wind = 3\nsky = \"blue\"\n";
        std::fs::write(folder.path().join("weather.toml"), weather).expect("it can be written in");
        Site {
            folder,
            acts: String::new(),
            env: Vec::new(),
        }
    }

    pub(crate) fn acting(mut self, acts: &str) -> Self {
        acts.clone_into(&mut self.acts);
        self
    }

    pub(crate) fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.env.push((name, value));
        self
    }

    /// With a run that stands at the beginning of `Build`.
    pub(crate) fn at_build() -> Self {
        let site = Site::new();
        site.goes(&["run", "--input", "moon.toml"]);
        site.goes(&["approve", "review", "--by", "grace"]);
        site
    }

    /// What steps wait for that were told to, `until FILE`.
    pub(crate) fn lets(&self, file: &str) {
        std::fs::write(self.folder.path().join(file), "").expect("it can be written in");
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A seat at a terminal of so many columns where that runs.
    pub(crate) fn seat(&self, columns: u16, words: &[&str]) -> Seat {
        self.seat_of(LAUNCH, columns, words)
    }

    /// The same of the program of the patient.
    pub(crate) fn patience(&self, columns: u16) -> Seat {
        self.seat_of(PATIENCE, columns, &["run"])
    }

    /// The same of a line for the shell, where `$PROGRAM` is the program.
    pub(crate) fn shell(&self, line: &str) -> Output {
        let mut command = Command::new("sh");
        command.args(["-c", line]).env("PROGRAM", LAUNCH);
        self.output(command)
    }

    /// What comes of that where no terminal is.
    pub(crate) fn ends(&self, words: &[&str]) -> Output {
        let mut command = Command::new(LAUNCH);
        command.args(words);
        self.output(command)
    }

    /// That goes well, where no terminal is.
    #[track_caller]
    pub(crate) fn goes(&self, words: &[&str]) -> String {
        let output = self.ends(words);
        assert!(
            output.status.success(),
            "{words:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("it is text")
    }

    fn output(&self, mut command: Command) -> Output {
        command.current_dir(self.path()).env("LAUNCH", &self.acts);
        command
            .stdin(Stdio::null())
            .env("USER", "ada")
            .env("TERM", "xterm");
        for name in UNSET {
            command.env_remove(name);
        }
        command.envs(self.env.iter().copied());
        command.output().expect("it can be started")
    }

    fn seat_of(&self, program: &str, columns: u16, words: &[&str]) -> Seat {
        let mut command = pty_process::blocking::Command::new(program)
            .args(words)
            .current_dir(self.path())
            .env("LAUNCH", &self.acts)
            .env("USER", "ada")
            .env("TERM", "xterm");
        for name in UNSET {
            command = command.env_remove(name);
        }
        Seat::at(columns, command.envs(self.env.iter().copied()))
    }
}
