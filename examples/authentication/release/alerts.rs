//! Alerts on what an attack looks like: by which events they are told, how each is caused, and how it is looked at.

use examples::{
    evidence::{Alert, Severity},
    failure::{During, Outcome},
    outputs::Outputs,
};
use serde::Serialize;

use crate::service::definition::Definition;

/// An alert and the event that tells it.
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    /// Its name.
    pub name: &'static str,
    /// The event that is counted.
    pub event: &'static str,
    /// More than this within five minutes calls somebody.
    pub more_than: u64,
    /// How bad it is.
    pub severity: Severity,
    /// The procedure that answers it.
    pub procedure: &'static str,
}

const fn watch(
    name: &'static str,
    event: &'static str,
    more_than: u64,
    severity: Severity,
    procedure: &'static str,
) -> Watch {
    Watch {
        name,
        event,
        more_than,
        severity,
        procedure,
    }
}

/// All of them.
const WATCHES: &[Watch] = &[
    watch(
        "GuessingAtAccounts",
        "guess_refused",
        3,
        Severity::Medium,
        "One account is guessed at",
    ),
    watch(
        "ManyFailedLogins",
        "login_failed",
        10,
        Severity::Medium,
        "Passwords are sprayed",
    ),
    watch(
        "AddressStopped",
        "address_limited",
        0,
        Severity::Low,
        "Passwords are sprayed",
    ),
    watch(
        "SecondFactorGuessed",
        "factor_failed",
        3,
        Severity::High,
        "An account is taken",
    ),
    watch(
        "TokenReplayed",
        "refresh_reused",
        0,
        Severity::High,
        "An account is taken",
    ),
    watch(
        "TokensForged",
        "token_refused",
        3,
        Severity::High,
        "A signing key is stolen",
    ),
    watch(
        "KeyWithdrawn",
        "key_withdrawn",
        0,
        Severity::Critical,
        "A signing key is stolen",
    ),
    watch(
        "AdministratorGuessed",
        "admin_refused",
        2,
        Severity::High,
        "A signing key is stolen",
    ),
    watch(
        "MailboxesFlooded",
        "recovery_requested",
        3,
        Severity::Low,
        "Passwords are sprayed",
    ),
    watch(
        "SentFromOtherSites",
        "origin_refused",
        2,
        Severity::Medium,
        "Sessions are stolen",
    ),
];

/// Those that can fire: without a second factor nobody guesses at one.
pub fn watches(definition: &Definition) -> impl Iterator<Item = &'static Watch> {
    let has_factor = definition.factor.is_some();
    WATCHES
        .iter()
        .filter(move |watch| has_factor || watch.event != "factor_failed")
}

/// Over this time events are added up, in seconds.
const WINDOW_S: u32 = 300;

impl Watch {
    /// As the monitoring is told.
    pub fn alert(&self) -> Alert {
        Alert {
            name: self.name.to_owned(),
            condition: format!(
                "increase(auth_events_total{{event=\"{}\"}}[{WINDOW_S}s]) > {}",
                self.event, self.more_than
            ),
            holds_for_s: 0,
            severity: self.severity,
            procedure: self.procedure.to_owned(),
        }
    }

    /// Whether it fires between two looks at the metrics.
    pub fn fires(&self, before: &str, after: &str) -> bool {
        count(after, self.event).saturating_sub(count(before, self.event)) > self.more_than
    }
}

/// The counter of an event, as the metrics have it.
pub fn count(metrics: &str, event: &str) -> u64 {
    let begins = format!("auth_events_total{{event=\"{event}\"}} ");
    let line = metrics.lines().find_map(|line| line.strip_prefix(&begins));
    line.and_then(|value| value.trim().parse().ok())
        .unwrap_or_default()
}

#[derive(Serialize)]
struct Rules {
    groups: [Group; 1],
}

#[derive(Serialize)]
struct Group {
    name: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
struct Rule {
    alert: String,
    expr: String,
    labels: Labels,
    annotations: Annotations,
}

#[derive(Serialize)]
struct Labels {
    severity: Severity,
}

#[derive(Serialize)]
struct Annotations {
    procedure: String,
}

/// Writes them as Prometheus reads them.
///
/// # Errors
/// When the disk refuses.
pub fn write(definition: &Definition, outputs: &Outputs) -> Outcome<Vec<Alert>> {
    let alerts: Vec<Alert> = watches(definition).map(Watch::alert).collect();
    let rules = alerts.iter().map(|alert| Rule {
        alert: alert.name.clone(),
        expr: alert.condition.clone(),
        labels: Labels {
            severity: alert.severity,
        },
        annotations: Annotations {
            procedure: alert.procedure.clone(),
        },
    });
    let rules = Rules {
        groups: [Group {
            name: "login",
            rules: rules.collect(),
        }],
    };
    outputs.write(
        "alerts.yml",
        serde_norway::to_string(&rules).during("putting the alerts into YAML")?,
    )?;
    Ok(alerts)
}
