//! Weak and stolen passwords, what a thief of the store and the log reads, and answers that tell which accounts exist: by what they
//! say and by how long they take.

use std::path::Path;

use examples::{
    authentication_plan::artifacts::{PasswordAudit, PasswordStorage},
    client::Reply,
    failure::{During, Outcome, ensure},
    load::milliseconds,
    outputs::Outputs,
};
use serde_json::json;

use super::{Made, Tally};
use crate::{
    bed::{Bed, User, expect},
    service::{definition::Definition, events, random_hex, store},
};

/// Too short, on every list, of the name, of the keyboard, of the year.
const WEAK: &[&str] = &[
    "",
    "short1!",
    "Password1234",
    "letmein12345",
    "qwertyuiop123",
    "1234567890123",
    "aaaaaaaaaaaaaa",
    "victim2026",
    "iloveyou1234",
    "abcdefghijkl",
    "Summer2026!",
    "passwordpassword",
];
/// Pairs of answers that are timed at a time.
const SAMPLES: usize = 9;
/// A difference must be seen this often in a row: a busy machine makes one now and then, an early answer always.
const ATTEMPTS: usize = 6;

/// How far the medians may be apart: a quarter of what a hash takes here and now, and no less than two milliseconds.
fn tolerance_ms(usual_ms: f64) -> f64 {
    (usual_ms / 4.0).max(2.0)
}

/// Tries and measures.
///
/// # Errors
/// When the service does not answer.
pub async fn run(
    definition: &Definition,
    storage: &PasswordStorage,
    outputs: &Outputs,
) -> Outcome<PasswordAudit> {
    let mut tally = Tally::default();
    let bed = Bed::start(definition, outputs).await?;
    let weak_accepted = weak(&bed, &mut tally).await?;
    answers(&bed, &mut tally).await?;
    let secrets = used_secrets(&bed, &mut tally).await?;
    let leaks = stolen_store(&bed, &secrets, &mut tally)?;
    let hashes_below_cost = below_cost(&bed, storage, &mut tally)?;
    bed.stop().await?;
    let (difference, tolerance) = timing(definition, outputs).await?;
    let attack =
        format!("medians of {SAMPLES} answers differ by {difference:.1} ms; {tolerance:.1} ms may be");
    let told = u32::from(difference > tolerance);
    tally.note(Made {
        rule: "P-3",
        attack: &attack,
        place: "POST /login",
        tries: 1,
        accepted: told,
        status: 401,
    });
    Ok(PasswordAudit {
        weak_tried: u32::try_from(WEAK.len()).unwrap_or(u32::MAX),
        weak_accepted,
        hashes_below_cost,
        leaks,
        timing_difference_ms: difference,
        timing_tolerance_ms: tolerance,
        rules_tested: tally.rules_tested(),
        findings: tally.findings,
    })
}

async fn weak(bed: &Bed, tally: &mut Tally) -> Outcome<Vec<String>> {
    let (mut accepted, mut status) = (Vec::new(), 0);
    for (nth, password) in WEAK.iter().enumerate() {
        let words = json!({ "name": format!("victim{nth}@quayside.example"), "password": password });
        status = bed.browser("192.0.2.31").post("/register", &words).await?.status;
        accepted.extend((status == 202).then(|| (*password).to_owned()));
    }
    let (tries, count) = (
        u32::try_from(WEAK.len()).unwrap_or(u32::MAX),
        u32::try_from(accepted.len()).unwrap_or(u32::MAX),
    );
    tally.note(Made {
        rule: "P-1",
        attack: "weak and stolen passwords at registration",
        place: "POST /register",
        tries,
        accepted: count,
        status,
    });
    Ok(accepted)
}

/// Everything of an answer but when it was given.
fn seen(reply: &Reply) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let headers = reply.headers.iter().filter(|(name, _)| *name != "date");
    (
        reply.status,
        headers
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        reply.body.clone(),
    )
}

