//! What must hold of a file after each kill, whatever the kill hit. Reads journals and effects; starts nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::effects::{Effect, What, Work};
use crate::entry::{Entry, without};
use crate::plan::{Fate, Voyage, undo_of};
use crate::undoing::{self, Given};

/// The lines of each run.
pub(crate) type Journals = BTreeMap<String, Vec<Value>>;

/// What a child did, and how it ended.
pub(crate) struct Deeds<'a> {
    pub(crate) effects: &'a [Effect],
    /// What all who handed in until now were told.
    pub(crate) handed_in: &'a [Effect],
    /// Its runs are at their end, and it was not killed.
    pub(crate) came_to_the_end: bool,
}

/// Remembers what was seen of a file.
#[derive(Debug, Default)]
pub(crate) struct Witness {
    journals: Journals,
    /// How often each piece of work was begun.
    starts: BTreeMap<Work, usize>,
    /// How often a kill hit it in flight.
    cut_off: BTreeMap<Work, usize>,
    given: Given,
}

impl Witness {
    /// Holds what is there now against what was there before, and against what was done in between.
    pub(crate) fn look(&mut self, journals: Journals, deeds: &Deeds<'_>) -> Result<(), String> {
        self.nothing_is_gone(&journals)?;
        self.no_step_ran_twice(&journals, deeds)?;
        nothing_told_is_lost(&journals, deeds.effects)?;
        nothing_told_is_lost(&journals, deeds.handed_in)?;
        nothing_began_too_early(&journals, deeds.effects)?;
        attempts_follow_each_other(&journals)?;
        self.all_that_is_new_was_done(&journals, deeds)?;
        self.work_is_given_the_same(deeds.effects)?;
        self.what_is_undone_is_undone_right(&journals, deeds)?;
        self.journals = journals;
        Ok(())
    }

    fn nothing_is_gone(&self, journals: &Journals) -> Result<(), String> {
        for (run, before) in &self.journals {
            let now = journals.get(run).map_or(&[][..], Vec::as_slice);
            if !now.starts_with(before) {
                return Err(format!(
                    "the journal of `{run}` was\n{before:#?}\nand is\n{now:#?}"
                ));
            }
        }
        Ok(())
    }

    /// Each piece of work is begun once, and once more for each failure and for each kill that hit it in flight; never when
    /// it is recorded.
    fn no_step_ran_twice(&mut self, journals: &Journals, deeds: &Deeds<'_>) -> Result<(), String> {
        let started = |effect: &&Effect| effect.what == What::Start;
        for start in deeds.effects.iter().filter(started) {
            if is_settled(&self.journals, start) {
                return Err(format!("it is recorded, and was begun again: {start:?}"));
            }
            let work = start.work();
            let entries = Entry::all(journals.get(&start.run));
            let failed = entries.filter(|entry| entry.fails(&work)).count();
            let cut_off = self.cut_off.get(&work).copied().unwrap_or(0);
            let starts = self.starts.entry(work).or_default();
            *starts += 1;
            if *starts > 1 + failed + cut_off {
                return Err(format!(
                    "begun {starts} times, failed {failed} times, cut off {cut_off} times: {start:?}"
                ));
            }
        }
        for start in deeds.effects.iter().filter(started) {
            if is_settled(journals, start) {
                continue;
            }
            if deeds.came_to_the_end {
                return Err(format!("nobody was killed, and it is not recorded: {start:?}"));
            }
            *self.cut_off.entry(start.work()).or_default() += 1;
        }
        Ok(())
    }

    /// Whoever does it, and however often.
    fn work_is_given_the_same(&mut self, effects: &[Effect]) -> Result<(), String> {
        for start in effects.iter().filter(|effect| effect.what == What::Start) {
            let value = serde_json::from_str(&start.value).expect("what is given is JSON");
            let given = self
                .given
                .entry(start.work())
                .or_insert_with(|| Value::clone(&value));
            if *given != value {
                return Err(format!("it was given {given} before: {start:?}"));
            }
        }
        Ok(())
    }

