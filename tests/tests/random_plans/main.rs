//! Random sound plans, run in every way, against a plain interpreter of the same data.
//!
//! `plan` makes them from seeds, `render` writes one program that holds them all, `interpret` says what must come of
//! each, `compare` holds what its steps wrote down against that. `RANDOM_PLANS=30/1000` runs 30 plans from seed 1000 on.

#![allow(missing_docs, reason = "tests")]

mod compare;
mod interpret;
mod plan;
mod render;
mod spell;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use compare::{Driven, compare};
use interpret::{Course, interpret};
use plan::Plan;

/// How many plans there are, and the seed of the first: among them are parallel phases that are halted early.
const COUNT: usize = 10;
const SEED: u64 = 51;

#[test]
fn random_plans_run_as_the_interpreter_says() {
    let plans = plans();
    let said = carried_out(&plans);
    let mut blocks = said.split("# ").skip(1);
    for plan in &plans {
        let course = interpret(plan);
        for _ in 0..12 {
            let block = blocks
                .next()
                .unwrap_or_else(|| panic!("no word of seed {}:\n{said}", plan.seed));
            agrees(plan, &course, block);
        }
    }
    assert_eq!(blocks.next(), None);
}

fn agrees(plan: &Plan, course: &Course, block: &str) {
    let mut lines = block.lines().map(str::to_owned);
    let title = lines.next().unwrap_or_default();
    let notes: Vec<String> = lines.map(|line| line.trim_end().to_owned()).collect();
    let words: Vec<&str> = title.split(' ').collect();
    let [seed, way, _, resumed, ..] = words[..] else {
        panic!("{title}");
    };
    assert_eq!(seed, plan.seed.to_string());
    let run_from = match (way, resumed) {
        ("Run", "at") => 0,
        // Two phases are driven one by one before that.
        ("Run", _) => 2,
        _ => usize::MAX,
    };
    let driven = Driven {
        by_step: way == "Step",
        run_from,
    };
    if let Err(fault) = compare(plan, course, driven, &notes) {
        panic!(
            "seed {title}: {fault}\n{plan}\nthe run:\n{}\nexpected:\n{course:#?}",
            notes.join("\n")
        );
    }
}

/// As many as are asked for, from a seed on.
fn plans() -> Vec<Plan> {
    let asked = env::var("RANDOM_PLANS").ok();
    let (count, seed) = match &asked {
        None => (COUNT, SEED),
        Some(asked) => {
            let (count, seed) = asked.split_once('/').unwrap_or((asked, "1"));
            (count.parse().expect("a count"), seed.parse().expect("a seed"))
        }
    };
    (seed..).take(count).map(Plan::random).collect()
}

/// What the plans wrote down, all in one program.
fn carried_out(plans: &[Plan]) -> String {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = temporary.join("random_plans");
    write(&folder, plans);
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

fn write(folder: &Path, plans: &[Plan]) {
    let root: PathBuf = [env!("CARGO_MANIFEST_DIR"), ".."].iter().collect();
    let runtime = root.join("workflow-runtime");
    let manifest = format!(
        "[package]\nname = \"random-plans\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         workflow-runtime = {{ path = {runtime:?} }}\n\
         tokio = {{ version = \"1\", default-features = false, features = [\"macros\", \"rt\", \"time\"] }}\n\n\
         [profile.dev]\ndebug = \"line-tables-only\"\n\n[workspace]\n"
    );
    fs::create_dir_all(folder.join("src")).expect("a folder for the program");
    fs::write(folder.join("Cargo.toml"), manifest).expect("its manifest");
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).expect("the same versions");
    let (source, program) = (folder.join("src/main.rs"), render::program(plans));
    // The same program need not be built again.
    if fs::read_to_string(&source).ok() != Some(program.clone()) {
        fs::write(source, program).expect("its source");
    }
}

/// The comparison would be worth little if these plans were all of a kind.
#[test]
fn random_plans_are_of_all_kinds() {
    let courses: Vec<_> = (SEED..)
        .take(COUNT)
        .map(|seed| interpret(&Plan::random(seed)))
        .collect();
    let visits: Vec<_> = courses.iter().flat_map(|course| &course.visits).collect();
    let count = |of: &dyn Fn(&interpret::Visit) -> bool| visits.iter().filter(|visit| of(visit)).count();
    assert!(count(&|visit| visit.back_to.is_some()) >= 10, "{courses:#?}");
    assert!(count(&|visit| visit.waived) >= 5, "{courses:#?}");
    assert!(
        count(&|visit| visit.given.iter().any(|given| given.contains('-'))) >= 3,
        "{courses:#?}"
    );
    assert!(
        courses.iter().any(|course| course.artifacts.is_none()),
        "{courses:#?}"
    );
    assert!(
        courses.iter().filter(|course| course.artifacts.is_some()).count() >= 5,
        "{courses:#?}"
    );
}
