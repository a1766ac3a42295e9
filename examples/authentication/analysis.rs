//! The requirements, derived from the mandate: who logs in by what, which rules hold, what happens to accounts, how long a login
//! lasts.

use examples::{
    authentication_plan::artifacts::{
        AccountEvent, AccountFlow, AuthenticationMechanisms, Drill, FactorKind, IntegrationPoints,
        SecondFactorDecision, SecurityMandate, SecurityRule, SecurityStandards, SessionRequirements,
        UserManagement, Wishes,
    },
    decision::Reference,
    evidence::{RequirementId, Severity},
    failure::{During, Outcome},
    outputs::Outputs,
};
use serde::{Deserialize, Serialize};

use crate::rules::{RULES, Rule};

/// What later steps need of the mandate, which they do not take.
pub const ASSIGNMENT_FILE: &str = "assignment.json";

/// Relative to the folder of the run.
pub const STANDARDS_FILE: &str = "standards.json";

/// What later steps need of the mandate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The system.
    pub system: String,
    /// The groups, the widest first.
    pub groups: Vec<String>,
    /// The applications, by name.
    pub applications: Vec<String>,
    /// What is in place today.
    pub replaces: Option<String>,
    /// What its owner wants of it.
    pub wishes: Wishes,
    /// Faults to plant.
    pub drill: Drill,
}

/// Decides by what somebody logs in. A second factor is required of groups of which one account would do high harm, and offered
/// where others could be harmed at all;
/// who comes by a provider shows it there.
pub fn mechanisms(mandate: &SecurityMandate) -> AuthenticationMechanisms {
    let by_provider = |name: &String| {
        let mut providers = mandate.single_sign_on.iter();
        providers.any(|provider| provider.groups.contains(name))
    };
    let by_password = || {
        mandate
            .user_groups
            .iter()
            .filter(|group| !by_provider(&group.name))
    };
    let of = |at_least: Severity| -> Vec<String> {
        let groups = by_password().filter(|group| group.harm >= at_least);
        groups.map(|group| group.name.clone()).collect()
    };
    let (high, some) = (of(Severity::High), of(Severity::Medium));
    let kinds = vec![FactorKind::Totp];
    let second_factor = if !high.is_empty() {
        SecondFactorDecision::Required { groups: high, kinds }
    } else if !some.is_empty() {
        SecondFactorDecision::Offered { kinds }
    } else {
        let worst: Vec<&str> = mandate
            .user_groups
            .iter()
            .map(|group| group.worst_case.as_str())
            .collect();
        SecondFactorDecision::LeftOut {
            because: format!("the worst that can happen does little harm: {}", worst.join("; ")),
        }
    };
    AuthenticationMechanisms {
        password_groups: by_password().map(|group| group.name.clone()).collect(),
        single_sign_on: mandate.single_sign_on.clone(),
        second_factor,
    }
}

/// Keeps what later steps need.
///
/// # Errors
/// When the disk refuses.
pub fn keep_assignment(mandate: &SecurityMandate, outputs: &Outputs) -> Outcome<()> {
    let assignment = Assignment {
        system: mandate.system.clone(),
        groups: mandate
            .user_groups
            .iter()
            .map(|group| group.name.clone())
            .collect(),
        applications: mandate
            .integrations
            .iter()
            .map(|point| point.name.clone())
            .collect(),
        replaces: mandate.replaces.clone(),
        wishes: mandate.wishes.clone(),
        drill: mandate.drill.clone(),
    };
    outputs.write_json(ASSIGNMENT_FILE, &assignment).map(drop)
}

/// What was kept.
///
/// # Errors
/// When it is gone.
pub fn assignment(outputs: &Outputs) -> Outcome<Assignment> {
    let text = outputs.read(ASSIGNMENT_FILE)?;
    serde_json::from_slice(&text).during(format_args!("reading `{ASSIGNMENT_FILE}`"))
}

/// The standards, with each rule of theirs that applies and the test that checks it.
///
/// # Errors
/// When the disk refuses.
pub fn standards(
    mandate: &SecurityMandate,
    mechanisms: &AuthenticationMechanisms,
    outputs: &Outputs,
) -> Outcome<SecurityStandards> {
    let level = if mandate
        .user_groups
        .iter()
        .any(|group| group.harm >= Severity::High)
    {
        2
    } else {
        1
    };
    let mut standards = vec![
        Reference {
            title: format!("OWASP ASVS 5.0, level {level}"),
            place: "https://github.com/OWASP/ASVS/tree/v5.0.0".to_owned(),
        },
        Reference {
            title:
                "OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two iterations, one lane at least"
                    .to_owned(),
            place: "https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html"
                .to_owned(),
        },
        Reference {
            title: "RFC 8725: JSON Web Token Best Current Practices".to_owned(),
            place: "https://www.rfc-editor.org/rfc/rfc8725".to_owned(),
        },
    ];
    standards.extend(mandate.obligations.iter().cloned());
    let has_factor = !matches!(mechanisms.second_factor, SecondFactorDecision::LeftOut { .. });
    let rules = RULES
        .iter()
        .filter(|rule| has_factor || !needs_factor(rule))
        .filter(|rule| !mechanisms.single_sign_on.is_empty() || rule.id != "T-7")
        .map(|rule| SecurityRule {
            id: RequirementId(rule.id.to_owned()),
            rule: rule.text.to_owned(),
            section: format!("OWASP ASVS 5.0, {}", rule.section),
            tested_by: format!("SecurityTesting.{}", rule.step),
        });
    let standards = SecurityStandards {
        standards,
        rules: rules.collect(),
    };
    outputs.write_json(STANDARDS_FILE, &standards)?;
    Ok(standards)
}

