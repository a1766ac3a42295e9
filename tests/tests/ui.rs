//! What must not compile, and what rustc says then; what must compile and run.
//!
//! `TRYBUILD=overwrite cargo test -p tests --test ui` writes the answers anew: read each as a user before accepting it.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Names of the expansion and of rustc's workings that mean nothing to a user.
const INTERNAL: &[&str] = &[
    "PhantomData",
    "rt::",
    "private::",
    "methods::",
    "types::",
    "Bodies<",
];

/// Shows how several mistakes are reported in one go.
const SEVERAL: &str = "workflow-with-several-mistakes";

/// Each step of the team borrows it, and rustc checks each future and the team itself.
const ALSO_ITS_FUTURES: &str = "team-not-sync";

#[test]
fn rustc_answers_as_written() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/fail/*.rs");
    cases.compile_fail("ui/guidelines/*.rs");
    cases.pass("ui/pass/*.rs");
}

#[test]
fn one_mistake_is_one_error() {
    for (case, answer) in answers() {
        let errors = answer.lines().filter(|line| line.starts_with("error")).count();
        let expected = match case.as_str() {
            SEVERAL => 5,
            ALSO_ITS_FUTURES => 2,
            _ => 1,
        };
        assert_eq!(errors, expected, "in the answer to {case}:\n{answer}");
        assert!(
            !answer.contains("\nwarning") && !answer.starts_with("warning"),
            "{case} has a warning:\n{answer}"
        );
    }
}

#[test]
fn no_answer_shows_an_internal_name() {
    for (case, answer) in answers() {
        // What the user wrote, and where, is quoted as it is.
        for line in answer.lines().filter(|line| !is_source(line)) {
            let shown = INTERNAL
                .iter()
                .copied()
                .find(|name| line.contains(name))
                .or_else(|| mangled(line));
            assert_eq!(shown, None, "in the answer to {case}:\n{answer}");
        }
    }
}

/// A name like `api_design__lint` or `__private`.
fn mangled(line: &str) -> Option<&str> {
    line.split(|char: char| !char.is_alphanumeric() && char != '_')
        .find(|word| word.contains("__") && word.contains(char::is_alphabetic))
}

/// rustc quotes the standard library where the component `rust-src` is installed, and only there.
#[test]
fn no_answer_quotes_the_standard_library() {
    for (case, answer) in answers() {
        assert!(!answer.contains("$RUST"), "in the answer to {case}:\n{answer}");
    }
}

#[test]
fn cases_are_short() {
    for case in files("rs") {
        let lines = read(&case).lines().count();
        assert!(lines <= 15, "{} has {lines} lines", case.display());
    }
}

#[test]
fn each_phase_of_the_guidelines_has_a_case_that_skips_it() {
    let cases = files("rs");
    let names: Vec<_> = cases
        .iter()
        .filter_map(|case| case.file_stem()?.to_str())
        .collect();
    let plans = [
        examples::Authentication::PLAN,
        examples::BackendDevelopment::PLAN,
        examples::DatabaseMigration::PLAN,
        examples::Microservice::PLAN,
    ];
    for plan in plans {
        for phase in plan.phases {
            let case = kebab(plan.name) + "-skips-" + &kebab(phase.name);
            assert!(names.contains(&case.as_str()), "{case} is missing");
        }
    }
}

fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(letter.to_ascii_lowercase());
    }
    kebab
}

/// A line of source code (`12 |     let run = ..`) or a place (`--> ui/fail/..`).
fn is_source(line: &str) -> bool {
    let line = line.trim_start();
    let (number, rest) = line.split_once(' ').unwrap_or((line, ""));
    let numbered = number.parse::<u32>().is_ok() && rest.trim_start().starts_with(['|', '/', '~', '+', '-']);
    numbered || line.starts_with("--> ") || line.starts_with("::: ")
}

/// The cases with what rustc says to them.
fn answers() -> Vec<(String, String)> {
    let name = |path: &Path| {
        path.file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    let all: Vec<_> = files("stderr")
        .iter()
        .map(|path| (name(path), read(path)))
        .collect();
    assert!(all.len() >= 45, "there are {} answers", all.len());
    all
}

fn files(extension: &str) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for folder in ["ui/fail", "ui/guidelines"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let entries: io::Result<Vec<_>> = fs::read_dir(folder).and_then(Iterator::collect);
        let entries = entries.expect("the folder of the cases is there");
        paths.extend(entries.iter().map(fs::DirEntry::path));
    }
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    paths
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a case is text")
}
