//! What every section of the report looks at, and the small things that all of them show.

use std::time::SystemTime;

use maud::{Markup, html};

use super::chain::Chain;
use super::text::{Cut, Text};
use crate::cli::actions::Action;
use crate::cli::mark::Mark;
use crate::cli::moment::{readable, rfc3339};
use crate::cli::view::{StepView, View};
use crate::history::{RecordKind, Signature};

/// A run, on its way to paper.
pub(super) struct Page<'a> {
    pub(super) view: &'a View,
    pub(super) actions: &'a [Action],
    pub(super) now: SystemTime,
    pub(super) chain: Chain,
    pub(super) budget: Budget,
    /// Whether anything has a time: in memory nothing has.
    pub(super) is_timed: bool,
}

/// How much is shown of what may be long: a page of a run of 1,000 steps stays under 2 MB. What is left of that, the
/// artifacts share.
pub(super) struct Budget {
    /// Bytes of an error, a reason, a note, or what an attempt said.
    pub(super) text: usize,
    /// Attempts and waits of a step, the newest.
    pub(super) attempts: usize,
    /// Lines of the log, the newest.
    pub(super) records: usize,
}

impl Budget {
    /// Each squeeze halves all of it.
    fn of(view: &View, squeezes: u32) -> Self {
        let tells = |kind: &RecordKind| match kind {
            RecordKind::StepDone { said, by, .. } => usize::from(!said.is_empty() || by.is_some()),
            RecordKind::StepFailed { .. } => 2,
            RecordKind::Rejected { .. } | RecordKind::UndoFailed { .. } => 1,
            _ => 0,
        };
        let texts: usize = view
            .history
            .records
            .iter()
            .map(|record| tells(&record.kind))
            .sum();
        let share = |whole: usize, number: usize| (whole / number.max(1)).clamp(160, 4_096);
        Budget {
            text: (share(200_000, texts) >> squeezes).max(40),
            attempts: ((4_000 / view.steps.len().max(1)).clamp(3, 40) >> squeezes).max(1),
            records: (2_500 >> squeezes).max(100),
        }
    }
}

impl<'a> Page<'a> {
    pub(super) fn of(view: &'a View, actions: &'a [Action], now: SystemTime, squeezes: u32) -> Self {
        Page {
            view,
            actions,
            now,
            chain: Chain::longest(view, now),
            budget: Budget::of(view, squeezes),
            is_timed: view.history.records.iter().any(|record| record.at.is_some()),
        }
    }

    /// A text of any origin and length, in its own direction.
    pub(super) fn told(&self, text: &str) -> Markup {
        html! { bdi { (Cut { text, budget: self.budget.text }) } }
    }

    /// What a command of the plan's program needs, to be about this run; an id that a shell would read otherwise is left to
    /// the reader.
    pub(super) fn of_run(&self) -> String {
        let id = self.view.id();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        match id.chars().all(is_plain) && !id.starts_with('-') {
            true => format!(" --run {id}"),
            false => String::new(),
        }
    }

    /// Who decided, as what, and what they say about it.
    pub(super) fn signed(&self, by: &Signature) -> Markup {
        html! {
            bdi { (Text(&by.by)) }
            @if let Some(role) = &by.role { " as " (Text(role)) }
            @if let Some(note) = &by.note { ": “" (self.told(note)) "”" }
        }
    }

    /// The class of a name: what is on the longest chain gets its sign, and the words for it, from the style sheet.
    pub(super) fn chained(&self, step: usize) -> Option<&'static str> {
        self.chain.has(step).then_some("chained")
    }

    /// What the pointer is told over a bar. The row says it too, so a large page does without.
    pub(super) fn tip(&self, text: impl FnOnce() -> String) -> Option<String> {
        (self.view.steps.len() <= 300).then(text)
    }

    /// As many of a step's attempts or waits as are shown.
    pub(super) fn newest<'s, T>(&self, all: &'s [T]) -> &'s [T] {
        &all[all.len().saturating_sub(self.budget.attempts)..]
    }

    /// Which pass through the plan; nothing in a run that never went back.
    pub(super) fn pass(&self, round: u32) -> Option<String> {
        (self.view.round > 0).then(|| pass(round))
    }
}

pub(super) fn pass(round: u32) -> String {
    match round {
        0 => "first pass".to_owned(),
        _ => format!("rework {round}"),
    }
}

/// When that pass was.
pub(super) fn during(round: u32) -> String {
    match round {
        0 => "in the first pass".to_owned(),
        _ => format!("in {}", pass(round)),
    }
}

/// How something stands. The sign before the word comes from the style sheet, where it can be kept from screen readers.
pub(super) fn mark(mark: Mark) -> Markup {
    html! { span class={ "m " (mark.word()) } { (mark.word()) } }
}

pub(super) fn time(at: SystemTime) -> Markup {
    html! { time datetime=(rfc3339(at)) { (readable(at)) } }
}

pub(super) fn maybe_time(at: Option<SystemTime>) -> Markup {
    at.map_or_else(|| html! { "–" }, time)
}

/// A link to where a step is told of.
pub(super) fn link(step: &StepView) -> Markup {
    html! { a href={ "#step-" (step.path) } { (step.path) } }
}

/// A part of the page that may be wider than the screen: it scrolls by itself, with the keyboard too.
pub(super) fn wide(name: &str, content: &Markup) -> Markup {
    html! { div class="wide" role="group" tabindex="0" aria-label=(name) { (content) } }
}