/// Whether a rule says nothing where there is no second factor.
pub fn needs_factor(rule: &Rule) -> bool {
    ["G-4", "G-5", "S-8"].contains(&rule.id)
}

/// What can happen to an account, as the service does it.
pub fn user_management(mandate: &SecurityMandate, mechanisms: &AuthenticationMechanisms) -> UserManagement {
    let texts = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect::<Vec<String>>();
    let flow = |event, allowed_to: &[&str], steps: &[&str], recorded: &[&str]| AccountFlow {
        event,
        allowed_to: texts(allowed_to),
        steps: texts(steps),
        recorded: texts(recorded),
    };
    let open = mandate
        .user_groups
        .first()
        .map_or("users", |group| group.name.as_str());
    let by_admin = mandate.user_groups.len() > 1;
    let mut who = vec![open];
    who.extend(by_admin.then_some("administrator, for the other groups"));
    let mut steps = vec![
        "name and password are sent",
        "a weak or stolen password is refused",
        "the answer is the same for a name that is taken; its owner is told",
    ];
    if !matches!(mechanisms.second_factor, SecondFactorDecision::LeftOut { .. }) {
        steps.push("a second factor is enrolled where the group must have one, before anything else opens");
    }
    UserManagement {
        flows: vec![
            flow(
                AccountEvent::Registered,
                &who,
                &steps,
                &["registered: at, account, address"],
            ),
            flow(
                AccountEvent::PasswordChanged,
                &[
                    "owner, who knows the old one",
                    "owner, by a secret that was sent to them",
                ],
                &[
                    "the new one is looked at as at registration",
                    "all other sessions and all tokens end",
                    "the owner is told",
                ],
                &["password_changed or recovery_completed: at, account, address"],
            ),
            flow(
                AccountEvent::Locked,
                &["the service, after too many wrong guesses"],
                &["no guess is looked at for a while", "the owner is told"],
                &["account_locked: at, account, address"],
            ),
            flow(
                AccountEvent::Unlocked,
                &[
                    "the service, when the while is over",
                    "owner, by a secret that was sent to them",
                ],
                &["the next guess is looked at"],
                &["login_succeeded or recovery_completed: at, account, address"],
            ),
            flow(
                AccountEvent::Deleted,
                &["owner, who knows the password"],
                &["the account goes with its sessions, tokens, codes and factor, at once"],
                &["account_deleted: at, account, address"],
            ),
        ],
        audit_kept_days: mandate.wishes.audit_kept_days,
        erased_after_days: 0,
    }
}

/// The longest that a login may be idle, where a second factor is required of somebody (ASVS 7.3.1 asks for a documented limit),
/// in seconds.
const IDLE_S_AT_MOST: u32 = 30 * 60;

/// How long a login lasts: as wished, within what the standards allow.
pub fn sessions(mechanisms: &AuthenticationMechanisms, wishes: &Wishes) -> SessionRequirements {
    let strict = matches!(mechanisms.second_factor, SecondFactorDecision::Required { .. });
    let idle = wishes.idle_min.saturating_mul(60);
    let mut asks_again_for = vec![
        "changing the password".to_owned(),
        "deleting the account".to_owned(),
    ];
    if !matches!(mechanisms.second_factor, SecondFactorDecision::LeftOut { .. }) {
        asks_again_for.push("enrolling a second factor".to_owned());
    }
    SessionRequirements {
        idle_timeout_s: if strict { idle.min(IDLE_S_AT_MOST) } else { idle },
        absolute_timeout_s: wishes.absolute_h.saturating_mul(3_600),
        devices_at_most: wishes.devices_at_most,
        ended_everywhere_by: ["logging out everywhere", "a change of the password", "a recovery"]
            .map(str::to_owned)
            .to_vec(),
        asks_again_for,
    }
}

/// What it must work with, as the mandate lists it.
pub fn integrations(mandate: &SecurityMandate) -> IntegrationPoints {
    IntegrationPoints {
        points: mandate.integrations.clone(),
    }
}
