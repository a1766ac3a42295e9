//! How long rustc takes to check a plan with its team, beside the same steps written by hand as plain async functions.
//!
//! `cargo bench -p tests --bench check_time`. Generates crates below the target folder, builds their dependencies
//! once, then measures `cargo check` of each (incremental compilation off), in turns, medians of five, less the time
//! of an empty crate.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

/// How often each crate is checked.
const ROUNDS: usize = 5;
/// How many artifact types the steps share.
const TYPES: usize = 20;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("check_time");
    let crates = [
        ("empty", "fn main() {}\n".to_owned()),
        ("hand_20x50", by_hand(20, 50)),
        ("plan_20x50", plan(20, 50)),
        ("plan_5x20", plan(5, 20)),
        ("chain_100x1", plan(100, 1)),
    ];
    for (name, source) in &crates {
        write_crate(&folder, &root, name, source);
        check(&folder, name);
    }
    let mut times = vec![Vec::new(); crates.len()];
    for _ in 0..ROUNDS {
        for ((name, _), times) in crates.iter().zip(&mut times) {
            times.push(check(&folder, name));
        }
    }
    let medians: Vec<Duration> = times.into_iter().map(median).collect();
    let over_empty = |at: usize| medians[at].saturating_sub(medians[0]).as_secs_f64();
    println!(
        "cargo check, median of {ROUNDS}, over an empty crate ({:.2} s):",
        medians[0].as_secs_f64()
    );
    for (at, (name, _)) in crates.iter().enumerate().skip(1) {
        println!("  {name:12} {:6.3} s", over_empty(at));
    }
    println!(
        "  plan 20x50 over by hand: {:.2} times (target 1.5)",
        over_empty(2) / over_empty(1)
    );
    println!(
        "  plan 20x50 over 5x20:    {:.2} times (target 12)",
        over_empty(2) / over_empty(3)
    );
    println!("  chain of 100 phases:     {:.3} s (target 0.5)", over_empty(4));
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn write_crate(folder: &Path, root: &Path, name: &str, source: &str) {
    let source_folder = folder.join(name).join("src");
    fs::create_dir_all(&source_folder).expect("a folder for the crate");
    let runtime = root.join("workflow-runtime");
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         workflow-runtime = {{ path = {runtime:?} }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\n[workspace]\n"
    );
    fs::write(folder.join(name).join("Cargo.toml"), manifest).expect("its manifest");
    fs::copy(root.join("Cargo.lock"), folder.join(name).join("Cargo.lock")).expect("the same versions");
    fs::write(source_folder.join("main.rs"), source).expect("its source");
}

fn check(folder: &Path, name: &str) -> Duration {
    let main = folder.join(name).join("src/main.rs");
    let source = fs::read(&main).expect("its source");
    fs::write(&main, source).expect("touched");
    let started = Instant::now();
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["check", "--quiet", "--offline"])
        .current_dir(folder.join(name))
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("CARGO_INCREMENTAL", "0")
        .stderr(Stdio::inherit())
        .status()
        .expect("cargo runs");
    assert!(status.success(), "`{name}` does not check");
    started.elapsed()
}

fn types() -> String {
    let mut text = String::from("#![allow(dead_code)]\nuse workflow_runtime::prelude::*;\n");
    for ty in 0..TYPES {
        writeln!(
            text,
            "#[derive(serde::Serialize, serde::Deserialize)]\npub struct T{ty}(pub u64);"
        )
        .expect("text");
    }
    text
}

/// The steps with what each takes and makes: the artifact of the one before it.
fn steps(phases: usize, steps: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..phases).flat_map(move |phase| (0..steps).map(move |step| (phase, step, phase * steps + step)))
}

fn method(at: usize) -> String {
    let (from, to) = (at % TYPES, (at + 1) % TYPES);
    format!(
        "    async fn s{at}(&self, _: &StepContext, a{at}: &T{from}) -> StepResult<T{to}> {{ Ok(T{to}(a{at}.0 + 1)) }}\n"
    )
}

fn plan(phases: usize, per_phase: usize) -> String {
    let mut text = types();
    text.push_str("workflow! {\n    pub workflow Large(a0: T0) {\n");
    for (phase, step, at) in steps(phases, per_phase) {
        if step == 0 {
            writeln!(text, "        phase P{phase} {{").expect("text");
        }
        writeln!(
            text,
            "            step s{at}(a{at}) -> a{}: T{};",
            at + 1,
            (at + 1) % TYPES
        )
        .expect("text");
        if step + 1 == per_phase {
            text.push_str("        }\n");
        }
    }
    text.push_str("    }\n}\npub struct Team;\n");
    for (phase, step, at) in steps(phases, per_phase) {
        if step == 0 {
            writeln!(text, "impl large::P{phase} for Team {{").expect("text");
        }
        text.push_str(&method(at));
        if step + 1 == per_phase {
            text.push_str("}\n");
        }
    }
    text.push_str(
        "pub async fn run(runtime: &Runtime, team: &std::sync::Arc<Team>) -> Result<(), large::Halted> {\n    \
         Large::run(runtime, \"large\", team, T0(0)).await.map(drop)\n}\nfn main() {}\n",
    );
    text
}

fn by_hand(phases: usize, per_phase: usize) -> String {
    let mut text = types();
    text.push_str("pub struct Team;\nimpl Team {\n");
    for (_, _, at) in steps(phases, per_phase) {
        text.push_str(&method(at));
    }
    for (phase, step, at) in steps(phases, per_phase) {
        if step == 0 {
            let from = at % TYPES;
            let to = (at + per_phase) % TYPES;
            writeln!(
                text,
                "    async fn p{phase}(&self, cx: &StepContext, a{at}: &T{from}) -> StepResult<T{to}> {{"
            )
            .expect("text");
        }
        let reference = if step == 0 { "" } else { "&" };
        writeln!(
            text,
            "        let a{} = self.s{at}(cx, {reference}a{at}).await?;",
            at + 1
        )
        .expect("text");
        if step + 1 == per_phase {
            writeln!(text, "        Ok(a{})\n    }}", at + 1).expect("text");
        }
    }
    text.push_str("}\nfn main() {}\n");
    text
}
