//! The service, set up part by part: each part is put into the definition, tried on a live port, and only then written to
//! `service.json`.

pub mod owners;

use std::{collections::BTreeSet, net::IpAddr};

use argon2::password_hash::PasswordHasher;
use examples::{
    authentication_plan::artifacts::{
        AuthEndpoint, AuthEndpoints, AuthenticationMechanisms, KeyPlan, LockoutDesign, PasswordStorage,
        PasswordStore, SessionDesign, SessionService, SetUp, TokenDesign, TokenService, UserManagement,
    },
    failure::{During, Failure, Outcome, ensure},
    outputs::Outputs,
};
use serde_json::json;

use crate::{
    analysis::{self, Assignment},
    bed::{Bed, User, expect},
    findings, provider,
    rules::{self, Weakness},
    service::{
        definition::{Definition, Guessing, ISSUER, OWN_AUDIENCE, Passwords, Sessions, Tokens},
        http::{KEYS_CACHED_S, Part, ROUTES},
        passwords,
        tokens::{Wanted, verify},
    },
};

/// What the service is told to do, relative to the folder of the run.
pub const DEFINITION_FILE: &str = "service.json";
/// The cookie; browsers take the prefix as a promise that it is secure and of this host only.
const COOKIE: &str = "__Host-session";
/// The proxy in front of the service.
const PROXY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
/// How often the running service sweeps away what has ended, in seconds.
pub const SWEPT_EVERY_S: u32 = 60;

/// The definition as it was written last.
///
/// # Errors
/// When there is none.
pub fn read_definition(outputs: &Outputs) -> Outcome<Definition> {
    let text = outputs.read(DEFINITION_FILE)?;
    serde_json::from_slice(&text).during(format_args!("reading `{DEFINITION_FILE}`"))
}

fn write(definition: &Definition, seen: &[&str], outputs: &Outputs) -> Outcome<SetUp> {
    let file = outputs.write_json(DEFINITION_FILE, definition)?;
    Ok(SetUp {
        file: file.path,
        sha256: file.sha256,
        seen: seen.iter().map(|&text| text.to_owned()).collect(),
    })
}

/// Planted for the drill, and those of them that were found in an earlier round: they are mended.
///
/// # Errors
/// When what was found cannot be read.
pub fn weaknesses(
    assignment: &Assignment,
    round: u32,
    outputs: &Outputs,
) -> Outcome<(BTreeSet<Weakness>, Vec<&'static str>)> {
    let mut planted: BTreeSet<Weakness> = assignment.drill.weaknesses.iter().copied().collect();
    let mut mended = Vec::new();
    for finding in findings::before(outputs, round)? {
        if let Some(rule) = rules::of_finding(&finding)
            && let Some(weakness) = rule.weakness
            && planted.remove(&weakness)
        {
            mended.push(rule.id);
        }
    }
    Ok((planted, mended))
}

/// Sets up how passwords are kept, and sees a hash made and an old one raised.
///
/// # Errors
/// When it does not work.
pub async fn password_storage(
    storage: &PasswordStorage,
    weaknesses: BTreeSet<Weakness>,
    outputs: &Outputs,
) -> Outcome<PasswordStore> {
    let definition = bare(storage, weaknesses, analysis::assignment(outputs)?);
    let bed = Bed::start(&definition, outputs).await?;
    let (user, _) = bed.logged_in("ada").await?;
    let hash_of = |name: &str| -> Outcome<String> {
        bed.service.with_store(|store| {
            store.query_row("SELECT password FROM accounts WHERE name = ?1", [name], |row| {
                row.get(0)
            })
        })
    };
    let sample_hash = hash_of(&user.name)?;
    let (low, raised) = (old_hash(&user.password)?, user.name.clone());
    bed.service.with_store(|store| {
        store.execute(
            "UPDATE accounts SET password = ?1 WHERE name = ?2",
            [&low, &raised],
        )
    })?;
    bed.browser("192.0.2.3").log_in(&user).await?;
    let raises_old_hashes = hash_of(&user.name)?.contains(&format!("m={}", storage.memory_kib));
    ensure(
        raises_old_hashes,
        "a login did not raise a hash of lower cost; the store must keep the new one",
    )?;
    let weak = bed
        .browser("192.0.2.3")
        .post("/register", &json!({ "name": "eve", "password": "Password1234" }))
        .await?;
    bed.stop().await?;
    let mut seen = vec![
        "a registration keeps an argon2id hash",
        "a login raises a hash of lower cost",
    ];
    seen.extend((weak.status == 422).then_some("a stolen password is refused"));
    Ok(PasswordStore {
        set_up: write(&definition, &seen, outputs)?,
        library: "argon2 0.6, zxcvbn 3".to_owned(),
        sample_hash,
        hash_ms: storage.measured_ms,
        refused_passwords: passwords::stolen_count() as u64,
        raises_old_hashes,
    })
}

