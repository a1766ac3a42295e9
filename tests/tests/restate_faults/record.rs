//! What runs of the ferry did, as their steps noted it, and in which order.

use std::collections::{BTreeMap, BTreeSet};

use ::tests::ferry::STAGES;

/// A line that says that something was killed.
pub(crate) const KILL: &str = "KILL";

/// The attempts that were begun, by run.
#[derive(Debug)]
pub(crate) struct Record {
    runs: BTreeMap<String, Vec<Begun>>,
}

/// An attempt that was begun.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Begun {
    /// Its place in [`STAGES`].
    stage: usize,
    /// As in `Loading.lift 2`.
    what: String,
    /// How much was killed before it.
    kills: usize,
}

impl Record {
    pub(crate) fn of(effects: &str) -> Self {
        let mut runs: BTreeMap<String, Vec<Begun>> = BTreeMap::new();
        let mut kills = 0;
        for line in effects.lines() {
            if line == KILL {
                kills += 1;
                continue;
            }
            let (run, what) = line.split_once(' ').expect("a run and an attempt");
            let stage = STAGES.iter().position(|stage| stage.contains(&what));
            let begun = Begun {
                stage: stage.unwrap_or_else(|| panic!("`{run}` has no `{what}`")),
                what: what.to_owned(),
                kills,
            };
            runs.entry(run.to_owned()).or_default().push(begun);
        }
        Record { runs }
    }

    pub(crate) fn runs(&self) -> usize {
        self.runs.len()
    }

    /// Each run did everything, and nothing was begun again after something that comes after it had begun.
    pub(crate) fn is_in_order(&self) {
        for (run, begun) in &self.runs {
            assert!(
                begun.is_sorted_by_key(|begun| begun.stage),
                "{run} went back to what it had done: {begun:?}"
            );
            let did: BTreeSet<&str> = begun.iter().map(|begun| &*begun.what).collect();
            let all: BTreeSet<&str> = STAGES.iter().flat_map(|stage| stage.iter().copied()).collect();
            assert_eq!(did, all, "{run}");
        }
    }

    /// How often something was done again.
    pub(crate) fn repeats(&self) -> usize {
        let repeats = |begun: &Vec<Begun>| {
            begun.len()
                - begun
                    .iter()
                    .map(|begun| &begun.what)
                    .collect::<BTreeSet<_>>()
                    .len()
        };
        self.runs.values().map(repeats).sum()
    }

    /// What was done again had something killed since it was begun: without that, nothing is in flight twice.
    pub(crate) fn repeats_only_after_a_kill(&self) {
        for (run, begun) in &self.runs {
            let mut seen = BTreeSet::new();
            for begun in begun {
                assert!(seen.insert(begun), "{run} did it twice without a kill: {begun:?}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Record;
    use ::tests::ferry::STAGES;

    fn all() -> Vec<String> {
        let all = STAGES.iter().flat_map(|stage| stage.iter());
        all.map(|what| format!("a {what}")).collect()
    }

    #[test]
    fn what_is_in_flight_may_be_done_again() {
        let mut lines = all();
        lines.insert(1, "a Loading.weigh 1".to_owned());
        lines.insert(1, "KILL".to_owned());
        let record = Record::of(&lines.join("\n"));
        record.is_in_order();
        record.repeats_only_after_a_kill();
        assert_eq!(record.repeats(), 1);
    }

    #[test]
    #[should_panic(expected = "without a kill")]
    fn nothing_is_done_twice_without_a_kill() {
        let mut lines = all();
        lines.insert(1, lines[0].clone());
        Record::of(&lines.join("\n")).repeats_only_after_a_kill();
    }

    #[test]
    #[should_panic(expected = "went back")]
    fn a_member_is_not_done_again_once_the_next_phase_has_begun() {
        let mut lines = all();
        lines.push(lines[4].clone());
        Record::of(&lines.join("\n")).is_in_order();
    }
}
