//! The static description of a workflow: data for command lines, diagrams and adapters.
//!
//! # Examples
//!
//! ```
//! use workflow_runtime::prelude::*;
//!
//! workflow! {
//!     workflow Soup(recipe: String) {
//!         role Cook;
//!         phase Kitchen {
//!             #[by(Cook)]
//!             #[retry(attempts = 3, backoff = "1s..1m")]
//!             step boil(recipe) -> soup: String { Ok(recipe.clone()) }
//!             #[rework(to = Kitchen, max = 2)]
//!             gate taste(soup) { Ok(Verdict::Pass) }
//!         }
//!     }
//! }
//!
//! let plan = Soup::PLAN;
//! let (phase, boil) = plan.step("Kitchen.boil").expect("it is declared above");
//! assert_eq!((phase.name, boil.by, boil.retry.attempts), ("Kitchen", Some("Cook"), 3));
//! let takes: Vec<_> = boil.takes.iter().map(|take| plan.artifacts[usize::from(take.artifact)].name).collect();
//! assert_eq!(takes, ["recipe"]);
//! let gates = phase.steps.iter().filter(|step| step.gate);
//! assert_eq!(gates.filter_map(|gate| gate.rework).map(|rework| rework.max).sum::<u32>(), 2);
//! assert_eq!(
//!     plan.to_string(),
//!     "Soup(recipe)\n\
//!      └── Kitchen\n    \
//!          ├── boil(recipe) -> soup by Cook\n    \
//!          └── gate taste(soup) or back to Kitchen, at most 2 times\n",
//! );
//! ```

use std::any::Any;
use std::fmt;
use std::time::Duration;

use crate::artifact::Codec;
use crate::verdict::Verdict;

/// A declared workflow: every `workflow!` implements it for the type that it becomes.
///
/// # Examples
///
/// ```
/// use workflow_runtime::Workflow;
///
/// fn phases<W: Workflow>() -> usize {
///     W::PLAN.phases.len()
/// }
/// ```
pub trait Workflow {
    /// The plan: the static description of the workflow.
    const PLAN: &'static Plan;
}

/// What a workflow consists of, as declared; every `workflow!` yields one as `PLAN`.
///
/// It prints as a tree.
#[derive(Debug)]
#[non_exhaustive]
pub struct Plan {
    /// The workflow's name.
    pub name: &'static str,
    /// The name of the module that the macro makes: `http_server` for `HTTPServer`.
    pub module: &'static str,
    /// Its doc comment.
    pub doc: &'static str,
    /// The roles that `#[by(..)]` may name.
    pub roles: &'static [RolePlan],
    /// Its phases, in the order in which they run.
    pub phases: &'static [PhasePlan],
    /// Its artifacts, the inputs first.
    pub artifacts: &'static [ArtifactPlan],
    /// How many of the artifacts are inputs.
    pub inputs: usize,
}

/// A declared role.
#[derive(Debug)]
#[non_exhaustive]
pub struct RolePlan {
    /// Its name.
    pub name: &'static str,
    /// Its doc comment.
    pub doc: &'static str,
}

/// A phase of a [`Plan`].
#[derive(Debug)]
#[non_exhaustive]
pub struct PhasePlan {
    /// Its name.
    pub name: &'static str,
    /// Its doc comment.
    pub doc: &'static str,
    /// Whether only the artifacts order its steps.
    pub parallel: bool,
    /// Whether it may be waived.
    pub optional: bool,
    /// The artifacts that the decision to waive it looks at, as positions in [`Plan::artifacts`].
    pub waive_takes: &'static [Take],
    /// Its steps and gates, as written.
    pub steps: &'static [StepPlan],
    /// The order in which the steps are driven one by one, as positions in [`PhasePlan::steps`].
    pub order: &'static [u16],
    /// The name it had before an intended rename.
    pub was: Option<&'static str>,
}

/// A step or gate of a [`PhasePlan`].
#[derive(Debug)]
#[non_exhaustive]
pub struct StepPlan {
    /// Its name.
    pub name: &'static str,
    /// Its doc comment.
    pub doc: &'static str,
    /// Whether it is a gate.
    pub gate: bool,
    /// Whether a person or another program supplies its artifact or verdict.
    pub manual: bool,
    /// What it takes.
    pub takes: &'static [Take],
    /// What it yields, as a position in [`Plan::artifacts`].
    pub yields: Option<u16>,
    /// The role that does it or may hand it in.
    pub by: Option<&'static str>,
    /// How it is retried.
    pub retry: Retry,
    /// How long one attempt may take.
    pub timeout: Option<Duration>,
    /// How long it is thought to take, from and to.
    pub estimate: Option<(Duration, Duration)>,
    /// The name of its undo method.
    pub undo: Option<&'static str>,
    /// Where its rejection sends the run.
    pub rework: Option<Rework>,
    /// The name it had before an intended rename.
    pub was: Option<&'static str>,
    #[doc(hidden)]
    pub check: Option<Check>,
}

