//! What must hold of a file after each kill, whatever the kill hit. Reads journals and effects; starts nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::effects::{Effect, What};
use crate::plan::{PURSER, SLOWEST, Voyage};

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
    starts: BTreeMap<Effect, u32>,
    /// How often a kill hit it in flight.
    cut_off: BTreeMap<Effect, u32>,
}

impl Witness {
    /// Holds what is there now against what was there before, and against what was done in between.
    pub(crate) fn look(&mut self, journals: Journals, deeds: &Deeds<'_>) -> Result<(), String> {
        self.nothing_is_gone(&journals)?;
        self.no_step_ran_twice(&journals, deeds)?;
        nothing_told_is_lost(&journals, deeds.effects)?;
        nothing_told_is_lost(&journals, deeds.handed_in)?;
        nothing_began_too_early(&journals, deeds.effects)?;
        self.all_that_is_new_was_done(&journals, deeds)?;
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

    /// Each piece of work is begun once, and once more for each kill that hit it in flight; never when it is recorded.
    fn no_step_ran_twice(&mut self, journals: &Journals, deeds: &Deeds<'_>) -> Result<(), String> {
        let started = |effect: &&Effect| effect.what == What::Start;
        for start in deeds.effects.iter().filter(started) {
            if is_settled(&self.journals, start) {
                return Err(format!("it is recorded, and was begun again: {start:?}"));
            }
            let starts = self.starts.entry(start.clone()).or_default();
            *starts += 1;
            let cut_off = self.cut_off.get(start).copied().unwrap_or(0);
            if *starts > 1 + cut_off {
                return Err(format!(
                    "begun {starts} times, cut off {cut_off} times: {start:?}"
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
            *self.cut_off.entry(start.clone()).or_default() += 1;
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
                let needs_work = !matches!(entry.kind, "begun" | "waiting");
                if needs_work && !among.iter().any(is_it) {
                    return Err(format!("nobody did it, and it is recorded of `{run}`: {entry:?}"));
                }
            }
        }
        Ok(())
    }

    /// At the end the journal says what that of an undisturbed run says, artifacts and all.
    pub(crate) fn agrees_with(&self, undisturbed: &Journals) -> Result<(), String> {
        for (run, lines) in undisturbed {
            let mut here = BTreeSet::new();
            for line in self.journals.get(run).into_iter().flatten() {
                if !here.insert(line.to_string()) {
                    return Err(format!("twice in the journal of `{run}`: {line}"));
                }
            }
            let there: BTreeSet<_> = lines.iter().map(Value::to_string).collect();
            if let Some(line) = here.difference(&there).next() {
                return Err(format!(
                    "in the journal of `{run}`, and not in an undisturbed one: {line}"
                ));
            }
            let missing = lines.iter().filter(|line| !here.contains(&line.to_string()));
            if let Some(line) = missing.map(Entry::of).find(|line| !line.may_be_missing()) {
                return Err(format!("missing in the journal of `{run}`: {line:?}"));
            }
        }
        Ok(())
    }

    /// What was last seen.
    pub(crate) fn journals(&self) -> &Journals {
        &self.journals
    }
}

/// What anybody was told to be so is in the journal.
fn nothing_told_is_lost(journals: &Journals, told: &[Effect]) -> Result<(), String> {
    for effect in told {
        let lines = journals.get(&effect.run).into_iter().flatten();
        if !lines.map(Entry::of).any(|entry| entry.keeps(effect)) {
            return Err(format!("it was told, and is not in the journal: {effect:?}"));
        }
    }
    Ok(())
}

/// A step that began was preceded by all that the plan has before it, and by its own failures, each on disk.
fn nothing_began_too_early(journals: &Journals, effects: &[Effect]) -> Result<(), String> {
    for start in effects.iter().filter(|effect| effect.what == What::StepStarted) {
        let lines = journals.get(&start.run).into_iter().flatten();
        let entries: Vec<_> = lines.map(Entry::of).collect();
        let has = |entry: &dyn Fn(&Entry<'_>) -> bool| entries.iter().any(entry);
        let before = before(&start.place).into_iter().find(|before| {
            let is_done = |entry: &Entry<'_>| entry.kind == "done" && entry.place == before.path;
            let round = u64::from(start.round);
            let in_round = |entry: &Entry<'_>| match before.in_its_round {
                true => entry.round == round,
                false => entry.round <= round,
            };
            let is_waived = |entry: &Entry<'_>| entry.kind == "waived" && entry.place == before.phase;
            !has(&|entry| in_round(entry) && (is_done(entry) || is_waived(entry)))
        });
        if let Some(before) = before {
            return Err(format!("`{}` was not recorded before {start:?}", before.path));
        }
        for attempt in 1..start.attempt {
            let failed = |entry: &Entry<'_>| entry.kind == "failed" && entry.is_at(start);
            if !has(&|entry| failed(entry) && entry.attempt == Some(u64::from(attempt))) {
                return Err(format!("attempt {attempt} was not recorded before {start:?}"));
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
    let lines = journals.get(&start.run).into_iter().flatten();
    lines.map(Entry::of).any(|entry| entry.settles(start))
}

/// A line of a journal.
#[derive(Debug)]
struct Entry<'a> {
    kind: &'a str,
    place: &'a str,
    round: u64,
    attempt: Option<u64>,
    by: Option<&'a str>,
}

impl<'a> Entry<'a> {
    fn of(line: &'a Value) -> Self {
        let line = line.as_object().and_then(|line| line.iter().next());
        let (kind, of) = line.expect("a line is an object of one kind");
        let text = |field: &str| of.get(field).and_then(Value::as_str);
        Entry {
            kind,
            place: text("step")
                .or(text("gate"))
                .or(text("phase"))
                .unwrap_or_default(),
            round: of.get("round").and_then(Value::as_u64).unwrap_or(0),
            attempt: of.get("attempt").and_then(Value::as_u64),
            by: text("by"),
        }
    }

    fn is_at(&self, effect: &Effect) -> bool {
        self.place == effect.place && self.round == u64::from(effect.round)
    }

    /// Whether what an observer was told stands here.
    fn keeps(&self, told: &Effect) -> bool {
        let is = |kind: &str| self.kind == kind && self.is_at(told);
        match told.what {
            What::Begun => is("begun"),
            What::StepDone => is("done") && self.attempt == Some(u64::from(told.attempt)),
            What::Rejected => is("rejected"),
            What::Waiting => is("waiting"),
            What::Waived => is("waived"),
            What::HandedIn => (is("done") || is("rejected")) && self.by == Some(PURSER),
            // Of these nothing is written, or not yet.
            What::TakenUp | What::StepStarted | What::StepFailed | What::PhaseDone | What::Finished => true,
            What::Start | What::Half | What::Did | What::Made => true,
        }
    }

    /// Whether work that was begun is over by what stands here.
    fn settles(&self, start: &Effect) -> bool {
        // Whether a phase is waived is decided when it is waived, or when something of it is done.
        if let Some(phase) = start.place.strip_suffix(".waive") {
            let is_of_it = self.place.split('.').next() == Some(phase);
            return is_of_it && self.round == u64::from(start.round);
        }
        match self.kind {
            "done" | "rejected" => self.is_at(start),
            "failed" => self.is_at(start) && self.attempt == Some(u64::from(start.attempt)),
            _ => false,
        }
    }

    /// Whether this is what somebody did.
    fn came_of(&self, deed: &Effect) -> bool {
        if self.by.is_some() {
            return deed.what == What::HandedIn && self.is_at(deed);
        }
        let is_attempt = self
            .attempt
            .is_none_or(|attempt| attempt == u64::from(deed.attempt));
        let place = match self.kind {
            "waived" => deed.place.strip_suffix(".waive").unwrap_or_default(),
            _ => &deed.place,
        };
        deed.what == What::Did && self.place == place && self.round == u64::from(deed.round) && is_attempt
    }

    /// Whether a kill can have taken it away for good: the run had moved on when it was in flight.
    fn may_be_missing(&self) -> bool {
        self.kind == "done" && self.place == SLOWEST && self.round == 0
    }
}
