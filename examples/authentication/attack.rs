//! The attacks on the running service, a module for each step of the security testing. Each probe tests a rule, and says so; a
//! rule that did not hold is a finding.

pub mod brute_force;
pub mod passwords;
pub mod sessions;
pub mod tokens;
pub mod words;

use std::collections::BTreeSet;

use examples::{
    authentication_plan::artifacts::Attack,
    evidence::{Finding, RequirementId, Severity},
};

use crate::rules;

/// What was tried, and what came of it.
#[derive(Debug, Default)]
pub struct Tally {
    /// Each attack.
    pub attacks: Vec<Attack>,
    /// One for each rule that did not hold.
    pub findings: Vec<Finding>,
    tested: BTreeSet<&'static str>,
}

/// An attack that was made.
#[derive(Debug, Clone, Copy)]
pub struct Made<'a> {
    /// The rule that it tests, by id.
    pub rule: &'static str,
    /// What was presented.
    pub attack: &'a str,
    /// Where.
    pub place: &'a str,
    /// How often.
    pub tries: u32,
    /// How often it worked.
    pub accepted: u32,
    /// The last status.
    pub status: u16,
}

impl Tally {
    /// Notes an attack; one that worked breaks its rule.
    pub fn note(&mut self, made: Made<'_>) {
        self.tested.insert(made.rule);
        self.attacks.push(Attack {
            rule: RequirementId(made.rule.to_owned()),
            attack: made.attack.to_owned(),
            tries: made.tries,
            accepted: made.accepted,
            status: made.status,
        });
        let begins = format!("{}:", made.rule);
        let known = self
            .findings
            .iter()
            .any(|finding| finding.title.starts_with(&begins));
        if made.accepted == 0 || known {
            return;
        }
        let text = rules::of_id(made.rule).map_or("", |rule| rule.text);
        self.findings.push(Finding {
            title: format!("{}: it does not hold that {text}", made.rule),
            severity: Severity::High,
            place: made.place.to_owned(),
            reproduction: format!(
                "{}: worked {} of {} times",
                made.attack, made.accepted, made.tries
            ),
            fixed_in: None,
        });
    }

    /// Notes an attack that was made once.
    pub fn once(&mut self, rule: &'static str, attack: &str, place: &str, worked: bool, status: u16) {
        self.note(Made {
            rule,
            attack,
            place,
            tries: 1,
            accepted: u32::from(worked),
            status,
        });
    }

    /// The rules that were tested.
    pub fn rules_tested(&self) -> Vec<RequirementId> {
        self.tested
            .iter()
            .map(|&rule| RequirementId(rule.to_owned()))
            .collect()
    }
}
