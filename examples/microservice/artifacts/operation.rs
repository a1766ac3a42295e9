//! The service in front of users, and the people behind it.

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use super::ObjectiveFigure;
use crate::evidence::{Alert, FollowUp, Latency, Procedure};
use crate::faults::Faults;

/// How the traffic was shifted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rollout {
    /// The image, by digest.
    pub image: String,
    /// The image before, to go back to; `None` the first time.
    pub image_before: Option<String>,
    /// The steps.
    pub steps: Vec<RolloutStep>,
    /// Requests that users sent during the whole roll-out, to either image.
    pub users_requests: u32,
    /// How many of them failed.
    pub users_failed: u32,
}

/// A share of the traffic, for a while.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RolloutStep {
    /// How much of the traffic went to the new image, in percent.
    pub traffic_percent: u8,
    /// For how long it was watched, in milliseconds.
    pub watched_ms: u64,
    /// How many requests it answered meanwhile.
    pub requests: u32,
    /// Requests of a hundred that failed.
    pub errors_percent: f64,
    /// How long requests took.
    pub latency: Latency,
}

/// How the service fared in use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HealthRecord {
    /// How long it was watched, in seconds.
    pub watched_s: u64,
    /// How many requests it answered meanwhile.
    pub requests: u64,
    /// How each objective fared.
    pub objectives: Vec<ObjectiveFigure>,
    /// What is left of the error budget, in percent of it.
    pub budget_left_percent: f64,
    /// Alerts that called someone, by name.
    pub alerts_fired: Vec<String>,
    /// What users reported: requests of theirs that were not answered as promised.
    pub reports: Vec<String>,
}

/// How the service is operated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationsManual {
    /// What may have to be done.
    pub procedures: Vec<Procedure>,
    /// The alerts that lead to it.
    pub alerts: Vec<Alert>,
}

impl OperationsManual {
    /// Each alert leads to a procedure, and each procedure says what to type and what is then seen.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        for alert in &self.alerts {
            let known = self
                .procedures
                .iter()
                .any(|procedure| procedure.title == alert.procedure);
            let fault = format!("names `{}`, which is not written", alert.procedure);
            faults.require(known, format!("alerts.{}.procedure", alert.name), fault);
        }
        for procedure in &self.procedures {
            let field = |name: &str| format!("procedures.{}.{name}", procedure.title);
            faults.require_some(&procedure.commands, field("commands"));
            faults.require_text(&procedure.expected, field("expected"));
        }
        faults.verdict()
    }
}

/// Who answers when it fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnCallPlan {
    /// Who takes turns.
    pub rotation: Vec<String>,
    /// How long a turn is, in days.
    pub turn_days: u32,
    /// Within how many minutes someone answers.
    pub answers_within_min: u32,
    /// Who is called next when nobody answers, in order.
    pub escalation: Vec<String>,
    /// How many minutes it took in the exercise; `None` if there was none.
    pub exercise_took_min: Option<u32>,
    /// Where what happened and what is learned is written down.
    pub reviews_at: String,
}

impl OnCallPlan {
    /// There are enough people to sleep, someone to go to, and an exercise kept the time.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require(self.rotation.len() > 1, "rotation", "has fewer than two people");
        faults.require_some(&self.escalation, "escalation");
        faults.require_text(&self.reviews_at, "reviews_at");
        match self.exercise_took_min {
            None => faults.require(
                false,
                "exercise_took_min",
                "is missing: call someone and take the time",
            ),
            Some(took) => faults.require_at_most(took, self.answers_within_min, "exercise_took_min"),
        }
        faults.verdict()
    }
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roadmap {
    /// The improvements, the most urgent first.
    pub improvements: Vec<Improvement>,
    /// When the plan is looked at again, as `2027-02-01`.
    pub reviewed_on: String,
}

/// Something to improve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Improvement {
    /// The work, and who answers for it.
    pub work: FollowUp,
    /// The figure or report that asks for it.
    pub evidence: String,
}

impl Roadmap {
    /// Each improvement has a reason that was seen, and someone who answers for it.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_text(&self.reviewed_on, "reviewed_on");
        for (at, improvement) in self.improvements.iter().enumerate() {
            faults.require_text(&improvement.evidence, format!("improvements[{at}].evidence"));
            faults.require_text(&improvement.work.owner, format!("improvements[{at}].work.owner"));
        }
        faults.verdict()
    }
}
