//! The examples as their users run them: built programs, scripts, journals in folders of their own, and SIGKILL.

#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

use std::{
    collections::HashMap,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Mutex, PoisonError},
};

pub type Tested = Result<(), Box<dyn std::error::Error>>;

/// A built example. `cargo test` builds it along; if only one test was asked for, it is built here.
pub fn program(example: &str) -> PathBuf {
    static BUILT: Mutex<Option<HashMap<String, PathBuf>>> = Mutex::new(None);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let built = built.get_or_insert_default().entry(example.to_owned());
    built.or_insert_with(|| build(example)).clone()
}

fn build(example: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test has a file");
    let profile = test
        .parent()
        .and_then(Path::parent)
        .expect("a test lies in `deps` of a profile");
    let program = profile
        .join("examples")
        .join(format!("{example}{}", std::env::consts::EXE_SUFFIX));
    if !is_fresh(&program) {
        let target = profile.parent().expect("a profile lies in a target folder");
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--package", "examples", "--example", example]);
        build.arg("--target-dir").arg(target);
        build.args(profile.ends_with("release").then_some("--release"));
        assert!(
            build.status().is_ok_and(|status| status.success()),
            "the example `{example}` does not build"
        );
    }
    program
}

/// Whether the program is there and no source of it is newer; cargo lists them beside it.
fn is_fresh(program: &Path) -> bool {
    let changed = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    let Some(built) = changed(program) else {
        return false;
    };
    let sources = std::fs::read_to_string(program.with_extension("d")).unwrap_or_default();
    let mut sources = sources.split_whitespace().skip(1).map(Path::new);
    sources.all(|source| changed(source).is_some_and(|changed| changed <= built))
}

/// A file that lies beside the example.
pub fn shipped(example: &str, name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(example).join(name)
}

/// Everything that a program printed.
pub fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// What happened of that kind, in order.
pub fn events(text: &str, kind: &str) -> Vec<serde_json::Value> {
    let lines = text.lines();
    let documents = lines.filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    documents.filter(|document| document["event"] == kind).collect()
}

/// The steps that were done, in order.
pub fn steps(text: &str) -> Vec<String> {
    let done = events(text, "step_done");
    let named = done.iter().filter_map(|event| event["step"].as_str());
    named.map(str::to_owned).collect()
}

/// A place for one run of an example: its journal and what it writes lie in a folder that goes when this is dropped.
pub struct Place {
    example: &'static str,
    folder: tempfile::TempDir,
}

impl Place {
    pub fn new(example: &'static str) -> std::io::Result<Self> {
        let folder = tempfile::tempdir()?;
        Ok(Place { example, folder })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What the run writes to.
    pub fn out(&self) -> PathBuf {
        self.path().join("out")
    }

    /// The program of the example with these arguments.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program(self.example));
        command.args(arguments);
        self.settle(&mut command);
        command
    }

    /// The script beside the example, which takes the whole plan through; it prints what happens as JSON lines.
    pub fn script(&self, name: &str) -> Command {
        let mut command = Command::new("sh");
        command.arg(shipped(self.example, name));
        command.env("PROGRAM", program(self.example));
        command.env("WORKFLOW_EVENTS", "1");
        self.settle(&mut command);
        command
    }

    fn settle(&self, command: &mut Command) {
        let out = format!("{}_OUT", self.example.to_uppercase());
        command.current_dir(self.path());
        command.env("WORKFLOW_JOURNAL", self.path().join("journal.db"));
        command.env(out, self.out());
        command.env_remove("WORKFLOW_ROSTER").env_remove("WORKFLOW_ACTOR");
    }

    /// Runs the script to its end.
    pub fn take_through(&self, script: &str) -> std::io::Result<Output> {
        self.script(script).output()
    }

    /// Runs the command until it says that this step was done, and kills it and all that it started there. What was said
    /// until then.
    pub fn killed_after(
        &self,
        mut command: Command,
        step: &str,
    ) -> Result<String, Box<dyn std::error::Error>> {
        let mut child = spawn_group(command.stdout(Stdio::piped()))?;
        let mut before = String::new();
        for line in BufReader::new(child.stdout.take().ok_or("no output")?).lines() {
            let line = line?;
            before.push_str(&line);
            before.push('\n');
            if line.contains(&format!("\"{step}\"")) && line.contains("step_done") {
                kill_group(&mut child)?;
            }
        }
        let ended = child.wait()?;
        if ended.success() {
            return Err(format!("it ended before it was killed after {step}:\n{before}").into());
        }
        Ok(before)
    }
}

/// Starts a command as the head of a process group of its own.
pub fn spawn_group(command: &mut Command) -> std::io::Result<Child> {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    command.spawn()
}

/// SIGKILL for a process that `spawn_group` started, and for all of its group: nothing of them runs after this.
pub fn kill_group(child: &mut Child) -> std::io::Result<()> {
    let group = format!("-{}", child.id());
    let killed = Command::new("kill").args(["-KILL", "--", &group]).status()?;
    if killed.success() { Ok(()) } else { child.kill() }
}

/// A place is left out loudly where a tool is missing; under REQUIRE_TOOLS, as CI sets it, that is a failure.
pub fn skipped_without(tool: &str) {
    assert!(
        std::env::var_os("REQUIRE_TOOLS").is_none(),
        "{tool} is missing, and REQUIRE_TOOLS is set"
    );
    eprintln!("SKIPPED: {tool} is missing");
}
