//! What the author of a step works with: its context, its result, and steps that a library publishes.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;

use crate::journal::event::Said;
use crate::layout::Layout;
use crate::observe::RunEventKind;
use crate::plan::Workflow;
use crate::run::core::Methods;
use crate::run::saying::Saying;
use crate::run::undo::Undos;
use crate::runtime::Runtime;

/// What a step method returns: its artifact, or why there is none.
pub type StepResult<T> = Result<T, StepError>;

/// Why a step failed.
///
/// Any `std::error::Error` turns into one by `?` and is then retried as `#[retry]` says; [`StepError::terminal`] makes
/// one that is not. Text, boxed errors and `anyhow::Error`, which are none, go through [`StepError::new`]: write
/// `.map_err(StepError::new)?`.
///
/// # Examples
///
/// ```
/// # use workflow_runtime::{StepError, StepResult};
/// fn port(text: &str) -> StepResult<u16> {
///     if text.is_empty() {
///         return Err(StepError::terminal("no port given"));
///     }
///     Ok(text.parse()?)
/// }
///
/// assert!(port("").unwrap_err().is_terminal());
/// assert!(!port("http").unwrap_err().is_terminal());
/// ```
pub struct StepError {
    source: Box<dyn std::error::Error + Send + Sync>,
    terminal: bool,
    panic: bool,
}

impl StepError {
    /// A failure that may pass when tried again.
    pub fn new(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        StepError {
            source: reason.into(),
            terminal: false,
            panic: false,
        }
    }

    /// A failure that trying again will not change; the step is not retried.
    pub fn terminal(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        StepError {
            source: reason.into(),
            terminal: true,
            panic: false,
        }
    }

    pub(crate) fn panicked(payload: &(dyn std::any::Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("a value that is not text");
        StepError {
            source: format!("panicked: {text}").into(),
            terminal: false,
            panic: true,
        }
    }

    /// As it is shown, also if showing it panics.
    pub(crate) fn text(&self) -> String {
        let shown = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.to_string()));
        shown.unwrap_or_else(|panic| {
            format!(
                "an error that cannot be shown; that {}",
                StepError::panicked(&*panic)
            )
        })
    }

    /// Whether it was made by [`StepError::terminal`].
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Whether the step panicked.
    pub fn is_panic(&self) -> bool {
        self.panic
    }

    /// The error itself, for a look at its type.
    pub fn get_ref(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        &*self.source
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for StepError {
    fn from(error: E) -> Self {
        StepError::new(error)
    }
}

impl fmt::Display for StepError {
    /// The error and what it was caused by, in one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source)?;
        let mut said = self.source.to_string();
        let mut cause = self.source.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // Many errors print their cause themselves.
            if !said.contains(&text) {
                write!(f, ": {text}")?;
            }
            said = text;
            cause = error.source();
        }
        Ok(())
    }
}

impl fmt::Debug for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepError")
            .field("source", &self.source)
            .field("terminal", &self.terminal)
            .finish_non_exhaustive()
    }
}

/// Where a step is: which run, which step, which attempt.
///
/// Every step method gets one as `cx`.
///
/// # Examples
///
/// ```
/// # use workflow_runtime::{StepContext, StepResult};
/// async fn charge(cx: &StepContext) -> StepResult<String> {
///     // The same key on every attempt and after a crash, so the bank can tell a repeat.
///     Ok(format!("POST /charges with Idempotency-Key: {}", cx.idempotency_key()))
/// }
/// ```
#[derive(Debug, Clone)]
pub struct StepContext {
    pub(crate) of: Arc<RunOf>,
    pub(crate) step: u16,
    pub(crate) attempt: u32,
    pub(crate) round: u32,
    /// Whether the step is being undone.
    pub(crate) undoes: bool,
}

/// What every context of a run shares.
pub(crate) struct RunOf {
    pub(crate) id: Arc<str>,
    pub(crate) layout: Arc<Layout>,
    /// The runtime, if it is open still: a context may outlive the run, and must not keep its journal open. Behind a
    /// pointer that says what it is, because rustc asks of each step's future whether all in here can be sent.
    pub(crate) runtime: Box<dyn Fn() -> Option<Runtime> + Send + Sync>,
    pub(crate) saying: Saying,
}

impl fmt::Debug for RunOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunOf")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl RunOf {
    /// What the step said since it was last asked; for its line in the journal.
    pub(crate) fn said_by(&self, step: u16) -> Option<Box<Said>> {
        self.saying.take(step)
    }
}

impl StepContext {
    /// The id of the run.
    pub fn run_id(&self) -> &str {
        &self.of.id
    }

    /// The path of the step, as in `Testing.unit_tests`.
    pub fn step(&self) -> &str {
        self.of.layout.path(self.step)
    }

    /// Which attempt this is, from 1; it goes on counting over restarts.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Which pass through the plan this is: 0 at first, one more after each rework.
    pub fn round(&self) -> u32 {
        self.round
    }

    /// Says something of the work: observers hear it at once, and what was said last is shown while the step runs. The
    /// journal keeps it with the attempt, its first [99 lines and its last](#what-is-kept).
    ///
    /// # What is kept
    ///
    /// A line is cut after 1,000 characters; of more than a hundred lines, the first 99 and the last. What is said while a
    /// step is undone is not kept, nor is that of an attempt that was cut short.
    ///
    /// # Examples
    ///
    /// ```
    /// # use workflow_runtime::{StepContext, StepResult};
    /// async fn copy(cx: &StepContext, rows: &u64) -> StepResult<()> {
    ///     for batch in 0..rows / 1_000 {
    ///         cx.say(format_args!("{} of {rows} rows", batch * 1_000));
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub fn say(&self, message: impl fmt::Display) {
        let message = message.to_string();
        if let Some(runtime) = (self.of.runtime)() {
            let said = RunEventKind::Said {
                step: self.step(),
                attempt: self.attempt,
                message: &message,
            };
            runtime.tell(&self.of.layout, &self.of.id, self.round, said);
        }
        if !self.undoes {
            self.of.saying.add(self.step, &message);
        }
    }

