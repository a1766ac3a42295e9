//! Artifacts and inputs at and over what the engine takes.

use std::time::Duration;

use crate::desk::{Desk, STRAW};

#[test]
fn an_artifact_that_the_engine_does_not_take_fails_its_step() {
    for step in ["Loading.lift", "Crossing.cook"] {
        let bulky = format!("{step} 33");
        let Some((desk, _worker)) = Desk::ferrying(&[("FERRY_BULKY", &bulky)]) else {
            return;
        };
        let said = desk.run_within(Duration::from_secs(50), &["run", "--input", "straw.toml"]);
        println!("{}", said.err);
        said.ends(1)
            .tells(step)
            .tells("33 MiB long")
            .tells("keep it elsewhere");
    }
}

#[test]
fn an_artifact_of_some_size_is_kept_and_shown() {
    let Some((desk, _worker)) = Desk::ferrying(&[("FERRY_BULKY", "Crossing.cook 15")]) else {
        return;
    };
    desk.run_within(Duration::from_secs(50), &["run", "--input", "straw.toml"])
        .ends(0);
    let shown = desk.run_within(Duration::from_secs(50), &["show", "cook"]);
    assert!(shown.out.len() > 15 << 20, "{}", shown.err);
}

#[test]
fn an_input_that_the_engine_does_not_take_is_refused() {
    let Some((desk, _worker)) = Desk::ferrying(&[]) else {
        return;
    };
    let goods = "straw".repeat((40 << 20) / 5);
    desk.folder.write("much.toml", STRAW.replace("straw", &goods));
    let said = desk.run_within(Duration::from_secs(50), &["run", "--input", "much.toml"]);
    println!("{}", said.err);
    said.ends(1)
        .tells("40 MiB")
        .tells("  fix: keep the bulk of it elsewhere");
}
