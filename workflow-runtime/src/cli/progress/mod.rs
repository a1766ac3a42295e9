//! What is seen while a run goes on: in a terminal the phase, its steps and what they say, drawn again and again; else a
//! line as each thing happens; for scripts an event a line. `scene` is what goes on, `rows` is how it looks, `screen`
//! draws it, and `pen` is the thread on which all of that is written, so that no driver waits for a terminal.

mod asked;
mod event;
mod pen;
mod rows;
mod scene;
mod screen;
mod told;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anstyle::Style;

pub(crate) use self::asked::Asked;
pub(crate) use self::event::EventDocument;
use self::pen::Pen;
use self::scene::Scene;
use self::told::{Told, command, told};
use crate::cli::columns::{self, width};
use crate::cli::desk::Desk;
use crate::cli::fault::{Code, Fault};
use crate::cli::harmless::in_a_line;
use crate::cli::view::View;
use crate::observe::{Observer, RunEvent, RunEventKind};
use crate::plan::Plan;

/// Shows what happens; clones are the same one.
#[derive(Clone)]
pub(crate) struct Progress {
    shown: Arc<Shown>,
}

struct Shown {
    form: Form,
    plan: &'static Plan,
    begun: Instant,
    asked: Asked,
    pen: Pen,
}

/// How it is shown.
enum Form {
    /// A document a line.
    Documents,
    /// A line as each thing happens, with the time.
    Lines,
    /// What goes on, below the lines that are worth keeping.
    Picture(Arc<Mutex<Scene>>),
}

impl Progress {
    /// The clock starts. `view`: what was done already; `asked`: what is told of those who are asked.
    pub(crate) fn begin(desk: &Desk, view: Option<&View>, asked: Asked) -> Result<Self, Fault> {
        let output = desk.output;
        let form = match (output.is_lines(), output.draws()) {
            (true, _) => Form::Documents,
            (_, true) => {
                let scene = Scene::new(Arc::clone(&desk.layout), view);
                Form::Picture(Arc::new(Mutex::new(scene)))
            }
            _ => Form::Lines,
        };
        let scene = match &form {
            Form::Picture(scene) => Some(Arc::clone(scene)),
            _ => None,
        };
        let pen = Pen::new(output, scene).map_err(|error| {
            Fault::new(Code::Io, format!("the program cannot start its threads: {error}"))
        })?;
        Ok(Progress {
            shown: Arc::new(Shown {
                form,
                plan: desk.plan,
                begun: Instant::now(),
                asked,
                pen,
            }),
        })
    }

    /// Nothing more happens; all that did is written when this returns.
    pub(crate) fn end(&self) {
        let Shown { form, pen, .. } = &*self.shown;
        if let Form::Picture(scene) = form {
            let scene = locked(scene);
            if let Some((phase, since)) = scene.phase {
                pen.line(scene.phase_row(phase, Some(since.elapsed()), room()) + "\n");
            }
        }
        pen.end();
    }
}

impl Observer for Progress {
    fn observe(&self, event: &RunEvent<'_>) {
        let Shown { form, pen, .. } = &*self.shown;
        match form {
            Form::Documents => pen.document(EventDocument::line(event)),
            Form::Lines => {
                if let Some(told) = told(self.shown.plan, &event.kind) {
                    pen.line(self.shown.timed(&told, &event.kind));
                }
            }
            Form::Picture(scene) => {
                for line in self.shown.kept(&mut locked(scene), &event.kind) {
                    pen.line(line);
                }
            }
        }
    }
}

impl Shown {
    /// With the time since the beginning.
    fn timed(&self, told: &Told, kind: &RunEventKind<'_>) -> String {
        let dim = Style::new().dimmed();
        let time = format!("[{:7.2} s] ", self.begun.elapsed().as_secs_f64());
        let line = told.line(&format!("{dim}{time}{dim:#}"), time.len(), usize::MAX);
        line + &self.commands(kind)
    }

    /// Takes in what happened, and yields what is to stay of it.
    fn kept(&self, scene: &mut Scene, kind: &RunEventKind<'_>) -> Vec<String> {
        let since = scene.phase;
        let was_over = match kind {
            // It was over before this run of the program, and was told with those that were.
            RunEventKind::PhaseDone { phase } => since.is_none() && scene.is_over(phase),
            _ => false,
        };
        scene.take_in(kind, self.asked.since(kind));
        let line = |told: Option<Told>| told.map(|told| told.line("", 0, room())).into_iter().collect();
        match kind {
            // What goes on shows these, and when the phase is over they are in its row.
            RunEventKind::Began
            | RunEventKind::StepStarted { .. }
            | RunEventKind::Said { .. }
            | RunEventKind::StepDone { .. } => Vec::new(),
            RunEventKind::PhaseDone { .. } if was_over => Vec::new(),
            RunEventKind::PhaseDone { phase } => {
                let number = scene.layout.phase_named(phase);
                let time = since.filter(|(current, _)| Some(*current) == number);
                let time = time.map(|(_, since)| since.elapsed());
                let row = number.map(|number| scene.phase_row(number, time, room()) + "\n");
                row.into_iter().collect()
            }
            RunEventKind::TakenUp { .. } => {
                let mut lines: Vec<_> = line(told(self.plan, kind));
                let over: Vec<_> = scene.over_before().collect();
                let rows = over
                    .into_iter()
                    .map(|phase| scene.phase_row(phase, None, room()) + "\n");
                lines.extend(rows);
                lines
            }
            RunEventKind::Waiting { .. } => {
                let mut lines: Vec<_> = line(told(self.plan, kind));
                lines
                    .iter_mut()
                    .for_each(|line| line.push_str(&self.commands(kind)));
                lines
            }
            _ => line(told(self.plan, kind)),
        }
    }

    /// For whom it waits, and how they answer.
    fn commands(&self, kind: &RunEventKind<'_>) -> String {
        self.asked
            .commands(kind)
            .iter()
            .map(|line| command(line))
            .collect()
    }
}

/// An event of one of many runs as a document in a line.
pub(crate) fn document(event: &RunEvent<'_>) -> String {
    EventDocument::line(event)
}

/// The same for people, if it is worth a line.
pub(crate) fn line(plan: &Plan, event: &RunEvent<'_>) -> Option<String> {
    let dim = Style::new().dimmed();
    let run = in_a_line(event.run);
    let told = told(plan, &event.kind)?;
    Some(told.line(&format!("{dim}{run}{dim:#}  "), width(&run) + 2, usize::MAX))
}

/// How wide lines that stay may be.
fn room() -> usize {
    columns::of_stderr()
}

fn locked(scene: &Mutex<Scene>) -> MutexGuard<'_, Scene> {
    scene.lock().unwrap_or_else(PoisonError::into_inner)
}