/// An artifact of a [`Plan`].
#[derive(Debug)]
#[non_exhaustive]
pub struct ArtifactPlan {
    /// Its name.
    pub name: &'static str,
    /// Its type, as written.
    pub ty: &'static str,
    #[doc(hidden)]
    pub codec: &'static Codec,
    #[doc(hidden)]
    pub check: Option<Check>,
}

/// An artifact that a step takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Take {
    /// Its position in [`Plan::artifacts`].
    pub artifact: u16,
    /// Whether it arrives as an `Option`, because an optional phase makes it.
    pub optional: bool,
}

/// How often a step is tried, and how long to wait in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retry {
    /// How many attempts there are in all; 1 means no retry.
    pub attempts: u32,
    /// The wait after the first failed attempt; it doubles with each further one.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
}

/// Where a gate's rejection sends the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rework {
    /// The phase to go back to, as a position in [`Plan::phases`].
    pub to: u16,
    /// How often, over the whole run.
    pub max: u32,
}

/// A `#[check(..)]` without its type.
#[doc(hidden)]
pub type Check = fn(&(dyn Any + Send + Sync)) -> Verdict;

impl Plan {
    /// The position of the phase of that name.
    pub fn phase(&self, name: &str) -> Option<usize> {
        self.phases.iter().position(|phase| phase.name == name)
    }

    /// The phase and step of a path such as `Testing.unit_tests`.
    pub fn step(&self, path: &str) -> Option<(&'static PhasePlan, &'static StepPlan)> {
        let (phase, step) = path.split_once('.')?;
        let phase = self.phases.iter().find(|candidate| candidate.name == phase)?;
        phase
            .steps
            .iter()
            .find(|candidate| candidate.name == step)
            .map(|step| (phase, step))
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inputs: Vec<_> = self
            .artifacts
            .iter()
            .take(self.inputs)
            .map(|input| input.name)
            .collect();
        writeln!(f, "{}({})", self.name, inputs.join(", "))?;
        for (at, phase) in self.phases.iter().enumerate() {
            let last = at + 1 == self.phases.len();
            let (branch, stem) = if last {
                ("└── ", "    ")
            } else {
                ("├── ", "│   ")
            };
            let parallel = if phase.parallel { " (parallel)" } else { "" };
            let optional = if phase.optional { " (optional)" } else { "" };
            writeln!(f, "{branch}{}{parallel}{optional}", phase.name)?;
            for (at, step) in phase.steps.iter().enumerate() {
                let branch = if at + 1 == phase.steps.len() {
                    "└── "
                } else {
                    "├── "
                };
                writeln!(f, "{stem}{branch}{}", StepLine { plan: self, step })?;
            }
        }
        Ok(())
    }
}

/// One step as a line of the tree.
struct StepLine<'a> {
    plan: &'a Plan,
    step: &'a StepPlan,
}

impl fmt::Display for StepLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |artifact: u16| {
            self.plan
                .artifacts
                .get(usize::from(artifact))
                .map_or("?", |a| a.name)
        };
        let manual = if self.step.manual { "manual " } else { "" };
        let kind = if self.step.gate { "gate " } else { "" };
        let takes: Vec<_> = self.step.takes.iter().map(|take| name(take.artifact)).collect();
        write!(f, "{manual}{kind}{}({})", self.step.name, takes.join(", "))?;
        if let Some(made) = self.step.yields {
            write!(f, " -> {}", name(made))?;
        }
        if let Some(role) = self.step.by {
            write!(f, " by {role}")?;
        }
        if let Some(rework) = self.step.rework {
            let to = self
                .plan
                .phases
                .get(usize::from(rework.to))
                .map_or("?", |phase| phase.name);
            match rework.max {
                1 => write!(f, " or back to {to}, at most once")?,
                max => write!(f, " or back to {to}, at most {max} times")?,
            }
        }
        Ok(())
    }
}

