//! What went wrong, for people and for scripts: one envelope, and an exit code each.

use std::fmt;

use serde::Serialize;

use crate::error::{Cause, Kind, RuntimeError};

/// Something that kept a verb from doing what it was asked to.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) code: Code,
    /// In one sentence, or more if there is more to say.
    pub(crate) message: String,
    /// What it is about: a step's path, `run ID`, or `FILE:LINE`.
    pub(crate) target: Option<String>,
    /// What to do about it: a command where there is one.
    pub(crate) fix: Option<String>,
}

/// What kind of fault it is; part of the contract for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Code {
    /// A step failed, after its retries.
    StepFailed,
    /// A gate rejected, and no rework is left.
    GateRejected,
    /// Undoing a step failed, after its retries.
    UndoFailed,
    /// The team could not be set up.
    TeamFailed,
    /// Something could not be written or read: the disk, the network.
    Io,
    /// The command line is not understood.
    Usage,
    /// A file that was given is not what is asked for.
    Input,
    /// There is no run, step, phase or file of that name.
    NotFound,
    /// A name means more than one thing.
    Ambiguous,
    /// The step does not wait for what was handed in.
    NotWaiting,
    /// Somebody else drives the run.
    Held,
    /// The plan was edited in a way that changes what the journal means.
    PlanChanged,
    /// The run was begun with other inputs, or by another workflow.
    OtherRun,
    /// The run is at its end.
    Over,
    /// The run was taken back, or is being taken back.
    Undone,
    /// It is against a rule of the plan or the roster.
    Refused,
    /// The journal is not as it was recorded.
    Damaged,
    /// Somebody stopped it.
    Interrupted,
}

impl Code {
    /// The status of the program: 1 a step or gate failed, 2 usage or input, 3 not legal now, 4 the journal does not
    /// verify, 130 interrupted.
    pub(crate) fn exit(self) -> u8 {
        match self {
            Code::StepFailed | Code::GateRejected | Code::UndoFailed | Code::TeamFailed | Code::Io => 1,
            Code::Usage | Code::Input | Code::NotFound | Code::Ambiguous => 2,
            Code::NotWaiting
            | Code::Held
            | Code::PlanChanged
            | Code::OtherRun
            | Code::Over
            | Code::Undone
            | Code::Refused => 3,
            Code::Damaged => 4,
            Code::Interrupted => 130,
        }
    }
}

/// As scripts get it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Envelope {
    pub(crate) severity: Severity,
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) target: Option<String>,
    pub(crate) fix: Option<String>,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Severity {
    Error,
}

impl Fault {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Fault {
            code,
            message: message.into(),
            target: None,
            fix: None,
        }
    }

    pub(crate) fn of(self, target: impl Into<String>) -> Self {
        Fault {
            target: Some(target.into()),
            ..self
        }
    }

    pub(crate) fn fix(self, fix: impl Into<String>) -> Self {
        Fault {
            fix: Some(fix.into()),
            ..self
        }
    }

    pub(crate) fn envelope(&self) -> Envelope {
        Envelope {
            severity: Severity::Error,
            code: self.code,
            message: self.message.clone(),
            target: self.target.clone(),
            fix: self.fix.clone(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<RuntimeError> for Fault {
    fn from(error: RuntimeError) -> Self {
        let kind = error.kind();
        let code = match kind {
            Kind::Store => Code::Io,
            Kind::Damaged => Code::Damaged,
            Kind::Place => Code::Input,
            Kind::Held | Kind::Fenced | Kind::Exists => Code::Held,
            Kind::Unknown => Code::NotFound,
            Kind::OtherWorkflow | Kind::OtherInputs => Code::OtherRun,
            Kind::PlanChanged | Kind::Artifact => Code::PlanChanged,
            Kind::NotWaiting => Code::NotWaiting,
            Kind::Refused => Code::Refused,
            Kind::Undone => Code::Undone,
            Kind::Over => Code::Over,
        };
        let message = error.to_string();
        // Said to those who program; whoever hands in by a program sees what can be done meanwhile.
        let message = message.trim_end_matches("; drive the run until it halts there");
        // After the semicolon comes a remedy, but in these comes the reason.
        let gives_reason = matches!(kind, Kind::NotWaiting | Kind::Refused | Kind::Over)
            || message.contains("is not waiting");
        match message.rsplit_once("; ") {
            Some((message, fix)) if !fix.contains('\n') && !gives_reason => {
                Fault::new(code, message).fix(fix)
            }
            _ => Fault::new(code, message),
        }
    }
}

impl From<&Cause> for Fault {
    fn from(cause: &Cause) -> Self {
        if let Some(error) = cause.journal() {
            return error.clone().into();
        }
        let code = match (cause.is_cancelled(), cause.is_rejected(), cause.is_undo()) {
            (true, ..) => Code::Interrupted,
            (_, true, _) => Code::GateRejected,
            (.., true) => Code::UndoFailed,
            _ => Code::StepFailed,
        };
        let message = cause.to_string();
        let message = message
            .rsplit_once("; ")
            .map_or(message.as_str(), |(message, _)| message);
        let fault = Fault::new(code, message);
        match cause.steps().first() {
            Some(step) => fault.of(*step),
            None => fault,
        }
    }
}
