//! The README says what is so: its program is an example that runs, its session and its compiler error are real.

use std::fs;

use tests::page::{Page, example, root};

fn readme() -> Page {
    Page::open("README.md")
}

/// The program of the README, without the head of the example's file.
fn program() -> String {
    let source = fs::read_to_string(root().join("examples/ship/main.rs")).expect("the example");
    let start = source.find("use std::process").expect("its first import");
    source[start..].to_owned()
}

/// The plan and the team, and what drives them instead of the program.
fn driven(code: &str) -> String {
    let (plan, _) = program()
        .split_once("fn main()")
        .map(|(plan, rest)| (plan.to_owned(), rest.to_owned()))
        .expect("main");
    let (imports, driver) = code.split_once("\n\n").expect("imports, then code");
    plan.replacen("use std::process::ExitCode;", imports, 1) + driver
}

/// The case must hold that source; trybuild compiles it, and keeps what rustc says.
fn assert_case(name: &str, source: &str) {
    let case = root().join("tests/ui/readme").join(name);
    let found = fs::read_to_string(&case).unwrap_or_default();
    assert_eq!(found, source, "{} is out of date", case.display());
}

#[test]
fn the_program_is_the_example() {
    assert_eq!(readme().blocks("rust")[0], program());
}

#[cfg(unix)]
#[test]
fn the_session_is_what_the_program_says() {
    readme().is_real(&example("ship"));
}

#[test]
fn the_code_that_drives_the_plan_itself_runs() {
    assert_case("driven-by-code.rs", &driven(readme().blocks("rust")[1]));
    trybuild::TestCases::new().pass("ui/readme/driven-by-code.rs");
}

#[test]
fn the_error_is_what_rustc_says() {
    let readme = readme();
    let driven = driven(readme.blocks("rust")[1]);
    let (before, _) = driven.split_once("    // Starts the run").expect("a start");
    let skip = readme.blocks("rust,ignore")[0];
    let skipping: String = skip.lines().map(|line| format!("    {line}\n")).collect();
    assert_case("skips-design.rs", &format!("{before}{skipping}    Ok(())\n}}\n"));

    trybuild::TestCases::new().compile_fail("ui/readme/skips-design.rs");
    let said = fs::read_to_string(root().join("tests/ui/readme/skips-design.stderr")).expect("the answer");
    let said = said.replace("ui/readme/skips-design.rs", "src/main.rs");
    assert_eq!(readme.blocks("text")[0].trim(), said.trim());
}
