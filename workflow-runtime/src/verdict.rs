//! What people and gates say: verdicts, rejections, waivers, and who said it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What a gate, or a check, says of what it was shown.
///
/// # Examples
///
/// ```
/// # use workflow_runtime::Verdict;
/// let findings = 3;
/// let verdict = Verdict::pass_if(findings == 0, "three findings are open");
/// assert_eq!(verdict, Verdict::reject("three findings are open"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The run may go on.
    Pass,
    /// The run may not go on, for this reason.
    Reject(String),
}

impl Verdict {
    /// A rejection with its reason.
    pub fn reject(reason: impl Into<String>) -> Self {
        Verdict::Reject(reason.into())
    }

    /// Passes if `condition` holds, else rejects with `reason`.
    pub fn pass_if(condition: bool, reason: impl Into<String>) -> Self {
        if condition {
            Verdict::Pass
        } else {
            Verdict::Reject(reason.into())
        }
    }

    /// Whether this is [`Verdict::Pass`].
    pub fn is_pass(&self) -> bool {
        matches!(self, Verdict::Pass)
    }
}

/// Why and by which gate a run was sent back or halted.
///
/// # Examples
///
/// ```
/// # use workflow_runtime::Rejection;
/// fn tell(rejection: &Rejection) -> String {
///     format!("{} said: {}", rejection.gate(), rejection.reason())
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    pub(crate) gate: String,
    pub(crate) reason: String,
    pub(crate) round: u32,
}

impl Rejection {
    /// The path of the gate, as in `Testing.quality`.
    pub fn gate(&self) -> &str {
        &self.gate
    }

    /// The reason the gate gave.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The round that was rejected: 0 for the first pass through the plan, one more after each rework.
    pub fn round(&self) -> u32 {
        self.round
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "gate `{}` rejected: {}", self.gate, self.reason)
    }
}

/// The recorded reason why an optional phase was not done.
///
/// # Examples
///
/// ```
/// # use workflow_runtime::Waiver;
/// # use workflow_runtime::Actor;
/// let waiver = Waiver::because("p99 is within budget").by(Actor::new("ada"));
/// assert_eq!(waiver.reason(), "p99 is within budget");
/// assert_eq!(waiver.actor().map(Actor::name), Some("ada"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    reason: Cow<'static, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<Actor>,
}

impl Waiver {
    /// A waiver with its reason, which is journaled.
    pub fn because(reason: impl Into<Cow<'static, str>>) -> Self {
        Waiver {
            reason: reason.into(),
            by: None,
        }
    }

    /// The same, with who decided it, which is journaled too.
    #[must_use = "who decided it is in what this returns"]
    pub fn by(self, actor: Actor) -> Self {
        Waiver {
            by: Some(actor),
            ..self
        }
    }

    /// Who decided it, if that is known.
    pub fn actor(&self) -> Option<&Actor> {
        self.by.as_ref()
    }

    /// The reason given.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

/// Who hands something in: a person or a program, by the name that the journal keeps, with what they say about it.
///
/// # Examples
///
/// ```
/// # use workflow_runtime::Actor;
/// let ada = Actor::new("ada").noting("read it twice");
/// assert_eq!((ada.name(), ada.note()), ("ada", Some("read it twice")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actor {
    name: Arc<str>,
    #[serde(skip)]
    note: Option<Arc<str>>,
}

impl Actor {
    /// An actor of that name.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Actor {
            name: name.into(),
            note: None,
        }
    }

    /// The same, with a note that the journal keeps beside what is handed in.
    #[must_use = "the note is in what this returns"]
    pub fn noting(self, note: impl Into<Arc<str>>) -> Self {
        Actor {
            note: Some(note.into()),
            ..self
        }
    }

    /// What they say about what they hand in.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