async fn answers(bed: &Bed, tally: &mut Tally) -> Outcome<()> {
    let known = bed.user("known").await?;
    let unknown = User::new("nobody")?;
    let wrong = |user: &User| json!({ "name": user.name, "password": "not the password at all" });
    for (path, attack) in [
        ("/login", "a wrong password for a name with and without account"),
        ("/recovery", "a way back in for a name with and without account"),
    ] {
        let one = bed.browser("192.0.2.32").post(path, &wrong(&known)).await?;
        let other = bed.browser("192.0.2.32").post(path, &wrong(&unknown)).await?;
        tally.once(
            "P-2",
            attack,
            &format!("POST {path}"),
            seen(&one) != seen(&other),
            other.status,
        );
    }
    let again = bed
        .browser("192.0.2.32")
        .post(
            "/register",
            &User {
                password: random_hex()?,
                ..known.clone()
            }
            .words(),
        )
        .await?;
    let first = bed
        .browser("192.0.2.32")
        .post("/register", &User::new("newcomer")?.words())
        .await?;
    tally.once(
        "P-2",
        "a registration of a name with and without account",
        "POST /register",
        seen(&again) != seen(&first),
        again.status,
    );
    // Not even when they are locked.
    let guesses = bed.service.definition.guessing.locked_after + 2;
    let mut last = Vec::new();
    for user in [&known, &unknown] {
        let mut statuses = Vec::new();
        for nth in 0..guesses {
            let mut browser = bed.browser(&format!("198.51.100.{}", 100 + nth));
            statuses.push(browser.post("/login", &wrong(user)).await?.status);
            // Longer than any guess is slowed, so that the lock is reached.
            bed.advance(31);
        }
        last.push(statuses);
    }
    let differ = last.first() != last.get(1);
    tally.once(
        "P-2",
        "guesses until a name with and without account is locked",
        "POST /login",
        differ,
        429,
    );
    bed.advance(3_600);
    Ok(())
}

/// Goes through everything that has a secret, and yields the secrets.
async fn used_secrets(bed: &Bed, tally: &mut Tally) -> Outcome<Vec<(&'static str, String)>> {
    let (user, mut browser) = bed.logged_in("careless").await?;
    let mut secrets = vec![("password", user.password.clone())];
    secrets.extend(browser.session.clone().map(|session| ("session id", session)));
    if bed.service.definition.tokens.is_some() {
        let given = browser
            .post(
                "/token",
                &json!({ "audience": crate::service::definition::OWN_AUDIENCE }),
            )
            .await?
            .json()?;
        for (kind, member) in [
            ("access token", "access_token"),
            ("refresh token", "refresh_token"),
        ] {
            secrets.extend(given[member].as_str().map(|token| (kind, token.to_owned())));
        }
    }
    if bed.service.definition.factor.is_some() {
        let (guarded, _) = bed.with_factor("guarded").await?;
        secrets.extend(guarded.factor.map(|secret| ("secret of a second factor", secret)));
        secrets.extend(
            guarded
                .recovery_codes
                .into_iter()
                .map(|code| ("recovery code", code)),
        );
    }
    if bed.service.definition.recovery.is_some() {
        secrets.push(("way back in", recovered(bed, tally).await?));
    }
    let mistyped = User {
        password: random_hex()?,
        ..user
    };
    expect(
        &bed.browser("192.0.2.34")
            .post("/login", &mistyped.words())
            .await?,
        401,
        "a wrong password",
    )?;
    secrets.push(("mistyped password", mistyped.password));
    secrets.push(("administrator's token", bed.admin()?));
    Ok(secrets)
}