/// How the generated code writes a plan down; not public API.
///
/// The types above are `#[non_exhaustive]`, so the expansion builds them by these functions, one field a call.
#[doc(hidden)]
pub mod write {
    use super::*;

    /// A take.
    pub const fn take(artifact: u16, optional: bool) -> Take {
        Take { artifact, optional }
    }

    /// A role.
    pub const fn role(name: &'static str, doc: &'static str) -> RolePlan {
        RolePlan { name, doc }
    }

    /// An artifact.
    pub const fn artifact(name: &'static str, ty: &'static str, codec: &'static Codec) -> ArtifactPlan {
        ArtifactPlan {
            name,
            ty,
            codec,
            check: None,
        }
    }

    #[doc(hidden)]
    impl ArtifactPlan {
        /// With the check it must pass.
        pub const fn check(mut self, check: Check) -> Self {
            self.check = Some(check);
            self
        }
    }

    /// A step or gate that takes nothing, yields nothing and is tried once.
    pub const fn step(name: &'static str, doc: &'static str, takes: &'static [Take]) -> StepPlan {
        StepPlan {
            name,
            doc,
            gate: false,
            manual: false,
            takes,
            yields: None,
            by: None,
            retry: Retry {
                attempts: 1,
                first: Duration::ZERO,
                longest: Duration::ZERO,
            },
            timeout: None,
            estimate: None,
            undo: None,
            rework: None,
            was: None,
            check: None,
        }
    }

    #[doc(hidden)]
    impl StepPlan {
        /// A gate.
        pub const fn gate(mut self) -> Self {
            self.gate = true;
            self
        }
        /// Manual.
        pub const fn manual(mut self) -> Self {
            self.manual = true;
            self
        }
        /// Yields this artifact.
        pub const fn yields(mut self, artifact: u16) -> Self {
            self.yields = Some(artifact);
            self
        }
        /// Done by this role.
        pub const fn by(mut self, role: &'static str) -> Self {
            self.by = Some(role);
            self
        }
        /// Retried; times in milliseconds.
        pub const fn retry(mut self, attempts: u32, first: u64, longest: u64) -> Self {
            self.retry = Retry {
                attempts,
                first: Duration::from_millis(first),
                longest: Duration::from_millis(longest),
            };
            self
        }
        /// One attempt may take this many milliseconds.
        pub const fn timeout(mut self, millis: u64) -> Self {
            self.timeout = Some(Duration::from_millis(millis));
            self
        }
        /// Estimated, in milliseconds.
        pub const fn estimate(mut self, from: u64, to: u64) -> Self {
            self.estimate = Some((Duration::from_millis(from), Duration::from_millis(to)));
            self
        }
        /// Taken back by this method.
        pub const fn undo(mut self, method: &'static str) -> Self {
            self.undo = Some(method);
            self
        }
        /// A rejection sends the run back.
        pub const fn rework(mut self, to: u16, max: u32) -> Self {
            self.rework = Some(Rework { to, max });
            self
        }
        /// Renamed.
        pub const fn was(mut self, name: &'static str) -> Self {
            self.was = Some(name);
            self
        }
        /// Its artifact must pass this check.
        pub const fn check(mut self, check: Check) -> Self {
            self.check = Some(check);
            self
        }
    }

    /// A phase with its steps and the order in which they are driven one by one.
    pub const fn phase(
        name: &'static str,
        doc: &'static str,
        steps: &'static [StepPlan],
        order: &'static [u16],
    ) -> PhasePlan {
        PhasePlan {
            name,
            doc,
            parallel: false,
            optional: false,
            waive_takes: &[],
            steps,
            order,
            was: None,
        }
    }

    #[doc(hidden)]
    impl PhasePlan {
        /// Parallel.
        pub const fn parallel(mut self) -> Self {
            self.parallel = true;
            self
        }
        /// Optional; the decision looks at these.
        pub const fn optional(mut self, waive_takes: &'static [Take]) -> Self {
            self.optional = true;
            self.waive_takes = waive_takes;
            self
        }
        /// Renamed.
        pub const fn was(mut self, name: &'static str) -> Self {
            self.was = Some(name);
            self
        }
    }

    /// The plan.
    pub const fn plan(
        name: &'static str,
        module: &'static str,
        doc: &'static str,
        roles: &'static [RolePlan],
        phases: &'static [PhasePlan],
        artifacts: &'static [ArtifactPlan],
        inputs: usize,
    ) -> Plan {
        Plan {
            name,
            module,
            doc,
            roles,
            phases,
            artifacts,
            inputs,
        }
    }
}