/// A service with passwords and nothing that was designed besides.
fn bare(storage: &PasswordStorage, weaknesses: BTreeSet<Weakness>, assignment: Assignment) -> Definition {
    Definition {
        system: assignment.system,
        groups: assignment.groups,
        passwords: Passwords {
            memory_kib: storage.memory_kib,
            iterations: storage.iterations,
            lanes: storage.lanes,
            chars_at_least: storage.password_chars_at_least,
        },
        // Strict until they are designed in the steps to come.
        guessing: Guessing {
            slowed_after: 3,
            locked_after: 5,
            locked_for_s: 900,
            per_address_per_min: 20,
        },
        sessions: Sessions {
            cookie: COOKIE.to_owned(),
            idle_s: 300,
            absolute_s: 3_600,
            devices_at_most: 5,
        },
        tokens: None,
        recovery: None,
        factor: None,
        providers: Vec::new(),
        kept_days: assignment.wishes.audit_kept_days,
        proxies: vec![PROXY],
        origins: vec![ISSUER.to_owned()],
        weaknesses,
    }
}

/// As a login of years ago kept it.
pub fn old_hash(password: &str) -> Outcome<String> {
    let params = argon2::Params::new(4_096, 1, 1, None).during("setting the cost of an old hash")?;
    let argon = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    Ok(argon
        .hash_password(password.as_bytes())
        .during("hashing")?
        .to_string())
}

/// Sets up registration, login and logout, and goes through them.
///
/// # Errors
/// When it does not work.
pub async fn endpoints(
    mechanisms: &AuthenticationMechanisms,
    lockout: &LockoutDesign,
    users: &UserManagement,
    outputs: &Outputs,
) -> Outcome<AuthEndpoints> {
    let mut definition = read_definition(outputs)?;
    definition.kept_days = users.audit_kept_days;
    definition.providers = provider::known_to(mechanisms, outputs).await?;
    definition.guessing = Guessing {
        slowed_after: lockout.slowed_after_failures,
        locked_after: lockout.locked_after_failures,
        locked_for_s: lockout.locked_for_s,
        per_address_per_min: lockout.failures_per_address_per_min,
    };
    let bed = Bed::start(&definition, outputs).await?;
    let (user, mut browser) = bed.logged_in("ada").await?;
    ensure(browser.is_in().await?, "who logged in is not in")?;
    let wrong = User {
        password: "not the password at all".to_owned(),
        ..user.clone()
    };
    expect(
        &bed.browser("192.0.2.9").post("/login", &wrong.words()).await?,
        401,
        "a wrong password",
    )?;
    let mut second = bed.browser("192.0.2.4");
    second.log_in(&user).await?;
    let listed = browser.get("/sessions").await?.json()?["sessions"]
        .as_array()
        .map_or(0, Vec::len);
    ensure(
        listed == 2,
        format_args!("{listed} sessions are listed instead of 2"),
    )?;
    expect(&browser.post("/logout", &json!({})).await?, 200, "logging out")?;
    expect(
        &second.post("/logout-everywhere", &json!({})).await?,
        200,
        "logging out everywhere",
    )?;
    ensure(!second.is_in().await?, "who logged out everywhere is still in")?;
    expect(&browser.get("/health").await?, 200, "asking how it is")?;
    bed.stop().await?;
    let mut seen = vec![
        "registered, logged in, listed and logged out",
        "a wrong password is refused",
    ];
    if !definition.providers.is_empty() {
        provider::round_trips(&definition, outputs).await?;
        seen.push("in and out on the word of each provider");
    }
    Ok(AuthEndpoints {
        set_up: write(&definition, &seen, outputs)?,
        endpoints: routes(&definition, lockout.failures_per_address_per_min),
    })
}

/// The routes of what is set up.
pub fn routes(definition: &Definition, per_min: u32) -> Vec<AuthEndpoint> {
    let there = |part| match part {
        Part::Core => true,
        Part::Tokens => definition.tokens.is_some(),
        Part::Recovery => definition.recovery.is_some(),
        Part::Factor => definition.factor.is_some(),
        Part::Sso => !definition.providers.is_empty(),
    };
    let routes = ROUTES
        .iter()
        .filter(|route| there(route.part))
        .map(|route| AuthEndpoint {
            route: route.route.to_owned(),
            purpose: route.purpose.to_owned(),
            requests_per_min: per_min,
            statuses: route.statuses.to_vec(),
        });
    routes.collect()
}