async fn recovered(bed: &Bed, tally: &mut Tally) -> Outcome<String> {
    let lives_s = bed
        .service
        .definition
        .recovery
        .as_ref()
        .map_or(0, |recovery| recovery.lives_s);
    let user = bed.user("forgetful").await?;
    let mut browser = bed.browser("192.0.2.33");
    expect(
        &browser.post("/recovery", &json!({ "name": user.name })).await?,
        202,
        "asking for a way back in",
    )?;
    let secret = bed.secret_by_post(&user.name).await?;
    let complete = |secret: &str| {
        Ok::<_, examples::failure::Failure>(json!({ "secret": secret, "new_password": random_hex()? }))
    };
    expect(
        &browser.post("/recovery/complete", &complete(&secret)?).await?,
        200,
        "the way back in",
    )?;
    let status = browser
        .post("/recovery/complete", &complete(&secret)?)
        .await?
        .status;
    tally.once(
        "P-5",
        "a secret of recovery that was used",
        "POST /recovery/complete",
        status == 200,
        status,
    );
    // Another, that is used too late.
    let late = bed.user("slow").await?;
    expect(
        &browser.post("/recovery", &json!({ "name": late.name })).await?,
        202,
        "asking for a way back in",
    )?;
    let kept = bed.secret_by_post(&late.name).await?;
    bed.advance(lives_s + 1);
    let status = browser
        .post("/recovery/complete", &complete(&kept)?)
        .await?
        .status;
    tally.once(
        "P-5",
        "a secret of recovery after its time",
        "POST /recovery/complete",
        status == 200,
        status,
    );
    // One that nobody used lies in the store when the thief comes.
    let open = bed.user("open").await?;
    expect(
        &browser.post("/recovery", &json!({ "name": open.name })).await?,
        202,
        "asking for a way back in",
    )?;
    bed.secret_by_post(&open.name).await
}

