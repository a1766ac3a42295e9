//! Random fates: what fails, is rejected, waived, cancelled and taken back is drawn from a seed, and every backend comes
//! to the same history.
//!
//! `FATES=200/1000` draws 200 from seed 1000 on.

use tests::dice::Dice;
use tests::engine::Conduct;
use workflow_runtime::prelude::*;

use crate::deeds::{Act, Deeds};
use crate::plans::{Manned, cruise, permit};
use crate::scene::{Backend, Histories, Scene, show_what};

/// Steps whose failure leaves nothing to chance: what can begin beside them has begun when they fail.
const STEPS: [&str; 13] = [
    "Fitting.hull",
    "Fitting.rig",
    "Fitting.stow",
    "Painting.paint",
    "Sailing.chart",
    "Sailing.watch",
    "Sailing.log",
    "Landing.unload",
    "Filing.draft",
    "Review.survey",
    "Review.stamp",
    "Issuing.print",
    "undo Fitting.rig",
];
const GATES: [&str; 2] = ["Landing.inspect", "Issuing.proofread"];
const UNDOS: [&str; 3] = ["undo Fitting.hull", "undo Sailing.chart", "undo Review.survey"];

fn draw(deeds: &Deeds, dice: &mut Dice) {
    for round in ["", " r1", " r2"] {
        for attempt in ["", " a2", " a3"] {
            for step in STEPS.iter().chain(&UNDOS) {
                let act = match dice.below(12) {
                    0 => Act::Fail("by fate"),
                    1 => Act::Terminal("by fate"),
                    2 => Act::Panic("by fate"),
                    _ => continue,
                };
                deeds.at(&format!("{step}{round}{attempt}"), act);
            }
        }
        for gate in GATES {
            if dice.below(3) == 0 {
                deeds.at(&format!("{gate}{round}"), Act::Reject("by fate"));
            }
        }
    }
    if dice.below(2) == 0 {
        deeds.at("Painting.waive", Act::Waive("by fate"));
    }
}

async fn carry_out(scene: &Scene, seed: u64) {
    let manned = Manned::at(scene).await;
    let mut dice = Dice::new(seed);
    draw(manned.deeds(), &mut dice);
    let ends_undone = dice.below(3) == 0;
    sail(&manned, ends_undone).await;
    permit(&manned, &mut dice, ends_undone).await;
}

async fn sail(manned: &Manned, ends_undone: bool) {
    for _ in 0..60 {
        match manned.cruise("cruise").await {
            Ok(done) if ends_undone => {
                return take_back(manned, done.undo(&manned.crew).await.map(drop)).await;
            }
            Ok(_) => return,
            Err(halted) if halted.is_rejected() => {
                return take_back(manned, halted.run.undo(&manned.crew).await.map(drop)).await;
            }
            Err(halted) => assert!(halted.is_failed(), "{halted}"),
        }
    }
    panic!("it comes to no end");
}

async fn take_back(manned: &Manned, first: Result<(), workflow_runtime::Halted<cruise::Undo>>) {
    let mut undone = first;
    while let Err(halted) = undone {
        assert!(halted.is_failed(), "{halted}");
        drop(halted);
        let undo = cruise::Undo::resume(&manned.runtime, "cruise").await.unwrap();
        undone = undo.undo(&manned.crew).await.map(drop);
    }
}

async fn permit(manned: &Manned, dice: &mut Dice, ends_undone: bool) {
    for _ in 0..60 {
        let run = match manned.permit("permit").await {
            Ok(done) if ends_undone => done.undo(&manned.crew).await.map(drop),
            Ok(_) => return,
            Err(halted) if halted.is_failed() => continue,
            Err(halted) if halted.is_waiting() => {
                let asked = halted.cause.steps().concat();
                drop(halted);
                if dice.below(4) == 0 {
                    manned.runtime.cancel("permit").await.unwrap();
                    let again = manned.permit("permit").await.unwrap_err();
                    assert!(again.is_waiting(), "{again}");
                }
                let verdict = Verdict::pass_if(dice.below(3) > 0, "by fate");
                match &*asked {
                    "Filing.fee" => manned.pay("permit", 2).await.unwrap(),
                    "Review.sign_off" => manned.sign("permit", verdict).await.unwrap(),
                    other => panic!("it waits for {other}"),
                }
                continue;
            }
            Err(halted) => {
                assert!(halted.is_rejected(), "{halted}");
                halted.run.undo(&manned.crew).await.map(drop)
            }
        };
        let mut undone: Result<(), workflow_runtime::Halted<permit::Undo>> = run;
        while undone.is_err() {
            drop(undone);
            let undo = permit::Undo::resume(&manned.runtime, "permit").await.unwrap();
            undone = undo.undo(&manned.crew).await.map(drop);
        }
        return;
    }
    panic!("it comes to no end");
}

fn histories(backend: Backend, seed: u64) -> Histories {
    show_what(
        backend,
        &format!("fates of seed {seed}"),
        async |scene: &Scene| {
            carry_out(scene, seed).await;
        },
    )
}

#[test]
fn every_backend_comes_to_the_same_history_whatever_happens() {
    let drawn = std::env::var("FATES").unwrap_or_else(|_| "25/1".to_owned());
    let (count, first) = drawn.split_once('/').expect("as in `200/1000`");
    let (count, first): (u64, u64) = (count.parse().unwrap(), first.parse().unwrap());
    for seed in first..first + count {
        let embedded = histories(Backend::Embedded, seed);
        for conduct in [
            Conduct::Steady,
            Conduct::Slow,
            Conduct::CrashesAfterEachEntry,
            Conduct::CrashesBeforeEachResult,
        ] {
            let engine = histories(Backend::InProcess(conduct), seed);
            assert_eq!(engine, embedded, "seed {seed}, {conduct:?}");
        }
    }
}