    /// A key that is the same for every attempt of this step in this round of this run, also after a crash, and
    /// different for any other step, round or run. Undoing the step has a key of its own.
    pub fn idempotency_key(&self) -> String {
        format!(
            "{}/{}/{}/{}{}",
            self.of.layout.plan.name,
            self.of.id,
            self.step(),
            self.round,
            if self.undoes { "/undo" } else { "" }
        )
    }
}

/// A step that a library publishes, to be bound in a plan by `= path::to::Thing::new();`.
///
/// `Takes` is the tuple of the artifacts that the plan names, in that order; `Makes` is what the step yields
/// (`()` if nothing, [`Verdict`](crate::Verdict) for a gate). An artifact that only an optional phase makes comes as
/// `Option<A>`, which needs `A: Clone`.
///
/// # Examples
///
/// ```
/// use workflow_runtime::{Given, Step, StepContext, StepResult};
///
/// /// Counts the words of a text.
/// pub struct CountWords;
///
/// impl Step<(String,), usize> for CountWords {
///     async fn perform(&self, _: &StepContext, Given((text,)): Given<'_, (String,)>) -> StepResult<usize> {
///         Ok(text.split_whitespace().count())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be bound here: it is no step that takes `{Takes}` and yields `{Makes}`",
    label = "the plan asks for a step that takes `{Takes}` and yields `{Makes}`",
    note = "implement `Step<{Takes}, {Makes}>` for it, or change what the plan's step takes and yields"
)]
pub trait Step<Takes: Takeable, Makes>: Send + Sync {
    /// Does the work, with references to what the plan's step takes.
    fn perform(
        &self,
        cx: &StepContext,
        takes: Given<'_, Takes>,
    ) -> impl Future<Output = StepResult<Makes>> + Send;
}

/// What a bound step is given: references to its artifacts, as a tuple.
///
/// # Examples
///
/// ```
/// # use workflow_runtime::Given;
/// fn longer(Given((left, right)): Given<'_, (String, String)>) -> bool {
///     left.len() > right.len()
/// }
///
/// assert!(longer(Given((&"soup".to_owned(), &"tea".to_owned()))));
/// ```
pub struct Given<'a, Takes: Takeable>(pub Takes::References<'a>);

impl<'a, Takes: Takeable> Deref for Given<'a, Takes> {
    type Target = Takes::References<'a>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<Takes: Takeable> Clone for Given<'_, Takes> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Takes: Takeable> Copy for Given<'_, Takes> {}

impl<Takes: Takeable> fmt::Debug for Given<'_, Takes> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Given(..)")
    }
}

/// The tuples that a [`Step`] can take: up to twelve artifacts.
///
/// # Examples
///
/// ```
/// # use workflow_runtime::Takeable;
/// fn can_be_taken<T: Takeable>() {}
/// can_be_taken::<()>();
/// can_be_taken::<(String, Option<u32>)>();
/// ```
pub trait Takeable: 'static {
    /// The same tuple of references.
    type References<'a>: Copy + Send;
}

macro_rules! takeable {
    ($($name:ident)*) => {
        impl<$($name: Sync + 'static),*> Takeable for ($($name,)*) {
            type References<'a> = ($(&'a $name,)*);
        }
    };
}

takeable!();
takeable!(A);
takeable!(A B);
takeable!(A B C);
takeable!(A B C D);
takeable!(A B C D E);
takeable!(A B C D E F);
takeable!(A B C D E F G);
takeable!(A B C D E F G H);
takeable!(A B C D E F G H I);
takeable!(A B C D E F G H I J);
takeable!(A B C D E F G H I J K);
takeable!(A B C D E F G H I J K L);

/// Whoever does the work: any type that can be shared between threads.
///
/// # Examples
///
/// ```
/// # use workflow_runtime::Team;
/// struct Backend {
///     token: String,
/// }
///
/// fn is_team<T: Team>() {}
/// is_team::<Backend>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a team, because it cannot be shared between threads",
    label = "a team must be `Send + Sync + 'static`",
    note = "use `Arc`, `Mutex` and atomics in it instead of `Rc`, `RefCell` and `Cell`"
)]
pub trait Team: Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> Team for T {}

/// A workflow that a team of type `T` can carry out: `workflow!` implements it for each type that implements all phases.
///
/// # Examples
///
/// ```
/// use workflow_runtime::prelude::*;
/// use workflow_runtime::CarriedOutBy;
///
/// workflow! {
///     workflow Walk() {
///         phase Leaving {
///             step leave();
///         }
///     }
/// }
///
/// struct Dog;
/// impl walk::Leaving for Dog {
///     async fn leave(&self, _: &StepContext) -> StepResult<()> {
///         Ok(())
///     }
/// }
///
/// fn can_be_carried_out<W: CarriedOutBy<T>, T: workflow_runtime::Team>() {}
/// can_be_carried_out::<Walk, Dog>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{T}` is no team of `{Self}`",
    label = "a team implements each phase of `{Self}` that it has steps of"
)]
pub trait CarriedOutBy<T: Team>: Workflow {
    /// The team's methods and undo methods by phase.
    #[doc(hidden)]
    fn tables() -> (&'static [Methods<T>], Undos<T>);
}
