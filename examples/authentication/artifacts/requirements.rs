//! Who logs in by what, how sure one must be, and for how long.

use serde::{Deserialize, Serialize};
use workflow_runtime::Verdict;

use super::Weakness;
use crate::decision::Reference;
use crate::evidence::{RequirementId, Severity};
use crate::faults::Faults;

/// Why users must prove who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityMandate {
    /// The system.
    pub system: String,
    /// The groups of users, with what each may do at worst.
    pub user_groups: Vec<UserGroup>,
    /// The laws and contracts that apply.
    pub obligations: Vec<Reference>,
    /// What is in place today, if anything.
    pub replaces: Option<String>,
    /// On whose word users are let in, who have no password here.
    #[serde(default)]
    pub single_sign_on: Vec<IdentityProvider>,
    /// What it must work with.
    pub integrations: Vec<IntegrationPoint>,
    /// What the system's owner wants of it.
    pub wishes: Wishes,
    /// Faults to plant, so that the attacks are seen to find them.
    #[serde(default)]
    pub drill: Drill,
}

/// What the system's owner wants of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wishes {
    /// After how many minutes without a request a login may end.
    pub idle_min: u32,
    /// After how many hours one has to log in again in any case.
    pub absolute_h: u32,
    /// On how many devices at once.
    pub devices_at_most: u16,
    /// How long a login may take for its hash, in milliseconds.
    pub hash_ms_at_most: u32,
    /// For how long what happened is kept, in days.
    pub audit_kept_days: u32,
}

/// Faults to plant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drill {
    /// Those that the first service has, until they are found.
    #[serde(default)]
    pub weaknesses: Vec<Weakness>,
}

impl SecurityMandate {
    /// The longest that an owner can wish a login to last, in hours.
    pub const ABSOLUTE_H_AT_MOST: u32 = 720;

    /// There is somebody to log in and something to log in to, and what is wished for can be done.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_text(&self.system, "system");
        faults.require_some(&self.user_groups, "user_groups");
        faults.require_some(&self.obligations, "obligations");
        faults.require_some(&self.integrations, "integrations");
        for (at, group) in self.user_groups.iter().enumerate() {
            faults.require_text(&group.name, format!("user_groups[{at}].name"));
            faults.require_text(&group.worst_case, format!("user_groups[{at}].worst_case"));
            let twice = self.user_groups[..at]
                .iter()
                .any(|other| other.name == group.name);
            faults.require(!twice, format!("user_groups[{at}].name"), "is there twice");
        }
        for (at, point) in self.integrations.iter().enumerate() {
            faults.require_text(&point.name, format!("integrations[{at}].name"));
            faults.require_some(&point.claims, format!("integrations[{at}].claims"));
            let twice = self.integrations[..at]
                .iter()
                .any(|other| other.name == point.name);
            faults.require(!twice, format!("integrations[{at}].name"), "is there twice");
            for claim in &point.claims {
                let known = ["sub", "name", "group"].contains(&claim.as_str());
                let fault = format!(
                    "names `{claim}`, which nobody knows of a user; there are `sub`, `name` and `group`"
                );
                faults.require(known, format!("integrations[{at}].claims"), fault);
            }
        }
        for (at, provider) in self.single_sign_on.iter().enumerate() {
            faults.require_text(&provider.name, format!("single_sign_on[{at}].name"));
            faults.require_text(&provider.issuer, format!("single_sign_on[{at}].issuer"));
            faults.require_some(&provider.groups, format!("single_sign_on[{at}].groups"));
            for group in &provider.groups {
                let known = self.user_groups.iter().any(|known| known.name == *group);
                let fault = format!("names `{group}`, which is none of `user_groups`");
                faults.require(known, format!("single_sign_on[{at}].groups"), fault);
            }
        }
        let wishes = &self.wishes;
        faults.require(wishes.idle_min > 0, "wishes.idle_min", "is 0");
        faults.require(wishes.absolute_h > 0, "wishes.absolute_h", "is 0");
        faults.require_at_most(wishes.absolute_h, Self::ABSOLUTE_H_AT_MOST, "wishes.absolute_h");
        faults.require_at_most(
            wishes.idle_min,
            wishes.absolute_h.saturating_mul(60),
            "wishes.idle_min",
        );
        faults.require(wishes.devices_at_most > 0, "wishes.devices_at_most", "is 0");
        faults.require(wishes.hash_ms_at_most > 0, "wishes.hash_ms_at_most", "is 0");
        faults.require(wishes.audit_kept_days > 0, "wishes.audit_kept_days", "is 0");
        faults.verdict()
    }
}

/// A group of users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserGroup {
    /// Its name.
    pub name: String,
    /// How many accounts.
    pub accounts: u32,
    /// What someone could do who got hold of one.
    pub worst_case: String,
    /// How bad that would be.
    pub harm: Severity,
}

/// Who logs in by what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthenticationMechanisms {
    /// The groups that log in by password.
    pub password_groups: Vec<String>,
    /// The providers on whose word users are let in.
    pub single_sign_on: Vec<IdentityProvider>,
    /// Whether there is a second factor.
    pub second_factor: SecondFactorDecision,
}

/// Someone whose word is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityProvider {
    /// Its name.
    pub name: String,
    /// The issuer's address.
    pub issuer: String,
    /// The groups that come by it.
    pub groups: Vec<String>,
}