/// Reads every file that a backup of the store or a collector of logs would take along; only what the service alone may read is
/// left out, and is seen to be closed to others.
fn stolen_store(bed: &Bed, secrets: &[(&'static str, String)], tally: &mut Tally) -> Outcome<Vec<String>> {
    let root = bed.folder.root();
    let mut leaks = Vec::new();
    for file in files_of(root)? {
        let name = file.strip_prefix(root).unwrap_or(&file).display().to_string();
        let closed = [store::FILE, events::FILE].contains(&name.as_str());
        leaks.extend((closed && is_open(&file)?).then(|| format!("`{name}` can be read by others")));
        let secret_place = ["keys/", "factors/", "secrets/", "post/"]
            .iter()
            .any(|folder| name.starts_with(folder));
        if secret_place && !name.ends_with("ring.json") {
            leaks.extend(is_open(&file)?.then(|| format!("`{name}` can be read by others")));
            continue;
        }
        let bytes = std::fs::read(&file).during(format_args!("reading `{}`", file.display()))?;
        // A letter for each byte, so that text is found in what is no text.
        let text: String = bytes.into_iter().map(char::from).collect();
        for (kind, secret) in secrets {
            let there =
                text.contains(secret.as_str()) || text.contains(&examples::hex::hex(secret.as_bytes()));
            leaks.extend(there.then(|| format!("a {kind} in `{name}`")));
        }
    }
    let metrics = bed.service.events.metrics()?;
    let told = secrets
        .iter()
        .filter(|(_, secret)| metrics.contains(secret.as_str()));
    leaks.extend(told.map(|(kind, _)| format!("a {kind} in the metrics")));
    let (tries, accepted) = (
        u32::try_from(secrets.len()).unwrap_or(u32::MAX),
        u32::try_from(leaks.len()).unwrap_or(u32::MAX),
    );
    let attack = format!(
        "{tries} secrets looked for in the store, the log and the metrics: {}",
        leaks.join(", ")
    );
    tally.note(Made {
        rule: "P-4",
        attack: &attack,
        place: "the store",
        tries,
        accepted,
        status: 0,
    });
    Ok(leaks)
}

fn files_of(folder: &Path) -> Outcome<Vec<std::path::PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).during(format_args!("looking into `{}`", folder.display()))? {
        let path = entry.during("looking into a folder")?.path();
        if path.is_dir() {
            files.extend(files_of(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

#[cfg(unix)]
fn is_open(file: &Path) -> Outcome<bool> {
    use std::os::unix::fs::PermissionsExt;
    let data = file
        .metadata()
        .during(format_args!("looking at `{}`", file.display()))?;
    Ok(data.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open(_: &Path) -> Outcome<bool> {
    Ok(false)
}

fn below_cost(bed: &Bed, storage: &PasswordStorage, tally: &mut Tally) -> Outcome<u64> {
    let hashes: Vec<String> = bed.service.with_store(|store| {
        let mut asked = store.prepare("SELECT password FROM accounts")?;
        asked.query_map([], |row| row.get(0))?.collect()
    })?;
    let cost = format!(
        "$argon2id$v=19$m={},t={},p={}$",
        storage.memory_kib, storage.iterations, storage.lanes
    );
    let below = hashes.iter().filter(|hash| !hash.starts_with(&cost)).count();
    ensure(
        !hashes.is_empty(),
        "there is no account whose hash could be looked at",
    )?;
    let (tries, accepted) = (
        u32::try_from(hashes.len()).unwrap_or(u32::MAX),
        u32::try_from(below).unwrap_or(u32::MAX),
    );
    tally.note(Made {
        rule: "P-6",
        attack: "hashes of another cost than was chosen",
        place: "table accounts",
        tries,
        accepted,
        status: 0,
    });
    Ok(below as u64)
}

/// Times wrong passwords for names with and without account, in pairs, so that whatever else the machine does meets both. The
/// smallest difference of some attempts counts: noise comes and goes, an early answer does not.
async fn timing(definition: &Definition, outputs: &Outputs) -> Outcome<(f64, f64)> {
    let mut smallest: Option<(f64, f64)> = None;
    for _ in 0..ATTEMPTS {
        let (difference, tolerance) = timed_pairs(definition, outputs).await?;
        if smallest.is_none_or(|(before, allowed)| difference / tolerance < before / allowed) {
            smallest = Some((difference, tolerance));
        }
        if difference <= tolerance {
            break;
        }
    }
    Ok(smallest.unwrap_or_default())
}

/// By how much the two of a pair differ, the median of the pairs, and by how much they may.
async fn timed_pairs(definition: &Definition, outputs: &Outputs) -> Outcome<(f64, f64)> {
    let bed = Bed::start(definition, outputs).await?;
    let known = bed.user("timed").await?.name;
    let (mut differences, mut usual) = (Vec::new(), Vec::new());
    for nth in 0..SAMPLES {
        let unknown = format!("nobody{nth}@quayside.example");
        // Now the one first, now the other: what comes second finds the machine warmer.
        let (first, second) = if nth % 2 == 0 {
            (&known, &unknown)
        } else {
            (&unknown, &known)
        };
        let one = timed_guess(&bed, first, 2 * nth).await?;
        let other = timed_guess(&bed, second, 2 * nth + 1).await?;
        let (of_known, of_unknown) = if nth % 2 == 0 { (one, other) } else { (other, one) };
        differences.push(of_known - of_unknown);
        usual.push(of_known.max(of_unknown));
    }
    bed.stop().await?;
    Ok((median(differences).abs(), tolerance_ms(median(usual))))
}

async fn timed_guess(bed: &Bed, name: &str, nth: usize) -> Outcome<f64> {
    let words = json!({ "name": name, "password": format!("not the password {nth}") });
    let mut browser = bed.browser(&format!("198.51.100.{}", 1 + nth));
    // The connection is there before the time is taken.
    browser.get("/health").await?;
    let reply = browser.post("/login", &words).await?;
    // Guesses at one name would be slowed otherwise.
    bed.service
        .with_store(|store| store.execute("DELETE FROM guesses", []))?;
    Ok(milliseconds(reply.elapsed_us))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