    fn what_is_undone_is_undone_right(&self, journals: &Journals, deeds: &Deeds<'_>) -> Result<(), String> {
        for (run, lines) in journals {
            let before = self.journals.get(run).map_or(&[][..], Vec::as_slice);
            let effects: Vec<_> = deeds.effects.iter().filter(|effect| effect.run == *run).collect();
            undoing::look(run, before, lines, &effects, &self.given)?;
        }
        Ok(())
    }

    /// What came into the journal was done by the child, or handed in.
    fn all_that_is_new_was_done(&self, journals: &Journals, deeds: &Deeds<'_>) -> Result<(), String> {
        for (run, lines) in journals {
            let seen = self.journals.get(run).map_or(0, Vec::len);
            for entry in lines[seen..].iter().map(Entry::of) {
                let is_it = |effect: &Effect| effect.run == *run && entry.came_of(effect);
                let among = match entry.by {
                    Some(_) => deeds.handed_in,
                    None => deeds.effects,
                };
                if entry.needs_work() && !among.iter().any(is_it) {
                    return Err(format!("nobody did it, and it is recorded of `{run}`: {entry:?}"));
                }
            }
        }
        Ok(())
    }

    /// At the end the journal says what that of an undisturbed run says, artifacts and all.
    pub(crate) fn agrees_with(&self, undisturbed: &Journals) -> Result<(), String> {
        for (run, there) in undisturbed {
            let lines = self.journals.get(run).map_or(&[][..], Vec::as_slice);
            let mut seen = BTreeSet::new();
            for line in lines {
                if !seen.insert(without(line, &["took_ms"])) {
                    return Err(format!("twice in the journal of `{run}`: {line}"));
                }
            }
            // Where it is taken back depends on when it was killed.
            if Fate::of(run) == Fate::Drifts {
                continue;
            }
            let (here, there) = (lasting(lines), lasting(there));
            let is_extra = |line, entry: &Entry<'_>| !there.contains_key(line) && !entry.may_be_extra();
            if let Some((line, _)) = here.iter().find(|(line, entry)| is_extra(*line, entry)) {
                return Err(format!(
                    "in the journal of `{run}`, and not in an undisturbed one: {line}"
                ));
            }
            let is_missing = |line, entry: &Entry<'_>| !here.contains_key(line) && !entry.may_be_missing();
            if let Some((line, _)) = there.iter().find(|(line, entry)| is_missing(*line, entry)) {
                return Err(format!("missing in the journal of `{run}`: {line}"));
            }
        }
        Ok(())
    }

    /// The steps that failed until now.
    pub(crate) fn failures(&self) -> Vec<Work> {
        let of_run = |(run, lines): (&String, &Vec<Value>)| {
            let failed = lines.iter().map(Entry::of).filter(|entry| entry.kind == "failed");
            let work = |entry: Entry<'_>| (run.clone(), entry.place.to_owned(), entry.round);
            failed.map(work).collect::<Vec<_>>()
        };
        self.journals.iter().flat_map(of_run).collect()
    }

    /// What was last seen.
    pub(crate) fn journals(&self) -> &Journals {
        &self.journals
    }
}

/// What lines say that lasts.
fn lasting(lines: &[Value]) -> BTreeMap<String, Entry<'_>> {
    let entries = lines.iter().map(|line| (line, Entry::of(line)));
    entries
        .filter_map(|(line, entry)| Some((entry.lasting(line)?, entry)))
        .collect()
}

/// What anybody was told to be so is in the journal.
fn nothing_told_is_lost(journals: &Journals, told: &[Effect]) -> Result<(), String> {
    for effect in told {
        if !Entry::all(journals.get(&effect.run)).any(|entry| entry.keeps(effect)) {
            return Err(format!("it was told, and is not in the journal: {effect:?}"));
        }
    }
    Ok(())
}

