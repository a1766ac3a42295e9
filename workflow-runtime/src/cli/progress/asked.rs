//! What is told of the people who are waited for: since when, and how they answer.

use std::collections::HashMap;
use std::time::SystemTime;

use crate::cli::actions::Asking;
use crate::cli::desk::Desk;
use crate::cli::fault::Fault;
use crate::cli::view::View;
use crate::observe::RunEventKind;

/// Of each manual step and gate, by its path.
#[derive(Default)]
pub(crate) struct Asked {
    since: HashMap<String, SystemTime>,
    commands: HashMap<String, Vec<String>>,
}

impl Asked {
    /// Of a run that waits until somebody answers: so the commands are told while it does.
    pub(crate) fn while_waiting(desk: &Desk, id: &str) -> Result<Self, Fault> {
        let roster = desk.roster()?;
        let asking = Asking {
            desk,
            roster,
            id,
            plan: desk.plan,
        };
        let steps = (0..desk.layout.step_count()).map(crate::layout::index);
        let manual = steps.filter(|step| desk.layout.step(*step).manual);
        let commands = manual.map(|step| {
            let path = desk.layout.path(step);
            let actions = asking.hand_ins(path, desk.layout.step(step));
            let commands = actions.into_iter().filter_map(|action| action.command);
            (path.to_owned(), commands.collect())
        });
        Ok(Asked {
            commands: commands.collect(),
            since: HashMap::new(),
        })
    }

    /// With what was asked before the run is taken up.
    pub(crate) fn with_waits_of(self, view: Option<&View>) -> Self {
        let waiting = view.into_iter().flat_map(View::waiting);
        let since = waiting.filter_map(|step| Some((step.path.clone(), step.waits.last()?.from?)));
        Asked {
            since: since.collect(),
            ..self
        }
    }

    /// Since when the step waits that begins to.
    pub(super) fn since(&self, kind: &RunEventKind<'_>) -> SystemTime {
        let since = match kind {
            RunEventKind::Waiting { step } => self.since.get(*step).copied(),
            _ => None,
        };
        since.unwrap_or_else(SystemTime::now)
    }

    /// How the step is answered that begins to wait.
    pub(super) fn commands(&self, kind: &RunEventKind<'_>) -> &[String] {
        match kind {
            RunEventKind::Waiting { step } => self.commands.get(*step).map_or(&[], Vec::as_slice),
            _ => &[],
        }
    }
}