/// Sets up tokens, and sees them verify by the published keys, over a rotation without a restart.
///
/// # Errors
/// When it does not work.
pub async fn tokens(design: &TokenDesign, keys: &KeyPlan, outputs: &Outputs) -> Outcome<TokenService> {
    let mut definition = read_definition(outputs)?;
    definition.tokens = Some(Tokens {
        issuer: ISSUER.to_owned(),
        audiences: design.audiences.clone(),
        access_lives_s: design.access_lives_s,
        refresh_lives_s: design.refresh_lives_s,
        skew_s: design.clock_skew_s,
        key_signs_for_days: keys.rotated_every_days,
        key_verifies_for_s: keys.verifies_for_s,
    });
    let bed = Bed::start(&definition, outputs).await?;
    let (_, mut browser) = bed.logged_in("ada").await?;
    let audience = design.audiences.first().map_or(OWN_AUDIENCE, String::as_str);
    let given = browser.post("/token", &json!({ "audience": audience })).await?;
    expect(&given, 200, "asking for tokens")?;
    let given = given.json()?;
    let access = given["access_token"].as_str().unwrap_or_default().to_owned();
    let admin = bed.admin()?;
    let rotated = examples::client::Call::new("POST", "/admin/keys/rotate").with_token(&admin);
    let signing_key = browser.send(rotated).await?.json()?["signing_key"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let published = browser.get("/.well-known/jwks.json").await?;
    let published = serde_json::from_slice(&published.body).during("reading the published keys")?;
    let wanted = Wanted {
        issuer: ISSUER,
        audience,
        skew_s: design.clock_skew_s,
        now: bed.service.clock.now(),
    };
    let verified = verify(&access, &published, &wanted);
    ensure(
        verified.is_ok(),
        format_args!("a token of the key before does not verify: {verified:?}"),
    )?;
    let refreshed = browser
        .post(
            "/token/refresh",
            &json!({ "refresh_token": given["refresh_token"] }),
        )
        .await?;
    expect(&refreshed, 200, "refreshing")?;
    bed.advance(keys.rotated_every_days * 86_400);
    sweep(&bed)?;
    let published = bed.service.verifying_keys();
    ensure(
        published.find(&signing_key).is_some() && published.keys.len() == 2,
        "a key whose time is over still signs, or no longer verifies what it signed",
    )?;
    bed.stop().await?;
    let seen = [
        "a key is changed when its time is over",
        "a token verifies by the published keys",
        "it still does after a rotation without a restart",
        "a refresh token gives new tokens",
    ];
    Ok(TokenService {
        set_up: write(&definition, &seen, outputs)?,
        library: "jsonwebtoken 11 with ed25519-dalek 3".to_owned(),
        keys_path: "/.well-known/jwks.json".to_owned(),
        keys_cached_s: KEYS_CACHED_S,
        signing_key,
    })
}

/// Sets up sessions, and sees one more device than may be push out the oldest.
///
/// # Errors
/// When it does not work.
pub async fn sessions(design: &SessionDesign, outputs: &Outputs) -> Outcome<SessionService> {
    let mut definition = read_definition(outputs)?;
    let devices_at_most = analysis::assignment(outputs)?.wishes.devices_at_most;
    definition.sessions = Sessions {
        cookie: COOKIE.to_owned(),
        idle_s: design.idle_timeout_s,
        absolute_s: design.absolute_timeout_s,
        devices_at_most,
    };
    let bed = Bed::start(&definition, outputs).await?;
    let (user, mut first) = bed.logged_in("ada").await?;
    for _ in 0..devices_at_most {
        bed.browser("192.0.2.5").log_in(&user).await?;
    }
    ensure(
        !first.is_in().await?,
        "one device more than may be pushed out no other",
    )?;
    bed.advance(design.absolute_timeout_s + 1);
    let swept = sweep(&bed)?;
    ensure(
        swept == usize::from(devices_at_most),
        format_args!("{swept} ended sessions were swept away instead of {devices_at_most}"),
    )?;
    bed.stop().await?;
    let seen = [
        "a device too many pushes out the oldest",
        "ended sessions are swept away",
    ];
    Ok(SessionService {
        set_up: write(&definition, &seen, outputs)?,
        cookie: COOKIE.to_owned(),
        swept_every_s: SWEPT_EVERY_S,
        endpoints: ["GET /sessions", "POST /logout", "POST /logout-everywhere"]
            .map(str::to_owned)
            .to_vec(),
    })
}

fn sweep(bed: &Bed) -> Outcome<usize> {
    let swept = bed.service.sweep();
    swept.map_err(|_| Failure::new("what has ended cannot be swept away"))
}
