//! The attacks on a service of the sample's kind with planted faults, without a plan around it: what each step finds. Hashes are
//! cheap here, since it is the attacks that are tried.

use std::collections::BTreeSet;

use examples::{
    authentication_plan::artifacts::{LockoutDesign, PasswordStorage, SessionDesign},
    evidence::Finding,
    failure::{During, Outcome},
    outputs::Outputs,
};
use serde_json::{Value, json};

use crate::{
    attack, provider,
    rules::{self, Weakness},
    service::definition::{
        Definition, Factor, Guessing, ISSUER, OWN_AUDIENCE, Passwords, Recovery, Sessions, Tokens,
    },
    team::PLACE,
};

/// Who signs at the provider of the drill.
const PROVIDER: &str = "https://id.partner.example";

/// Attacks a service with these weaknesses. A line for each step.
///
/// # Errors
/// When there is no such weakness, or the service does not answer.
pub async fn attack(names: &[String]) -> Outcome<Vec<Value>> {
    let mut weaknesses = BTreeSet::new();
    for name in names {
        let weakness: Weakness =
            serde_json::from_value(Value::from(name.as_str())).during("reading the name of a weakness")?;
        weaknesses.insert(weakness);
    }
    let folder = tempfile::tempdir().during("creating a folder")?;
    let outputs = Outputs::open(&PLACE, folder.path())?;
    let mut definition = definition(weaknesses);
    let groups = ["partners".to_owned()];
    definition
        .providers
        .push(provider::known("Provider", PROVIDER, &groups, &outputs).await?);
    let (lockout, storage, sessions) = (
        lockout(&definition),
        storage(&definition),
        session_design(&definition),
    );
    let guessing = attack::brute_force::run(&definition, &lockout, &outputs).await?;
    let tokens = attack::tokens::run(&definition, &outputs).await?;
    let on_sessions = attack::sessions::run(&definition, &sessions, &outputs).await?;
    let passwords = attack::passwords::run(&definition, &storage, &outputs).await?;
    let line = |step: &str, found: &[Finding]| {
        let rules: Vec<&str> = found
            .iter()
            .filter_map(|finding| rules::of_finding(finding).map(|rule| rule.id))
            .collect();
        json!({ "step": step, "found": rules })
    };
    Ok(vec![
        line("attack_by_brute_force", &guessing.findings),
        line("attack_tokens", &tokens.findings),
        line("attack_sessions", &on_sessions.findings),
        line("audit_passwords", &passwords.findings),
    ])
}

fn definition(weaknesses: BTreeSet<Weakness>) -> Definition {
    Definition {
        system: "Drill".to_owned(),
        groups: vec!["customers".to_owned(), "partners".to_owned()],
        passwords: Passwords {
            memory_kib: 4_096,
            iterations: 2,
            lanes: 1,
            chars_at_least: 10,
        },
        guessing: Guessing {
            slowed_after: 3,
            locked_after: 6,
            locked_for_s: 900,
            per_address_per_min: 8,
        },
        sessions: Sessions {
            cookie: "__Host-session".to_owned(),
            idle_s: 1_800,
            absolute_s: 7_200,
            devices_at_most: 5,
        },
        tokens: Some(Tokens {
            issuer: ISSUER.to_owned(),
            audiences: vec!["orders".to_owned(), OWN_AUDIENCE.to_owned()],
            access_lives_s: 900,
            refresh_lives_s: 7_200,
            skew_s: 30,
            key_signs_for_days: 90,
            key_verifies_for_s: 960,
        }),
        recovery: Some(Recovery { lives_s: 1_800 }),
        factor: Some(Factor {
            required_of: Vec::new(),
            recovery_codes: 8,
        }),
        providers: Vec::new(),
        kept_days: 90,
        proxies: vec![std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST)],
        origins: vec![ISSUER.to_owned()],
        weaknesses,
    }
}

fn lockout(definition: &Definition) -> LockoutDesign {
    LockoutDesign {
        slowed_after_failures: definition.guessing.slowed_after,
        locked_after_failures: definition.guessing.locked_after,
        locked_for_s: definition.guessing.locked_for_s,
        failures_per_address_per_min: definition.guessing.per_address_per_min,
        recovery_lives_s: 1_800,
        answers_alike: true,
        owner_told_by: "post".to_owned(),
    }
}

fn storage(definition: &Definition) -> PasswordStorage {
    PasswordStorage {
        memory_kib: definition.passwords.memory_kib,
        iterations: definition.passwords.iterations,
        lanes: definition.passwords.lanes,
        salt_bytes: 16,
        measured_ms: 1,
        password_chars_at_least: definition.passwords.chars_at_least,
        refused_list: "that of the sample".to_owned(),
        decisions: Vec::new(),
    }
}

fn session_design(definition: &Definition) -> SessionDesign {
    SessionDesign {
        kept_in: "table sessions".to_owned(),
        id_entropy_bits: 256,
        id_renewed_by: Vec::new(),
        idle_timeout_s: definition.sessions.idle_s,
        absolute_timeout_s: definition.sessions.absolute_s,
        cookie_attributes: Vec::new(),
    }
}
