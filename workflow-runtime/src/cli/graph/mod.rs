//! A plan as a picture: Mermaid text for documents, DOT for Graphviz, and an SVG of our own that needs neither.
//!
//! In goes a plan, and how a run of it stands if one is shown; out comes text. Nothing here reads a journal, and nothing
//! fails: a plan that came from one, with positions that lead nowhere, is drawn as far as it goes.

mod boxes;
mod dot;
mod flow;
mod lanes;
mod lead;
mod letters;
mod mermaid;
mod palette;
mod place;
mod svg;
mod words;

#[cfg(test)]
mod tests;

use crate::cli::mark::{Mark, Marks};
use crate::plan::Plan;

/// A plan to be drawn, with how a run of it stands, if one is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Picture<'a> {
    pub(crate) plan: &'static Plan,
    pub(crate) marks: Option<&'a Marks>,
}

impl Picture<'_> {
    fn phase_mark(&self, phase: usize) -> Option<Mark> {
        self.marks?.phases.get(phase).copied()
    }

    fn step_mark(&self, step: usize) -> Option<Mark> {
        self.marks?.steps.get(step).copied()
    }

    /// The marks that occur, as a legend lists them.
    fn legend(&self) -> Vec<Mark> {
        let occurs = |mark: &Mark| {
            self.marks
                .is_some_and(|marks| marks.phases.contains(mark) || marks.steps.contains(mark))
        };
        Mark::ALL.into_iter().filter(occurs).collect()
    }
}
