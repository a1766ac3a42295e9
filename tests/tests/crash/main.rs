//! The promise under kills: what is done is on disk before anything follows from it, so a process that is killed at any
//! moment loses no result, and no step that was done is done again.
//!
//! `plan` is what is carried out, `effects` what it leaves beside the journal, `child` the process that is killed, `trial`
//! the one that kills it, `witness` what must hold. `CRASHES=500` kills that often at random times, and at each boundary
//! also while other runs are under way; `SEED=7` repeats the chances of a failure.

#![allow(missing_docs, reason = "tests")]

mod child;
mod effects;
mod plan;
mod trial;
mod witness;

use std::collections::BTreeSet;
use std::env;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};

use child::Errand;
use effects::{Effect, What};
use tests::dice::Dice;
use trial::{Fleet, Kill, Made, Trial};
use witness::Journals;

/// Kills at random times that hit something, unless `CRASHES` says how many.
const CRASHES: usize = 40;
/// From so many on, there is time for everything.
const LONG: usize = 500;

/// Then what is left is done in peace.
const MOST_KILLS_OF_A_FILE: usize = 12;

/// One run, as fast as it can.
const ALONE: Fleet = Fleet {
    runs: &["a"],
    pause: Duration::ZERO,
};
/// Several runs at once, whose results are committed together.
const CONVOY: Fleet = Fleet {
    runs: &["a", "b", "c"],
    pause: Duration::ZERO,
};
/// The same with steps that take a while, so that a random moment is often within one.
const SLOW_CONVOY: Fleet = Fleet {
    pause: Duration::from_micros(500),
    ..CONVOY
};

/// The other process: does nothing unless one of the tests below starts it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_a_child_process() {
    if let Some(errand) = Errand::given() {
        errand.carry_out().await;
    }
}

#[test]
fn a_run_killed_at_any_boundary_goes_on_there() {
    let fleets: &[Fleet] = if crashes() >= LONG {
        &[ALONE, CONVOY]
    } else {
        &[ALONE]
    };
    by_chance(|dice| {
        for fleet in fleets {
            let undisturbed = Undisturbed::of(*fleet, dice);
            for boundary in undisturbed.boundaries() {
                let mut trial = Trial::new(*fleet);
                let ended = trial.child(&Kill::At(boundary.clone()), dice);
                assert!(ended.killed, "it never came to {boundary:?}");
                // And the next one before it has done anything.
                let taken_up = Effect {
                    run: boundary.run.clone(),
                    what: What::TakenUp,
                    place: String::new(),
                    round: 0,
                    attempt: 0,
                };
                let ended = trial.child(&Kill::At(taken_up), dice);
                assert!(ended.killed, "it was not taken up after {boundary:?}");
                trial.child(&Kill::Never, dice);
                trial.must_agree_with(&undisturbed.outcome);
            }
        }
    });
}

#[test]
fn runs_killed_at_random_times_go_on_there() {
    by_chance(|dice| {
        let undisturbed = Undisturbed::of(SLOW_CONVOY, dice);
        let (mut kills, mut files) = (0, 0);
        while kills < crashes() {
            files += 1;
            assert!(files < 10 * crashes(), "only {kills} kills hit anything");
            let mut trial = Trial::new(SLOW_CONVOY);
            let hits = (0..MOST_KILLS_OF_A_FILE)
                .map_while(|_| trial.child(&undisturbed.some_time(dice), dice).hit())
                .collect::<Vec<bool>>();
            if hits.len() == MOST_KILLS_OF_A_FILE {
                trial.child(&Kill::Never, dice);
            }
            kills += hits.iter().filter(|hit| **hit).count();
            trial.must_agree_with(&undisturbed.outcome);
        }
    });
}

/// What happens if nobody is killed.
struct Undisturbed {
    outcome: (Made, Journals),
    effects: Vec<Effect>,
    took: Duration,
}

impl Undisturbed {
    fn of(fleet: Fleet, dice: &mut Dice) -> Self {
        let mut trial = Trial::new(fleet);
        let began = Instant::now();
        let ended = trial.child(&Kill::Never, dice);
        let took = began.elapsed();
        assert!(!ended.killed, "nobody kills it");
        Undisturbed {
            outcome: trial.outcome(),
            effects: ended.effects,
            took,
        }
    }

    /// Every moment that one of the runs comes to: before a step and in the middle of it, when its work is done and not
    /// yet recorded, when it is recorded; and whatever else observers are told.
    fn boundaries(&self) -> BTreeSet<&Effect> {
        let first = &self.effects[0].run;
        // Nothing is between the start that an observer is told and that of the work; the next child is taken up anyhow.
        let counts = |what: &What| !matches!(what, What::Start | What::TakenUp);
        let mut boundaries: BTreeSet<_> = self.effects.iter().collect();
        boundaries.retain(|effect| effect.run == *first && counts(&effect.what));
        boundaries
    }

    /// Counted from when the child is started, which may be before it opens the file; or from something that it does.
    fn some_time(&self, dice: &mut Dice) -> Kill {
        let within = |time: Duration, dice: &mut Dice| time * dice.below(1000) as u32 / 1000;
        if dice.percent(40) {
            return Kill::After(within(self.took, dice));
        }
        let lines = 1 + dice.below(self.effects.len() / 3);
        Kill::AfterLines(lines, within(Duration::from_millis(3), dice))
    }
}

fn crashes() -> usize {
    let asked = env::var("CRASHES").ok();
    asked.map_or(CRASHES, |asked| asked.parse().expect("`CRASHES` is a number"))
}

/// With chances of their own in each run, which a failure tells.
fn by_chance(test: impl FnOnce(&mut Dice)) {
    let asked = env::var("SEED").ok();
    let seed = asked.map_or_else(
        || RandomState::new().build_hasher().finish(),
        |asked| asked.parse().expect("`SEED` is a number"),
    );
    let _told = TellsSeed(seed);
    test(&mut Dice::new(seed));
}

struct TellsSeed(u64);

impl Drop for TellsSeed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("SEED={} repeats it", self.0);
        }
    }
}
