//! What must hold of a run that is taken back: in which order, each execution once, each with what it took and made. Worked
//! out anew from the lines that were there before; nothing here is asked of the runtime.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::Value;
use workflow_runtime::Standing;

use crate::effects::{Effect, What, Work};
use crate::entry::Entry;
use crate::plan::{undo_of, undone_by};

/// What each piece of work was given.
pub(crate) type Given = BTreeMap<Work, Value>;

/// How far a run is taken back, as its journal has it.
#[derive(Debug, Default)]
struct Undoing<'a> {
    begun: bool,
    over: bool,
    /// The round that the run is in.
    round: u32,
    /// What is to be undone, once that was begun: the first is first.
    order: Vec<Execution<'a>>,
    /// So many of them are.
    undone: usize,
}

/// A step that has an undo method, in one round.
#[derive(Debug)]
struct Execution<'a> {
    step: &'a str,
    round: u32,
    /// Its last line.
    line: usize,
    /// What it made, if it was done.
    made: Option<&'a Value>,
    /// Attempts to undo it.
    failed: u32,
}

impl<'a> Undoing<'a> {
    /// An error if the journal takes back anything out of its order, or goes on with anything else.
    fn of(lines: &'a [Value]) -> Result<Self, String> {
        let mut undoing = Undoing::default();
        for (line, entry) in lines.iter().map(Entry::of).enumerate() {
            if lines[line]["rejected"]["back_to"].is_string() && entry.round == undoing.round {
                undoing.round += 1;
            }
            undoing.follow(line, &entry).map_err(|fault| {
                let next = undoing.order.get(undoing.undone);
                format!("{fault}: {entry:?}; to be undone next: {next:?}\n{lines:#?}")
            })?;
        }
        Ok(undoing)
    }

    fn follow(&mut self, line: usize, entry: &Entry<'a>) -> Result<(), &'static str> {
        if self.over {
            return Err("recorded after `undone`");
        }
        if entry.kind == "undo_begun" && !self.begun {
            self.begun = true;
            // What came to nothing in a round that is over is only one thing that happened then.
            let round = self.round;
            let is_later = |of: &Execution<'_>| of.made.is_some() || of.round != round;
            self.order.sort_by_key(|of| (is_later(of), Reverse(of.line)));
            return Ok(());
        }
        if !self.begun {
            return self.collect(line, entry);
        }
        let next = self.order.get_mut(self.undone);
        match (entry.kind, next) {
            ("step_undone", Some(next)) if next.is_undone_by(entry) => self.undone += 1,
            ("undo_failed", Some(next)) if next.is_undone_by(entry) => next.failed += 1,
            ("undone", None) => self.over = true,
            _ => return Err("not what comes next when a run is taken back"),
        }
        Ok(())
    }

    fn collect(&mut self, line: usize, entry: &Entry<'a>) -> Result<(), &'static str> {
        match entry.kind {
            "started" | "failed" | "done" if undo_of(entry.place).is_some() => {}
            "step_undone" | "undo_failed" | "undone" => return Err("recorded before `undo_begun`"),
            _ => return Ok(()),
        }
        let made = (entry.kind == "done").then(|| entry.artifact.unwrap_or(&Value::Null));
        let is_it = |of: &&mut Execution<'_>| (of.step, of.round) == (entry.place, entry.round);
        match self.order.iter_mut().find(is_it) {
            Some(known) => (known.line, known.made) = (line, made),
            None => self.order.push(Execution {
                step: entry.place,
                round: entry.round,
                line,
                made,
                failed: 0,
            }),
        }
        Ok(())
    }

    /// How many attempts to undo that one failed.
    fn failed(&self, at: usize) -> u32 {
        let of = self.order.get(at).filter(|_| self.begun);
        of.map_or(0, |of| of.failed)
    }
}

impl Execution<'_> {
    fn is_undone_by(&self, entry: &Entry<'_>) -> bool {
        (self.step, self.round) == (entry.place, entry.round) && entry.attempt == Some(self.failed + 1)
    }
}

/// Holds what a child did to a run against the lines before and after that.
pub(crate) fn look(
    run: &str,
    before: &[Value],
    now: &[Value],
    effects: &[&Effect],
    given: &Given,
) -> Result<(), String> {
    let (was, is) = (Undoing::of(before)?, Undoing::of(now)?);
    let about = |fault: &str, effect: &Effect| Err(format!("{fault}: {effect:?}\n{is:#?}"));
    if let Some(effect) = effects.first().filter(|_| was.over) {
        return about("it was undone before", effect);
    }
    let (mut begun, mut undone) = (was.begun, was.undone);
    for effect in effects {
        let undoes = match effect.what {
            What::UndoBegan if !begun => {
                begun = true;
                continue;
            }
            What::UndoStarted | What::StepUndone | What::UndoFailed => Some(effect.place.clone()),
            What::Start | What::Half | What::Did => undone_by(&effect.place),
            What::Undone if is.over => continue,
            _ => None,
        };
        let Some(undoes) = undoes else {
            if begun {
                return about("it can only be taken back", effect);
            }
            continue;
        };
        let next = is.order.get(undone).filter(|_| begun);
        let Some(next) = next.filter(|next| (next.step, next.round) == (&*undoes, effect.round)) else {
            return about(&format!("{undone} are undone, and another is next"), effect);
        };
        if effect.attempt <= was.failed(undone) || effect.attempt > next.failed + 1 {
            return about("the attempts before it are not those in the journal", effect);
        }
        if effect.what == What::Start {
            is_given_its_own(effect, next, given)?;
        }
        undone += usize::from(effect.what == What::StepUndone);
    }
    is.leaves_nothing_out(run, given)
}

/// Whether the list of runs says of one how far it is taken back.
pub(crate) fn is_listed_so(lines: &[Value], listed: Standing) -> Result<(), String> {
    let is = Undoing::of(lines)?;
    let is_so = match listed {
        Standing::Undone => is.over,
        Standing::Undoing => is.begun && !is.over,
        _ => !is.begun,
    };
    is_so
        .then_some(())
        .ok_or_else(|| format!("is listed as {listed}: {is:#?}"))
}

/// What the step took in that round, and what it made in it.
fn is_given_its_own(start: &Effect, of: &Execution<'_>, given: &Given) -> Result<(), String> {
    let got: Vec<Value> = serde_json::from_str(&start.value).expect("what is given is a list");
    let (made, took) = got.split_last().expect("what it made is the last");
    if made != of.made.unwrap_or(&Value::Null) {
        return Err(format!(
            "{start:?} was given another artifact than that of {of:?}"
        ));
    }
    let work = (start.run.clone(), of.step.to_owned(), start.round);
    // It may have been killed before it was given anything.
    let known = given.get(&work);
    if known.is_some_and(|known| known.as_array().map(Vec::as_slice) != Some(took)) {
        return Err(format!("{start:?} was given something else than {known:?}"));
    }
    Ok(())
}

impl Undoing<'_> {
    /// Whatever was begun is among what is to be undone, recorded or not.
    fn leaves_nothing_out(&self, run: &str, given: &Given) -> Result<(), String> {
        let begun = given.keys().filter(|(of, ..)| self.begun && of == run);
        for (_, place, round) in begun {
            let is_it = |of: &Execution<'_>| of.step == place && of.round == *round;
            if undo_of(place).is_some() && !self.order.iter().any(is_it) {
                return Err(format!(
                    "`{place}` was begun in round {round}, and is not undone: {self:#?}"
                ));
            }
        }
        Ok(())
    }
}
