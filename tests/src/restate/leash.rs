//! A process that ends with this one, also when this one is killed.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

/// Waits until it is told that the process is gone, or nobody is left to tell: then it ends the process and removes the
/// folder. (Linux can signal a process whose parent dies, but goes by the thread of the parent, and a test is a thread.)
const GUARD: &str = r#"trap "" INT TERM HUP
read -r gone && exit
kill -KILL "$1"
if [ -n "$2" ]; then sleep 0.2; rm -rf -- "$2"; fi"#;

/// The process, and who watches over it.
#[derive(Debug)]
pub(super) struct Leash {
    process: Child,
    guard: Child,
}

impl Leash {
    /// Starts it. `folder`, if there is one, is removed when this process is killed.
    pub(super) fn start(command: &mut Command, folder: Option<&Path>) -> Self {
        let process = command.stdin(Stdio::null()).spawn();
        let mut process = process.unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
        let guard = Command::new("sh")
            .args(["-c", GUARD, "guard", &process.id().to_string()])
            .arg(folder.unwrap_or(Path::new("")))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let guard = guard.unwrap_or_else(|error| {
            let _ = process.kill();
            panic!("there is no shell: {error}")
        });
        Leash { process, guard }
    }

    /// Its number, as the system has it.
    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }

    /// How it ended, if it did.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().expect("it is ours")
    }
}

impl Drop for Leash {
    /// Ends it as kill -9 does. The guard goes first: once the process is waited for, its number may be another's.
    fn drop(&mut self) {
        let _ = self.process.kill();
        if let Some(mut told) = self.guard.stdin.take() {
            let _ = told.write_all(b"gone\n");
        }
        let _ = self.guard.wait();
        let _ = self.process.wait();
    }
}
