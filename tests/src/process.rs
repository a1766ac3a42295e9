//! Part of a test in another process: the file of the test is run again, and told what to do.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The test that does what it is told; each file that calls [`tell`] has one of this name.
const TEST: &str = "as_another_process";
const WHAT: &str = "WORKFLOW_TESTS_WHAT";
const PATH: &str = "WORKFLOW_TESTS_PATH";

/// Runs the test `as_another_process` of the same file in a process of its own, and waits for what it [says](say).
pub fn tell(what: &str, path: &Path) -> Vec<String> {
    let output = Command::new(std::env::current_exe().expect("a test has a file"))
        .args([TEST, "--exact", "--nocapture", "--test-threads=1"])
        .env(WHAT, what)
        .env(PATH, path)
        .output()
        .expect("it can be started");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let out = String::from_utf8(output.stdout).expect("it is text");
    let said = out.lines().filter_map(|line| line.strip_prefix("SAYS "));
    said.map(str::to_owned).collect()
}

/// What this process is told, and of which file; `None` in one that nobody [told](tell) anything.
pub fn told() -> Option<(String, PathBuf)> {
    let what = std::env::var(WHAT).ok()?;
    Some((what, std::env::var_os(PATH)?.into()))
}

/// Answers whoever told it.
#[allow(clippy::print_stdout, reason = "that is how it is heard")]
pub fn say(what: impl std::fmt::Display) {
    println!("\nSAYS {}", what.to_string().replace('\n', " "));
}