/// Whether there is a second factor, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactorDecision {
    /// These groups must have one.
    Required {
        /// The groups.
        groups: Vec<String>,
        /// The kinds that count.
        kinds: Vec<FactorKind>,
    },
    /// Whoever wants one may have it.
    Offered {
        /// The kinds that count.
        kinds: Vec<FactorKind>,
    },
    /// There is none.
    LeftOut {
        /// Why that can be borne.
        because: String,
    },
}

/// A kind of second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorKind {
    /// A code that changes with the time (RFC 6238).
    Totp,
    /// A key or device that signs (WebAuthn).
    SecurityKey,
}

impl AuthenticationMechanisms {
    /// There is a way in, and the decision on the second factor has its content.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        let way_in = !self.password_groups.is_empty() || !self.single_sign_on.is_empty();
        faults.require(
            way_in,
            "password_groups",
            "is empty, and so is `single_sign_on`: nobody could log in",
        );
        match &self.second_factor {
            SecondFactorDecision::Required { groups, kinds } => {
                faults.require_some(groups, "second_factor.required.groups");
                faults.require_some(kinds, "second_factor.required.kinds");
            }
            SecondFactorDecision::Offered { kinds } => {
                faults.require_some(kinds, "second_factor.offered.kinds")
            }
            SecondFactorDecision::LeftOut { because } => {
                faults.require_text(because, "second_factor.left_out.because");
            }
        }
        faults.verdict()
    }
}

/// What it is held to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityStandards {
    /// The standards, with their level, as in `OWASP ASVS 5.0, level 2`.
    pub standards: Vec<Reference>,
    /// Their rules that apply.
    pub rules: Vec<SecurityRule>,
}

/// A rule that a test can check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityRule {
    /// Its id.
    pub id: RequirementId,
    /// What must hold.
    pub rule: String,
    /// The section of the standard that it comes from.
    pub section: String,
    /// How it is tested.
    pub tested_by: String,
}

impl SecurityStandards {
    /// Each rule has a source and a test.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require_some(&self.standards, "standards");
        faults.require_some(&self.rules, "rules");
        for rule in &self.rules {
            faults.require_text(&rule.section, format!("rules.{}.section", rule.id.0));
            faults.require_text(&rule.tested_by, format!("rules.{}.tested_by", rule.id.0));
        }
        faults.verdict()
    }
}

/// How accounts come, change and go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserManagement {
    /// What can happen to an account.
    pub flows: Vec<AccountFlow>,
    /// For how long what happened is kept, in days.
    pub audit_kept_days: u32,
    /// After how long a deleted account is gone, in days.
    pub erased_after_days: u32,
}

/// Something that can happen to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountFlow {
    /// What happens.
    pub event: AccountEvent,
    /// Who may bring it about.
    pub allowed_to: Vec<String>,
    /// What they do, in order.
    pub steps: Vec<String>,
    /// What is recorded of it.
    pub recorded: Vec<String>,
}

/// What can happen to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountEvent {
    /// It comes to be.
    Registered,
    /// Its address or name changes.
    Changed,
    /// Its password changes.
    PasswordChanged,
    /// It may not log in for now.
    Locked,
    /// It may again.
    Unlocked,
    /// It goes.
    Deleted,
}

impl UserManagement {
    /// Accounts can come and go, and of everything something is recorded.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        for event in [
            AccountEvent::Registered,
            AccountEvent::Locked,
            AccountEvent::Deleted,
        ] {
            let described = self.flows.iter().any(|flow| flow.event == event);
            faults.require(
                described,
                "flows",
                format!("does not say how an account is {event:?}"),
            );
        }
        for flow in &self.flows {
            faults.require_some(&flow.allowed_to, format!("flows.{:?}.allowed_to", flow.event));
            faults.require_some(&flow.recorded, format!("flows.{:?}.recorded", flow.event));
        }
        faults.verdict()
    }
}

/// How long a login lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRequirements {
    /// After how long without a request it ends, in seconds.
    pub idle_timeout_s: u32,
    /// After how long it ends in any case, in seconds.
    pub absolute_timeout_s: u32,
    /// On how many devices at once.
    pub devices_at_most: u16,
    /// What ends it on all devices.
    pub ended_everywhere_by: Vec<String>,
    /// What asks for the password again although one is logged in.
    pub asks_again_for: Vec<String>,
}

impl SessionRequirements {
    /// A login ends, idle sooner than in any case.
    pub fn check(&self) -> Verdict {
        let mut faults = Faults::default();
        faults.require(self.idle_timeout_s > 0, "idle_timeout_s", "is 0");
        faults.require_at_most(self.idle_timeout_s, self.absolute_timeout_s, "idle_timeout_s");
        faults.require(self.devices_at_most > 0, "devices_at_most", "is 0");
        faults.require_some(&self.ended_everywhere_by, "ended_everywhere_by");
        faults.verdict()
    }
}

/// What it must work with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntegrationPoints {
    /// The applications, directories and providers.
    pub points: Vec<IntegrationPoint>,
}

/// Something that it must work with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntegrationPoint {
    /// Its name.
    pub name: String,
    /// What kind of client it is.
    pub kind: ClientKind,
    /// The protocol, as in `OpenID Connect, code flow with PKCE`.
    pub protocol: String,
    /// What it wants to know of a user.
    pub claims: Vec<String>,
    /// Who answers for it.
    pub owner: String,
}

/// A kind of client, by what it can keep secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// A server, which can keep a secret.
    Server,
    /// A browser, which cannot.
    Browser,
    /// An application on a device of the user.
    Device,
    /// Another machine, without a user.
    Machine,
}
