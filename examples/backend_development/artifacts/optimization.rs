//! What was made faster and simpler, with figures.

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use super::Bound;
use crate::decision::{Decision, require_complete};
use crate::evidence::{Change, FollowUp, Load, RequirementId, TestReport};
use crate::faults::Faults;

/// Where time and memory go, largest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bottlenecks {
    /// The load under which it was profiled.
    pub load: Load,
    /// Where they go.
    pub costs: Vec<Cost>,
}

/// Somewhere time or memory goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// The function, statement or call.
    pub place: String,
    /// How much of the time of all requests it takes, in percent.
    pub time_percent: f64,
    /// By how much the memory of the service grew meanwhile, in bytes.
    pub memory_bytes: u64,
    /// How often it happens in a request.
    pub calls_per_request: f64,
}

/// What is remembered, or that nothing is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CachingPlan {
    /// The caches; none, if that was decided.
    pub caches: Vec<CacheRule>,
    /// Why it is so.
    pub decisions: Vec<Decision>,
}

/// A cache.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CacheRule {
    /// What it remembers.
    pub content: String,
    /// How old what it answers may be, in milliseconds.
    pub max_age_ms: u64,
    /// How large it may be, in bytes.
    pub max_bytes: u64,
    /// What makes it forget before.
    pub invalidated_by: String,
    /// How many of a hundred questions it answered under load.
    pub hit_percent: f64,
}

impl CachingPlan {
    /// A cache is bounded and can forget; the decision for or against is complete.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        for cache in &self.caches {
            let field = |name: &str| format!("caches.{}.{name}", cache.content);
            faults.require(cache.max_age_ms > 0, field("max_age_ms"), "is 0");
            faults.require(
                cache.max_bytes > 0,
                field("max_bytes"),
                "is 0: a cache without a bound is a leak",
            );
            faults.require_text(&cache.invalidated_by, field("invalidated_by"));
        }
        require_complete(&mut faults, "decisions", &self.decisions);
        faults.verdict()
    }
}

/// Code made plainer without changing what it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refactoring {
    /// The work.
    pub change: Change,
    /// What became plainer, and how.
    pub improvements: Vec<String>,
    /// The tests before.
    pub tests_before: TestReport,
    /// The tests after.
    pub tests_after: TestReport,
}

impl Refactoring {
    /// No test went missing, and none fails.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        let (before, after) = (self.tests_before.passed, self.tests_after.passed);
        let fewer = format!("is {after}, but was {before}");
        faults.require(after >= before, "tests_after.passed", fewer);
        let failed = format!("has {}", self.tests_after.failures.len());
        faults.require(
            self.tests_after.failures.is_empty(),
            "tests_after.failures",
            failed,
        );
        faults.require_some(&self.change.reviewed_by, "change.reviewed_by");
        faults.verdict()
    }
}

/// What is owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebtRegister {
    /// What was paid, with the commit.
    pub paid: Vec<String>,
    /// What remains.
    pub remaining: Vec<Debt>,
}

/// Something owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Debt {
    /// Where it is.
    pub place: String,
    /// What it costs, in hours a month.
    pub interest_h_per_month: u32,
    /// What paying it would cost, in hours.
    pub principal_h: u32,
    /// The work that would pay it.
    pub work: FollowUp,
}

impl DebtRegister {
    /// Someone answers for each debt, and its cost is known.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        for (at, debt) in self.remaining.iter().enumerate() {
            faults.require_text(&debt.work.owner, format!("remaining[{at}].work.owner"));
            faults.require(
                debt.principal_h > 0,
                format!("remaining[{at}].principal_h"),
                "is 0",
            );
        }
        faults.verdict()
    }
}

/// Figures before and after, under the same load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TuningGains {
    /// The load.
    pub load: Load,
    /// The settings that changed, as in `pool_connections: 10 to 24`.
    pub settings: Vec<String>,
    /// The figures.
    pub figures: Vec<Gain>,
}

/// A figure before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gain {
    /// The requirement whose criterion it is.
    pub requirement: RequirementId,
    /// What is measured.
    pub metric: String,
    /// The unit.
    pub unit: String,
    /// Before.
    pub before: f64,
    /// After.
    pub after: f64,
    /// What the criteria ask for.
    pub bound: Bound,
    /// Why it became worse, where it did.
    pub worse_because: Option<String>,
}

impl Gain {
    /// Whether it is worse after than before.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        match self.bound {
            Bound::AtMost(_) => self.after > self.before,
            Bound::AtLeast(_) => self.after < self.before,
        }
    }
}

impl TuningGains {
    /// What became worse has its reason.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.settings, "settings");
        faults.require_some(&self.figures, "figures");
        for gain in &self.figures {
            let explained = !gain.is_worse() || gain.worse_because.is_some();
            let fault = format!(
                "is missing, though it went from {} to {}",
                gain.before, gain.after
            );
            faults.require(explained, format!("figures.{}.worse_because", gain.metric), fault);
        }
        faults.verdict()
    }
}
