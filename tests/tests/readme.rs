//! The README says what is so: its program is an example that runs, and its compiler error is the one that rustc gives.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The fenced blocks of the README in that language.
fn blocks(language: &str) -> Vec<String> {
    let readme = read("README.md");
    let fence = format!("```{language}\n");
    let mut blocks = Vec::new();
    let mut rest = readme.as_str();
    while let Some((_, after)) = rest.split_once(&fence) {
        let (block, further) = after.split_once("```\n").expect("every block is closed");
        blocks.push(block.to_owned());
        rest = further;
    }
    blocks
}

/// The program of the README, without the head of the example's file.
fn program() -> String {
    let source = read("examples/ship/main.rs");
    let start = source.find("use std::sync::Arc;").expect("its first import");
    source[start..].to_owned()
}

#[test]
fn the_program_is_the_example() {
    assert_eq!(blocks("rust")[0], program());
}

#[test]
fn the_program_prints_what_the_readme_says_and_can_be_run_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = || {
        let output = Command::new(env!("CARGO"))
            .args([
                "run",
                "--quiet",
                "--offline",
                "--example",
                "ship",
                "--manifest-path",
            ])
            .arg(root().join("Cargo.toml"))
            .current_dir(folder.path())
            .output()
            .expect("cargo runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("text")
    };
    let said = blocks("text").swap_remove(0);
    assert_eq!(run(), said);
    assert_eq!(
        run(),
        said.lines()
            .last()
            .map(|line| format!("{line}\n"))
            .expect("two lines")
    );
}

/// The case `ui/readme/skips-design.rs` is the README's program with its `main` skipping a phase; trybuild keeps what
/// rustc says of it.
#[test]
fn the_error_is_what_rustc_says() {
    let skip = blocks("rust,ignore").swap_remove(0);
    let (before, _) = program()
        .split_once("    // Starts the run")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .expect("main");
    let skipping: String = skip.lines().map(|line| format!("    {line}\n")).collect();
    let case = root().join("tests/ui/readme/skips-design.rs");
    let source = format!("{before}{skipping}    Ok(())\n}}\n");
    assert_eq!(
        fs::read_to_string(&case).unwrap_or_default(),
        source,
        "{} is out of date",
        case.display()
    );

    trybuild::TestCases::new().compile_fail("ui/readme/*.rs");
    let said =
        read("tests/ui/readme/skips-design.stderr").replace("ui/readme/skips-design.rs", "src/main.rs");
    assert_eq!(blocks("text")[1].trim(), said.trim());
}
