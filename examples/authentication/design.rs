//! The design: tokens, keys, passwords, sessions and the way back in, from the requirements and from what is measured here. A
//! figure that was found wrong in an earlier round is chosen tighter.

use std::time::Instant;

use argon2::{Algorithm, Argon2, Params, Version, password_hash::PasswordHasher};
use examples::{
    authentication_plan::artifacts::{
        AuthenticationMechanisms, IntegrationPoints, KeyPlan, LockoutDesign, PasswordStorage,
        SecondFactorDecision, SecurityStandards, SessionDesign, SessionEvent, SessionRequirements,
        SigningAlgorithm, TokenDesign, UserManagement,
    },
    decision::{Alternative, Decision, Reference},
    evidence::Finding,
    failure::{During, Outcome},
    outputs::Outputs,
};

use crate::{
    findings::times_found,
    service::{clock::Clock, definition::OWN_AUDIENCE, ed25519, http::KEYS_CACHED_S, keys::KeyRing},
};

/// An access token lives for a quarter of an hour: it cannot be taken back before.
const ACCESS_LIVES_S: u32 = 900;
/// Clocks of servers differ by less.
const SKEW_S: u32 = 30;
/// Of the machine's memory for one hash, in KiB; OWASP's minimum and more, the dearest first.
const COSTS: [(u32, u32, u32); 4] = [(65_536, 3, 1), (47_104, 2, 1), (32_768, 2, 1), (19_456, 2, 1)];

fn decision(
    question: &str,
    chosen: &str,
    alternatives: &[(&str, &str)],
    means: [&str; 3],
    source: (&str, &str),
) -> Decision {
    let alternatives = alternatives.iter().map(|&(name, because)| Alternative {
        name: name.to_owned(),
        rejected_because: because.to_owned(),
    });
    let [security, performance, trade_off] = means.map(str::to_owned);
    Decision {
        question: question.to_owned(),
        chosen: chosen.to_owned(),
        alternatives: alternatives.collect(),
        security_implication: security,
        performance_implication: performance,
        trade_off,
        references: vec![Reference {
            title: source.0.to_owned(),
            place: source.1.to_owned(),
        }],
    }
}

/// Half for each time that it was found too long.
fn tightened(seconds: u32, found: &[Finding], figure: &str) -> u32 {
    (seconds >> times_found(found, figure).min(8)).max(60)
}

/// What a token is. It says no more than the applications asked for, and is meant for one of them.
pub fn tokens(
    sessions: &SessionRequirements,
    integrations: &IntegrationPoints,
    found: &[Finding],
) -> TokenDesign {
    let wanted = |claim: &&str| {
        integrations
            .points
            .iter()
            .any(|point| point.claims.iter().any(|wanted| wanted == claim))
    };
    let mut claims: Vec<String> = ["iss", "sub", "aud", "iat", "exp", "jti"]
        .map(str::to_owned)
        .to_vec();
    claims.extend(
        ["name", "group"]
            .iter()
            .filter(|claim| wanted(claim))
            .map(|&claim| claim.to_owned()),
    );
    let mut audiences: Vec<String> = integrations
        .points
        .iter()
        .map(|point| point.name.clone())
        .collect();
    audiences.push(OWN_AUDIENCE.to_owned());
    let access_lives_s = tightened(
        ACCESS_LIVES_S.min(sessions.idle_timeout_s),
        found,
        "access_lives_s",
    );
    TokenDesign {
        algorithm: SigningAlgorithm::EdDsa,
        claims,
        audiences,
        access_lives_s,
        refresh_lives_s: sessions.absolute_timeout_s.max(access_lives_s),
        reuse_ends_family: true,
        clock_skew_s: SKEW_S,
        decisions: vec![decision(
            "How are tokens signed?",
            "Ed25519, and nothing else is verified",
            &[
                (
                    "ES256",
                    "a weak source of chance at signing would give the key away",
                ),
                ("HS256", "each application that verifies could also sign"),
            ],
            [
                "whoever takes over an application gains no key; a verifier that takes one algorithm cannot be confused",
                "a signature takes well under a millisecond, as does its verification; keys of 32 bytes",
                "old clients without Ed25519 must ask at /userinfo instead of verifying",
            ],
            (
                "RFC 8725, section 3.1: Perform Algorithm Verification",
                "https://www.rfc-editor.org/rfc/rfc8725#section-3.1",
            ),
        )],
    }
}

/// How keys come, change and go. How long a withdrawal takes is tried on a ring of its own.
///
/// # Errors
/// When the disk refuses.
pub fn keys(design: &TokenDesign, outputs: &Outputs) -> Outcome<(KeyPlan, u128)> {
    ed25519::install();
    let scratch = outputs.scratch()?;
    let now = Clock::default().now();
    let mut ring = KeyRing::open(Outputs::open(&crate::team::PLACE, scratch.path())?, now)?;
    let (stolen, _) = ring.signer()?;
    let begun = Instant::now();
    ring.withdraw(&stolen, now)?;
    let took_us = begun.elapsed().as_micros();
    let plan = KeyPlan {
        kept_in: "files of the service, in `keys/`, readable by its account only".to_owned(),
        used_by: vec!["the service".to_owned()],
        rotated_every_days: 90,
        verifies_for_s: design.access_lives_s + 2 * design.clock_skew_s,
        longest_token_s: design.access_lives_s + design.clock_skew_s,
        // The withdrawal itself is done in a moment; applications ask for the keys anew within this time.
        emergency_takes_min: KEYS_CACHED_S.div_ceil(60).max(1),
    };
    Ok((plan, took_us))
}

