//! Random sound plans, run in every way and through every mishap, against plain interpreters of the same data.
//!
//! `plan` makes them from seeds, and `render` writes programs that hold them all.
//!
//! Where nothing goes wrong, `interpret` says what must come of each, and `compare` holds what its steps wrote down
//! against that. Where things do, as `fate` draws them, `rules` says at each line which can be the next, and `follow`
//! holds what was written down against that.
//!
//! `RANDOM_PLANS=30/1000` runs 30 plans from seed 1000 on.

#![allow(missing_docs, reason = "tests")]

mod carry_out;
mod compare;
mod fate;
mod follow;
mod interpret;
mod plan;
mod render;
mod rules;
mod spell;
mod world;

use std::env;
use std::sync::LazyLock;

use carry_out::carry_out;
use compare::{Driven, compare};
use fate::Fate;
use follow::follow;
use interpret::{Course, interpret};
use plan::Plan;
use world::Rules;

/// How many plans there are, and the seed of the first: among them are parallel phases that are halted early.
const COUNT: usize = 10;
const SEED: u64 = 51;

#[test]
fn random_plans_run_as_the_interpreter_says() {
    let plans = plans(COUNT, SEED, Plan::random);
    let said = carry_out("random-plans", &render::ways_program(&plans), &plans);
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
fn plans(count: usize, seed: u64, plan: fn(u64) -> Plan) -> Vec<Plan> {
    let asked = env::var("RANDOM_PLANS").ok();
    let (count, seed) = match &asked {
        None => (count, seed),
        Some(asked) => {
            let (count, seed) = asked.split_once('/').unwrap_or((asked, "1"));
            (count.parse().expect("a count"), seed.parse().expect("a seed"))
        }
    };
    (seed..).take(count).map(plan).collect()
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

/// How many plans meet their fates, the seed of the first, and how many fates each has.
const TROUBLED: usize = 8;
const TROUBLED_SEED: u64 = 1;
const FATES: u64 = 20;

/// These plans, and what they wrote down.
static FATED: LazyLock<(Vec<Plan>, String)> = LazyLock::new(|| {
    let plans = plans(TROUBLED, TROUBLED_SEED, Plan::troubled);
    let said = carry_out("random-fates", &render::fates_program(&plans, fates), &plans);
    (plans, said)
});

fn fates(plan: &Plan) -> Vec<Fate> {
    (0..FATES).map(|at| Fate::random(plan, at)).collect()
}

#[test]
fn random_fates_are_met_as_the_rules_say() {
    let (plans, said) = &*FATED;
    let mut blocks = said.split("# ").skip(1);
    for plan in plans {
        for (at, fate) in fates(plan).iter().enumerate() {
            let block = blocks.next().unwrap_or_default();
            let mut notes = block.lines().map(str::trim_end);
            assert_eq!(notes.next(), Some(&*format!("{} {at}", plan.seed)));
            let notes: Vec<&str> = notes.collect();
            if let Err(fault) = follow(&Rules { plan, fate }, &notes) {
                let run = notes.join("\n");
                panic!(
                    "seed {}, fate {at}: {fault}\n{plan}\n{fate:?}\nthe run:\n{run}",
                    plan.seed
                );
            }
        }
    }
    assert_eq!(blocks.next(), None);
}

#[test]
fn random_fates_are_of_all_kinds() {
    let (_, said) = &*FATED;
    if env::var_os("RANDOM_PLANS").is_some() {
        return;
    }
    let lines: Vec<&str> = said.lines().collect();
    let count = |of: &dyn Fn(&str) -> bool| lines.iter().filter(|line| of(line)).count();
    let failed =
        |how: &'static str| move |line: &str| line.starts_with("halted failed") && line.contains(how);
    let by_hand = lines.windows(2).filter(|two| two[0].starts_with("handed in "));
    let back_by_hand = by_hand.filter(|two| two[1].starts_with("! ") && !two[1].ends_with("nowhere"));
    let kinds = [
        (
            "tried again",
            count(&|line| line.starts_with("- ") && line.ends_with(" again")),
        ),
        ("halted by a failure", count(&failed(""))),
        ("terminally", count(&failed("terminally"))),
        ("by a panic", count(&failed("panicked"))),
        (
            "after another halt",
            count(&|line| line.starts_with("> ") && line.contains(" a4 ")),
        ),
        (
            "ended in a step",
            count(&|line| line == "the process ends in a step"),
        ),
        (
            "ended after a record",
            count(&|line| line == "the process ends after a record"),
        ),
        ("handed in", count(&|line| line.starts_with("handed in "))),
        ("sent back by hand", back_by_hand.count()),
        (
            "rejected for good",
            count(&|line| line.starts_with("halted rejected")),
        ),
        ("told to the end", count(&|line| line.starts_with("= i0 "))),
    ];
    for (kind, count) in kinds {
        assert!(count >= 20, "{kind}: {count} of {kinds:?}");
    }
}
