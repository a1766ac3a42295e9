//! Builds a generated program and runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use crate::plan::Plan;

/// What a program wrote that runs these plans. Each has a name, and a folder of that name.
pub(crate) fn carry_out(name: &str, program: &str, plans: &[Plan]) -> String {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = temporary.join(name);
    write(&folder, name, program);
    let journals = tempfile::tempdir_in(temporary).expect("a folder");
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline", "--"])
        .arg(journals.path())
        .current_dir(&folder)
        // That of this very build, whose dependencies are there.
        .env(
            "CARGO_TARGET_DIR",
            temporary.parent().expect("it is below the target folder"),
        )
        .output()
        .expect("cargo runs");
    said(&output, plans)
}

fn said(output: &Output, plans: &[Plan]) -> String {
    let (said, complaint) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    if !output.status.success() {
        let texts: Vec<_> = plans
            .iter()
            .map(|plan| format!("seed {}:\n{plan}", plan.seed))
            .collect();
        let last = said.lines().next_back();
        panic!("{}\n{complaint}\nthe last of it: {last:?}", texts.join("\n"));
    }
    said.into_owned()
}

fn write(folder: &Path, name: &str, program: &str) {
    let root: PathBuf = [env!("CARGO_MANIFEST_DIR"), ".."].iter().collect();
    let runtime = root.join("workflow-runtime");
    let manifest = format!(
        "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         workflow-runtime = {{ path = {runtime:?} }}\n\
         tokio = {{ version = \"1\", default-features = false, features = [\"macros\", \"rt\", \"time\"] }}\n\n\
         [profile.dev]\ndebug = \"line-tables-only\"\n\n[workspace]\n"
    );
    fs::create_dir_all(folder.join("src")).expect("a folder for the program");
    fs::write(folder.join("Cargo.toml"), manifest).expect("its manifest");
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).expect("the same versions");
    let source = folder.join("src/main.rs");
    // The same program need not be built again.
    if fs::read_to_string(&source).ok().as_deref() != Some(program) {
        fs::write(source, program).expect("its source");
    }
}
