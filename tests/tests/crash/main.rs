//! The promise under kills: what is done is on disk before anything follows from it, so a process that is killed at any
//! moment loses no result, no step that was done is done again, and a run that is taken back is taken back once.
//!
//! `plan` is what is carried out, `effects` what it leaves beside the journal, `child` the process that is killed, `trial`
//! the one that kills it, `witness` and `undoing` what must hold, `entry` how they read a journal. `CRASHES=500` kills that
//! often at random times, and at more boundaries, also while other runs are under way; `SEED=7` repeats the chances of a
//! failure.

#![allow(missing_docs, reason = "tests")]

mod child;
mod effects;
mod entry;
mod plan;
mod trial;
mod undoing;
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
/// One run, which is taken back in the end.
const RETURNING: Fleet = Fleet {
    runs: &["returning"],
    ..ALONE
};
/// One that is taken back where it fails.
const BECALMED: Fleet = Fleet {
    runs: &["becalmed"],
    ..ALONE
};
/// One that is taken back from wherever it was killed.
const ADRIFT: Fleet = Fleet {
    runs: &["adrift"],
    ..ALONE
};
/// Several runs at once, whose results are committed together.
const CONVOY: Fleet = Fleet {
    runs: &["a", "b", "returning", "becalmed"],
    ..ALONE
};
/// One of each, with steps that take a while, so that a random moment is often within one.
const SLOW_CONVOY: Fleet = Fleet {
    runs: &["a", "returning", "becalmed", "adrift"],
    pause: Duration::from_micros(500),
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
                let ended = trial.child(&Kill::At([boundary.clone()].into()), dice);
                assert!(ended.killed, "it never came to {boundary:?}");
                // And the next one before it has done anything.
                let taken_up = Effect::of_run(&boundary.run, What::TakenUp);
                let ended = trial.child(&Kill::At([taken_up].into()), dice);
                assert!(ended.killed, "it was not taken up after {boundary:?}");
                trial.child(&Kill::Never, dice);
                trial.must_agree_with(&undisturbed.outcome);
            }
        }
    });
}

#[test]
fn a_run_killed_at_any_boundary_can_be_taken_back() {
    by_chance(|dice| {
        let undisturbed = Undisturbed::of(ADRIFT, dice);
        let mut boundaries = undisturbed.boundaries();
        if crashes() < LONG {
            // The test after this comes to those of undoing in less time.
            for boundary in undisturbed.boundaries_of_undoing() {
                boundaries.remove(boundary);
            }
        }
        for boundary in boundaries {
            let mut trial = Trial::new(ADRIFT);
            let ended = trial.child(&Kill::At([boundary.clone()].into()), dice);
            assert!(ended.killed, "it never came to {boundary:?}");
            trial.child(&Kill::Never, dice);
            trial.must_agree_with(&undisturbed.outcome);
        }
    });
}

#[test]
fn a_run_killed_at_each_boundary_of_its_undoing_is_undone() {
    by_chance(|dice| {
        for fleet in [RETURNING, BECALMED] {
            let undisturbed = Undisturbed::of(fleet, dice);
            let kinds: BTreeSet<_> = undisturbed
                .boundaries_of_undoing()
                .map(|effect| &effect.what)
                .collect();
            assert_eq!(kinds, OF_UNDOING.iter().collect());
            let mut trial = Trial::new(fleet);
            // Each child takes up what the kill before it has left. In which order siblings are undone is known only then.
            let mut left: BTreeSet<Effect> = undisturbed.boundaries_of_undoing().cloned().collect();
            while !left.is_empty() {
                let ended = trial.child(&Kill::At(left.clone()), dice);
                assert!(ended.killed, "it never came to {left:#?}");
                let boundary = ended.effects.iter().find(|effect| left.contains(*effect));
                left.remove(boundary.expect("it aborts at one of them"));
            }
            trial.child(&Kill::Never, dice);
            trial.must_agree_with(&undisturbed.outcome);
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

/// Every kind of boundary that undoing has: those of the work, and what observers are told.
const OF_UNDOING: [What; 7] = [
    What::Half,
    What::Did,
    What::UndoBegan,
    What::UndoStarted,
    What::StepUndone,
    What::UndoFailed,
    What::Undone,
];

/// What happens if nobody is killed.
struct Undisturbed {
    first: &'static str,
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
            first: fleet.runs[0],
            outcome: trial.outcome(),
            effects: ended.effects,
            took,
        }
    }

    /// Every moment that one of the runs comes to: before a step and in the middle of it, when its work is done and not
    /// yet recorded, when it is recorded; and whatever else observers are told.
    fn boundaries(&self) -> BTreeSet<&Effect> {
        let mut boundaries: BTreeSet<_> = self.effects.iter().collect();
        boundaries.retain(|effect| effect.run == self.first && is_boundary(effect));
        boundaries
    }

    /// Those since it was begun to take the run back, in their order.
    fn boundaries_of_undoing(&self) -> impl Iterator<Item = &Effect> {
        let since = self
            .effects
            .iter()
            .skip_while(|effect| effect.what != What::UndoBegan);
        since.filter(|effect| is_boundary(effect))
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

/// Nothing is between the start that an observer is told and that of the work; the next child is taken up anyhow.
fn is_boundary(effect: &Effect) -> bool {
    !matches!(effect.what, What::Start | What::TakenUp)
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
