//! The page on programs: its program is an example, and what it shows of a terminal is what that prints.

use std::fs;

use tests::page::{Page, root};

fn page() -> Page {
    Page::open("workflow-runtime/docs/program.md")
}

#[test]
fn the_program_is_the_example() {
    let source = fs::read_to_string(root().join("examples/article/main.rs")).expect("the example");
    let start = source.find("use std::path").expect("its first import");
    assert_eq!(page().blocks("rust,no_run")[0], &source[start..]);
}

#[cfg(unix)]
#[test]
fn the_sessions_are_what_the_program_prints() {
    page().is_real(&tests::page::example("article"));
}