/// How passwords are kept: at the dearest of the costs that this machine pays within the time that a login may take, and never
/// below the minimum.
///
/// # Errors
/// When there is no memory for a hash.
pub fn passwords(hash_ms_at_most: u32, found: &[Finding]) -> Outcome<(PasswordStorage, Vec<String>)> {
    let (mut measured, mut chosen) = (Vec::new(), None);
    for (memory_kib, iterations, lanes) in COSTS {
        let ms = measure(memory_kib, iterations, lanes)?;
        measured.push(format!("{} MiB, {iterations} times: {ms} ms", memory_kib / 1_024));
        chosen = Some((memory_kib, iterations, lanes, ms));
        if ms <= hash_ms_at_most {
            break;
        }
    }
    let (memory_kib, iterations, lanes, measured_ms) = chosen.unwrap_or((19_456, 2, 1, 1));
    let storage = PasswordStorage {
        memory_kib,
        iterations,
        lanes,
        salt_bytes: 16,
        measured_ms: measured_ms.max(1),
        password_chars_at_least: 10 + 2 * times_found(found, "password_chars_at_least"),
        refused_list: format!(
            "{} passwords that lists of stolen ones begin with, and whatever zxcvbn guesses within 10^8 tries",
            crate::service::passwords::stolen_count()
        ),
        decisions: vec![decision(
            "How dear is a hash?",
            &format!(
                "argon2id with {memory_kib} KiB, {iterations} iterations, {lanes} lane: {measured_ms} ms here"
            ),
            &[
                (
                    "bcrypt",
                    "it needs little memory, so that graphics cards try many at once",
                ),
                ("PBKDF2", "the same, and more so"),
            ],
            [
                "whoever steals the store pays memory and time for each guess at each account",
                "as long as measured for each login, and that much memory; two at a time at most",
                "a login takes noticeably long, so that a guess does too",
            ],
            (
                "RFC 9106: Argon2, section 4: Parameter Choice",
                "https://www.rfc-editor.org/rfc/rfc9106#section-4",
            ),
        )],
    };
    Ok((storage, measured))
}

/// The median of three.
fn measure(memory_kib: u32, iterations: u32, lanes: u32) -> Outcome<u32> {
    let params = Params::new(memory_kib, iterations, lanes, None).during("setting the cost of argon2id")?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut times = Vec::new();
    for _ in 0..3 {
        let begun = Instant::now();
        argon
            .hash_password(b"a password that nobody uses")
            .during("hashing")?;
        times.push(u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX));
    }
    times.sort_unstable();
    Ok(times.get(1).copied().unwrap_or_default())
}

/// How sessions are handled.
pub fn sessions(requirements: &SessionRequirements, found: &[Finding]) -> SessionDesign {
    let idle_timeout_s = tightened(requirements.idle_timeout_s, found, "idle_timeout_s");
    SessionDesign {
        kept_in: "table `sessions`, by the SHA-256 of the id".to_owned(),
        id_entropy_bits: 256,
        id_renewed_by: vec![
            SessionEvent::LoggedIn,
            SessionEvent::FactorShown,
            SessionEvent::PasswordChanged,
        ],
        idle_timeout_s,
        absolute_timeout_s: tightened(requirements.absolute_timeout_s, found, "absolute_timeout_s")
            .max(idle_timeout_s),
        cookie_attributes: ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"]
            .map(str::to_owned)
            .to_vec(),
    }
}

/// When guessing is stopped, and how an owner gets back in.
pub fn lockout(standards: &SecurityStandards, users: &UserManagement, found: &[Finding]) -> LockoutDesign {
    // Level 2 is for systems where a taken account does harm.
    let strict = standards
        .standards
        .iter()
        .any(|standard| standard.title.ends_with("level 2"));
    let locked_after_failures = tightened_count(if strict { 10 } else { 20 }, found, "locked_after_failures");
    LockoutDesign {
        slowed_after_failures: (locked_after_failures / 2).max(1),
        locked_after_failures,
        locked_for_s: 15 * 60,
        failures_per_address_per_min: 20,
        recovery_lives_s: tightened(30 * 60, found, "recovery_lives_s"),
        answers_alike: true,
        owner_told_by: format!(
            "post to the address of the account; kept {} days in `outbox`",
            users.audit_kept_days
        ),
    }
}

fn tightened_count(count: u32, found: &[Finding], figure: &str) -> u32 {
    (count >> times_found(found, figure).min(8)).max(3)
}

/// The groups that must have a second factor, where there is one at all.
pub fn factor_groups(mechanisms: &AuthenticationMechanisms) -> Option<Vec<String>> {
    match &mechanisms.second_factor {
        SecondFactorDecision::Required { groups, .. } => Some(groups.clone()),
        SecondFactorDecision::Offered { .. } => Some(Vec::new()),
        SecondFactorDecision::LeftOut { .. } => None,
    }
}