/// A step that began was preceded by all that the plan has before it, and by its own failures, each on disk.
fn nothing_began_too_early(journals: &Journals, effects: &[Effect]) -> Result<(), String> {
    for start in effects.iter().filter(|effect| effect.what == What::StepStarted) {
        let entries: Vec<_> = Entry::all(journals.get(&start.run)).collect();
        let has = |entry: &dyn Fn(&Entry<'_>) -> bool| entries.iter().any(entry);
        let before = before(&start.place).into_iter().find(|before| {
            let is_passed = |entry: &Entry<'_>| matches!(entry.kind, "done" | "stands");
            let is_done = |entry: &Entry<'_>| is_passed(entry) && entry.place == before.path;
            let in_round = |entry: &Entry<'_>| match before.in_its_round {
                true => entry.round == start.round,
                false => entry.round <= start.round,
            };
            let is_waived = |entry: &Entry<'_>| entry.kind == "waived" && entry.place == before.phase;
            !has(&|entry| in_round(entry) && (is_done(entry) || is_waived(entry)))
        });
        if let Some(before) = before {
            return Err(format!("`{}` was not recorded before {start:?}", before.path));
        }
        for attempt in 1..start.attempt {
            // An attempt that can be undone counts when it is begun, so it may also have been interrupted.
            let failed = Effect {
                what: What::StepFailed,
                attempt,
                ..start.clone()
            };
            let may_be_cut_off = undo_of(&start.place).is_some() && !effects.contains(&failed);
            let kinds: &[&str] = if may_be_cut_off {
                &["failed", "started"]
            } else {
                &["failed"]
            };
            let is_it = |entry: &Entry<'_>| kinds.contains(&entry.kind) && entry.is_at(start);
            if !has(&|entry| is_it(entry) && entry.attempt == Some(attempt)) {
                return Err(format!("attempt {attempt} was not recorded before {start:?}"));
            }
        }
    }
    Ok(())
}

/// Attempts at a step that can be undone are counted by their beginnings, each recorded, and what comes of one has its
/// number.
fn attempts_follow_each_other(journals: &Journals) -> Result<(), String> {
    for (run, lines) in journals {
        let mut begun: BTreeMap<(&str, u32), u32> = BTreeMap::new();
        let entries = lines.iter().map(Entry::of);
        for entry in entries.filter(|entry| undo_of(entry.place).is_some()) {
            let begun = begun.entry((entry.place, entry.round)).or_default();
            match entry.kind {
                "started" => *begun += 1,
                "done" | "failed" => {}
                _ => continue,
            }
            if entry.attempt != Some(*begun) {
                return Err(format!("of `{run}`, after {begun} beginnings: {entry:?}"));
            }
        }
    }
    Ok(())
}

/// A step that comes before another.
struct Before {
    phase: &'static str,
    path: String,
    /// Sending the run back takes back whole phases: what is of the same phase is of the same round.
    in_its_round: bool,
}

/// What must be done before that step may begin.
fn before(path: &str) -> Vec<Before> {
    let plan = Voyage::PLAN;
    let Some((phase, step)) = plan.step(path) else {
        return Vec::new();
    };
    let mut before = Vec::new();
    for of in plan.phases {
        let in_its_round = of.name == phase.name;
        let mut steps: Vec<_> = of.steps.iter().collect();
        if in_its_round && of.parallel {
            steps.retain(|other| step.takes.iter().any(|take| other.yields == Some(take.artifact)));
        } else if in_its_round {
            let own = of.steps.iter().position(|other| other.name == step.name);
            steps.truncate(own.unwrap_or_default());
        }
        before.extend(steps.into_iter().map(|other| Before {
            phase: of.name,
            path: format!("{}.{}", of.name, other.name),
            in_its_round,
        }));
        if in_its_round {
            break;
        }
    }
    before
}

/// Whether a piece of work is recorded, so that it must not be done again.
fn is_settled(journals: &Journals, start: &Effect) -> bool {
    Entry::all(journals.get(&start.run)).any(|entry| entry.settles(start))
}
