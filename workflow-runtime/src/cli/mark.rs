//! How a phase or step stands, for people: a word, a sign and a colour, so that none of them is needed alone.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

/// How a phase or step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mark {
    /// Its turn has not come.
    Open,
    /// It is next: whoever drives the run begins with it.
    Ready,
    /// Somebody drives the run, and this is what it is at.
    Running,
    /// A person is asked.
    Waiting,
    Done,
    /// Its last attempt failed, and the run halted over it.
    Failed,
    /// A gate said no, and the run halted over it.
    Rejected,
    /// The optional phase was waived.
    Skipped,
    /// It was done, and taken back.
    Undone,
}

impl Mark {
    /// All of them, for a legend.
    pub(crate) const ALL: [Mark; 9] = [
        Mark::Open,
        Mark::Ready,
        Mark::Running,
        Mark::Waiting,
        Mark::Done,
        Mark::Failed,
        Mark::Rejected,
        Mark::Skipped,
        Mark::Undone,
    ];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Mark::Open => "open",
            Mark::Ready => "next",
            Mark::Running => "running",
            Mark::Waiting => "waiting",
            Mark::Done => "done",
            Mark::Failed => "failed",
            Mark::Rejected => "rejected",
            Mark::Skipped => "skipped",
            Mark::Undone => "undone",
        }
    }

    /// In a sentence about what it is of.
    pub(crate) fn told(self) -> &'static str {
        match self {
            Mark::Open => "is open",
            Mark::Ready => "is next",
            Mark::Running => "is running",
            Mark::Waiting => "is waiting",
            Mark::Done => "is done",
            Mark::Failed => "failed",
            Mark::Rejected => "was rejected",
            Mark::Skipped => "was skipped",
            Mark::Undone => "was undone",
        }
    }

    pub(crate) fn sign(self) -> &'static str {
        match self {
            Mark::Open => "·",
            Mark::Ready => "○",
            Mark::Running => "▶",
            Mark::Waiting => "?",
            Mark::Done => "✓",
            Mark::Failed => "✗",
            Mark::Rejected => "!",
            Mark::Skipped => "»",
            Mark::Undone => "↶",
        }
    }

    /// In a terminal.
    pub(crate) fn style(self) -> Style {
        let style = Style::new();
        match self {
            Mark::Open => style.dimmed(),
            Mark::Ready => style,
            Mark::Running => style.fg_color(Some(AnsiColor::Cyan.into())),
            Mark::Waiting => style.fg_color(Some(AnsiColor::Yellow.into())).bold(),
            Mark::Done => style.fg_color(Some(AnsiColor::Green.into())),
            Mark::Failed | Mark::Rejected => style.fg_color(Some(AnsiColor::Red.into())).bold(),
            Mark::Skipped => style.fg_color(Some(AnsiColor::Blue.into())),
            Mark::Undone => style.fg_color(Some(AnsiColor::Magenta.into())),
        }
    }
}

/// How everything of a run stands: the phases of its plan, and its steps, numbered through all phases as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marks {
    pub(crate) phases: Vec<Mark>,
    pub(crate) steps: Vec<Mark>,
}
