//! What the attacks showed.

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use crate::evidence::{Finding, RequirementId};
use crate::faults::Faults;

/// What a person found who tried to get in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PenetrationReport {
    /// Who tried.
    pub testers: Vec<String>,
    /// The commit that was attacked.
    pub commit: String,
    /// How long they tried, in hours.
    pub effort_h: u32,
    /// What they tried, whether it worked or not.
    pub attempts: Vec<String>,
    /// What they found.
    pub findings: Vec<Finding>,
}

impl PenetrationReport {
    /// Someone tried something for some time, and each finding can be seen again.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.testers, "testers");
        faults.require_some(&self.attempts, "attempts");
        faults.require(self.effort_h > 0, "effort_h", "is 0");
        for (at, finding) in self.findings.iter().enumerate() {
            faults.require_text(&finding.reproduction, format!("findings[{at}].reproduction"));
        }
        faults.verdict()
    }
}

/// How far guessing got.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BruteForceReport {
    /// The ways of guessing.
    pub trials: Vec<GuessingTrial>,
    /// The rules that were tested, by id.
    pub rules_tested: Vec<RequirementId>,
    /// What is to be mended.
    pub findings: Vec<Finding>,
}

/// A way of guessing and how far it got.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuessingTrial {
    /// The way.
    pub kind: GuessingKind,
    /// From how many addresses.
    pub addresses: u32,
    /// Guesses that were sent.
    pub guesses: u64,
    /// Guesses that were answered by looking at the password.
    pub guesses_evaluated: u64,
    /// For how long, in seconds.
    pub lasted_s: u32,
    /// For how long the owner could not log in meanwhile, in seconds.
    pub owner_locked_out_s: u32,
}

/// A way of guessing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuessingKind {
    /// Many passwords for one account.
    OneAccount,
    /// One password for many accounts.
    Spraying,
    /// Pairs that were stolen elsewhere.
    Stuffing,
    /// Codes of the second factor.
    FactorCodes,
}

/// What came of attacks on tokens or sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttackReport {
    /// What was tried.
    pub attacks: Vec<Attack>,
    /// The rules that were tested, by id.
    pub rules_tested: Vec<RequirementId>,
    /// What is to be mended.
    pub findings: Vec<Finding>,
}

/// An attack and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attack {
    /// The rule that it tests.
    pub rule: RequirementId,
    /// What was presented, as in `token signed with an unknown key`.
    pub attack: String,
    /// How often.
    pub tries: u32,
    /// How often it worked.
    pub accepted: u32,
    /// The status that it was answered with.
    pub status: u16,
}

/// What the store and the policy are worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PasswordAudit {
    /// Weak or stolen passwords that were tried at registration.
    pub weak_tried: u32,
    /// Those that were accepted.
    pub weak_accepted: Vec<String>,
    /// Hashes in the store that are below the chosen cost.
    pub hashes_below_cost: u64,
    /// Places outside the store where a password was found, such as logs.
    pub leaks: Vec<String>,
    /// By how much the median answer differs between accounts that exist and that do not, in milliseconds.
    pub timing_difference_ms: f64,
    /// By how much it may, in milliseconds.
    pub timing_tolerance_ms: f64,
    /// The rules that were tested, by id.
    pub rules_tested: Vec<RequirementId>,
    /// What is to be mended.
    pub findings: Vec<Finding>,
}
