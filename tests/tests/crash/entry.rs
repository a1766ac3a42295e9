//! A line of a journal, and how it belongs to what was done and told.

use serde_json::Value;

use crate::effects::{Effect, What, Work};
use crate::plan::{PURSER, RACING, SLOWEST, undo_of, undone_by};

/// A line of a journal.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) kind: &'a str,
    pub(crate) place: &'a str,
    pub(crate) round: u32,
    pub(crate) attempt: Option<u32>,
    /// Who handed it in.
    pub(crate) by: Option<&'a str>,
    pub(crate) artifact: Option<&'a Value>,
}

impl<'a> Entry<'a> {
    pub(crate) fn of(line: &'a Value) -> Self {
        let line = line.as_object().and_then(|line| line.iter().next());
        let (kind, of) = line.expect("a line is an object of one kind");
        let text = |field: &str| of.get(field).and_then(Value::as_str);
        let number = |field: &str| u32::try_from(of.get(field)?.as_u64()?).ok();
        Entry {
            kind,
            place: text("step")
                .or(text("gate"))
                .or(text("phase"))
                .unwrap_or_default(),
            round: number("round").unwrap_or(0),
            attempt: number("attempt"),
            // What stands was handed in before.
            by: text("by").filter(|_| kind != "stands"),
            artifact: of.get("artifact"),
        }
    }

    /// All of a run.
    pub(crate) fn all(lines: Option<&'a Vec<Value>>) -> impl Iterator<Item = Self> + 'a {
        lines.into_iter().flatten().map(Entry::of)
    }

    pub(crate) fn is_at(&self, effect: &Effect) -> bool {
        self.place == effect.place && self.round == effect.round
    }

    fn is_attempt(&self, effect: &Effect) -> bool {
        self.is_at(effect) && self.attempt == Some(effect.attempt)
    }

    /// Whether what an observer was told stands here.
    pub(crate) fn keeps(&self, told: &Effect) -> bool {
        let is = |kind: &str| self.kind == kind;
        match told.what {
            What::Begun => is("begun"),
            What::StepDone => is("done") && self.is_attempt(told),
            What::StepFailed => is("failed") && self.is_attempt(told),
            What::Rejected => is("rejected") && self.is_at(told),
            What::Waiting => is("waiting") && self.is_at(told),
            What::Stands => is("stands") && self.is_at(told),
            What::Waived => is("waived") && self.is_at(told),
            What::HandedIn => (is("done") || is("rejected")) && self.by == Some(PURSER) && self.is_at(told),
            What::StepStarted if undo_of(&told.place).is_some() => is("started") && self.is_attempt(told),
            What::UndoBegan => is("undo_begun"),
            What::StepUndone => is("step_undone") && self.is_attempt(told),
            What::UndoFailed => is("undo_failed") && self.is_attempt(told),
            What::Undone => is("undone"),
            // Of these nothing is written.
            What::TakenUp | What::StepStarted | What::PhaseDone | What::Finished | What::UndoStarted => true,
            What::Start | What::Half | What::Did | What::Made => true,
        }
    }

    /// Whether work that was begun is over by what stands here.
    pub(crate) fn settles(&self, start: &Effect) -> bool {
        // Whether a phase is waived is decided when it is waived, or when something of it is done.
        if let Some(phase) = start.place.strip_suffix(".waive") {
            let is_of_it = self.place.split('.').next() == Some(phase);
            return is_of_it && self.round == start.round;
        }
        if undone_by(&start.place).is_some() {
            return match self.kind {
                "step_undone" => self.is_of(start),
                "undo_failed" => self.is_of(start) && self.attempt == Some(start.attempt),
                _ => false,
            };
        }
        match self.kind {
            "done" | "rejected" => self.is_at(start),
            "failed" => self.is_attempt(start),
            _ => false,
        }
    }

    /// Whether it says that an attempt at that work failed.
    pub(crate) fn fails(&self, (_, place, round): &Work) -> bool {
        let place_here = match self.kind {
            "failed" => self.place.to_owned(),
            "undo_failed" => self.worked_at(),
            _ => return false,
        };
        place_here == *place && self.round == *round
    }

    /// Whether this is what somebody did.
    pub(crate) fn came_of(&self, deed: &Effect) -> bool {
        if self.by.is_some() {
            return deed.what == What::HandedIn && self.is_at(deed);
        }
        let is_attempt = self.attempt.is_none_or(|attempt| attempt == deed.attempt);
        deed.what == What::Did && self.is_of(deed) && is_attempt
    }

    /// Whether it comes of work, or of what was handed in; the others say what is to come, or what came of other lines.
    pub(crate) fn needs_work(&self) -> bool {
        let needs_none = ["begun", "waiting", "started", "stands", "undo_begun", "undone"];
        !needs_none.contains(&self.kind)
    }

    /// What a line says whatever was killed: how long something took depends on that, and how often it was begun.
    pub(crate) fn lasting(&self, line: &Value) -> Option<String> {
        let counts_starts = undo_of(self.place).is_some() && matches!(self.kind, "done" | "failed");
        let varies: &[&str] = match self.kind {
            "started" => return None,
            _ if counts_starts => &["took_ms", "attempt"],
            _ => &["took_ms"],
        };
        Some(without(line, varies))
    }

    /// Whether it is a matter of chance that it is there at all: it was handed in as the run was sent back.
    pub(crate) fn may_be_extra(&self) -> bool {
        self.kind == "done" && self.round == 0 && self.place == RACING
    }

    /// Whether chance can have left it out, or a kill: the run had moved on when it was in flight.
    pub(crate) fn may_be_missing(&self) -> bool {
        self.may_be_extra() || self.kind == "done" && self.round == 0 && self.place == SLOWEST
    }

    fn is_of(&self, deed: &Effect) -> bool {
        self.worked_at() == deed.place && self.round == deed.round
    }

    /// Where the work that this comes of is written down.
    fn worked_at(&self) -> String {
        match self.kind {
            "waived" => format!("{}.waive", self.place),
            "step_undone" | "undo_failed" => undo_of(self.place).unwrap_or_default(),
            _ => self.place.to_owned(),
        }
    }
}

/// A line without some of its fields.
pub(crate) fn without(line: &Value, fields: &[&str]) -> String {
    let mut line = line.clone();
    let kinds = line.as_object_mut().into_iter().flatten();
    for of in kinds.filter_map(|(_, of)| of.as_object_mut()) {
        of.retain(|field, _| !fields.contains(&field.as_str()));
    }
    line.to_string()
}
