//! What to do about a fault of a run, as commands of this program: the errors of the runtime speak to those who program.

use crate::cli::desk::Desk;
use crate::cli::fault::{Code, Fault};
use crate::error::{Cause, Kind, RuntimeError};

impl Desk {
    /// What the journal refused about that run.
    pub(crate) fn fault(&self, error: RuntimeError, run: &str) -> Fault {
        let is_being_undone = error.kind() == Kind::Undone && error.to_string().contains("being undone");
        let fix = match error.kind() {
            Kind::Held => format!(
                "wait until it lets go, or tell it to stop with `{}`",
                self.command_on(run, &["cancel", "--yes"])
            ),
            Kind::Fenced | Kind::Exists => {
                format!("see where it stands with `{}`", self.command_on(run, &["status"]))
            }
            Kind::Unknown => format!("see those that there are with `{}`", self.command(&["list"])),
            Kind::OtherInputs => format!(
                "go on with what it was begun with by `{}`, or begin another with `{}`",
                self.command_on(run, &["run"]),
                self.command(&self.run_another())
            ),
            // A type that reads its older form no longer: those who type commands cannot mend it.
            Kind::Artifact if error.to_string().contains("cannot be read as") => format!(
                "go on with the build that wrote it, or begin another with `{}`",
                self.command(&self.run_another())
            ),
            Kind::PlanChanged if !error.differences().is_empty() => return self.other_plan(&error, run),
            Kind::Damaged => format!("restore `{}` from a backup", self.journal().display()),
            Kind::Undone if is_being_undone => {
                format!(
                    "go on with that by `{}`",
                    self.command_on(run, &["undo", "--yes"])
                )
            }
            Kind::Undone => format!("begin another with `{}`", self.command(&self.run_another())),
            _ => return Fault::from(error).of(format!("run {run}")),
        };
        Fault::from(error).of(format!("run {run}")).fix(fix)
    }

    /// The run goes under another plan, by which it or what was handed in means something else.
    fn other_plan(&self, error: &RuntimeError, run: &str) -> Fault {
        let message = error.to_string();
        let mut message = message.lines().next().unwrap_or_default().to_owned();
        for difference in error.differences() {
            message.push_str("\n  - ");
            message.push_str(difference);
        }
        let fix = match message.contains("cannot be taken up") {
            true => format!(
                "take it up with the build that drove it last, or begin another with `{}`; `{}` shows what was recorded",
                self.command(&self.run_another()),
                self.command_on(run, &["log"])
            ),
            // There it never comes under this plan.
            false if self.is_on_engine() => format!(
                "use the build that began it, or begin another with `{}`",
                self.command(&self.run_another())
            ),
            false => format!(
                "put the run under this plan first with `{}`, or hand in with the build that drives it",
                self.command_on(run, &["run"])
            ),
        };
        Fault::new(Code::PlanChanged, message)
            .of(format!("run {run}"))
            .fix(fix)
    }

    /// Why a run halted.
    pub(crate) fn halted(&self, cause: &Cause, run: &str) -> Fault {
        if let Some(error) = cause.journal() {
            return self.fault(error.clone(), run);
        }
        let fault = Fault::from(cause);
        let (again, undo) = (
            self.command_on(run, &["run"]),
            self.command_on(run, &["undo", "--yes"]),
        );
        let fix = match fault.code {
            Code::GateRejected => format!(
                "take the run back with `{undo}`, or begin another with `{}`",
                self.command(&self.run_another())
            ),
            Code::UndoFailed => format!("mend that, then go on with `{undo}`; what is undone stays undone"),
            Code::Interrupted if cause.is_undo() => format!("`{undo}` goes on where it was"),
            Code::Interrupted => format!("`{again}` goes on where it was"),
            _ => format!("mend that, then go on with `{again}`; what is done stays done"),
        };
        fault.fix(fix)
    }
}
