//! A design decision with everything that it owes its readers.

use serde::{Deserialize, Serialize};

use crate::faults::Faults;

/// A design decision: what was chosen, what it means, and what was given up for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The question that was open.
    pub question: String,
    /// The answer.
    pub chosen: String,
    /// What was looked at and not taken.
    pub alternatives: Vec<Alternative>,
    /// What an attacker gains or loses by it.
    pub security_implication: String,
    /// What it costs in time and space, and how that scales.
    pub performance_implication: String,
    /// What is given up for what is gained.
    pub trade_off: String,
    /// The standards, patterns and sources that it rests on.
    pub references: Vec<Reference>,
}

/// A way that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    /// Its name.
    pub name: String,
    /// Why it was not taken.
    pub rejected_because: String,
}

/// Where a claim comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Its title, with section and version where there are any.
    pub title: String,
    /// An address, an ISBN or a path.
    pub place: String,
}

/// Notes each field in which a decision of `list` says less than it must.
pub fn require_complete(faults: &mut Faults, list: &str, decisions: &[Decision]) {
    faults.require_some(decisions, list);
    for (at, decision) in decisions.iter().enumerate() {
        let field = |name: &str| format!("{list}[{at}].{name}");
        faults.require_text(&decision.question, field("question"));
        faults.require_text(&decision.chosen, field("chosen"));
        faults.require_text(&decision.security_implication, field("security_implication"));
        faults.require_text(
            &decision.performance_implication,
            field("performance_implication"),
        );
        faults.require_text(&decision.trade_off, field("trade_off"));
        faults.require_some(&decision.alternatives, field("alternatives"));
        for (nth, alternative) in decision.alternatives.iter().enumerate() {
            let reason = field(&format!("alternatives[{nth}].rejected_because"));
            faults.require_text(&alternative.rejected_because, reason);
        }
        faults.require_some(&decision.references, field("references"));
    }
}
