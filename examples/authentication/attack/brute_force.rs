//! Guessing: at one account, with one password at many, with stolen pairs, and at the second factor; the time passes by itself.

use examples::{
    authentication_plan::artifacts::{BruteForceReport, GuessingKind, GuessingTrial, LockoutDesign},
    failure::{During, Outcome},
    outputs::Outputs,
};
use serde_json::json;

use super::{Made, Tally};
use crate::{
    bed::{Bed, User, expect},
    service::definition::Definition,
};

/// How guesses are spread.
struct Guessing<'a> {
    kind: GuessingKind,
    guesses: u32,
    addresses: u32,
    /// Between two of them, in seconds.
    every_s: u32,
    name: &'a (dyn Fn(u32) -> String + Sync),
}

/// Guesses, and says how far that got.
///
/// # Errors
/// When the service does not answer.
pub async fn run(
    definition: &Definition,
    lockout: &LockoutDesign,
    outputs: &Outputs,
) -> Outcome<BruteForceReport> {
    let mut tally = Tally::default();
    let mut trials = vec![
        one_account(definition, lockout, 1, outputs, &mut tally).await?,
        one_account(
            definition,
            lockout,
            3 * lockout.locked_after_failures,
            outputs,
            &mut tally,
        )
        .await?,
        at_once(definition, lockout, outputs, &mut tally).await?,
        many_accounts(
            GuessingKind::Spraying,
            definition,
            lockout,
            1,
            outputs,
            &mut tally,
        )
        .await?,
        many_accounts(
            GuessingKind::Spraying,
            definition,
            lockout,
            30,
            outputs,
            &mut tally,
        )
        .await?,
        pretending(definition, lockout, outputs, &mut tally).await?,
        many_accounts(
            GuessingKind::Stuffing,
            definition,
            lockout,
            1,
            outputs,
            &mut tally,
        )
        .await?,
    ];
    if definition.factor.is_some() {
        trials.push(factor_codes(definition, lockout, outputs, &mut tally).await?);
    }
    Ok(BruteForceReport {
        trials,
        rules_tested: tally.rules_tested(),
        findings: tally.findings,
    })
}

/// Sends guesses; how many were looked at, and over how many seconds.
async fn guess(bed: &Bed, how: &Guessing<'_>) -> Outcome<(u64, u32, u16)> {
    let (mut evaluated, mut status) = (0, 0);
    for nth in 0..how.guesses {
        let address = format!("198.51.100.{}", 1 + nth % how.addresses.max(1));
        let password = match how.kind {
            GuessingKind::Spraying => "Quayside2026!".to_owned(),
            _ => format!("guess number {nth}"),
        };
        let words = json!({ "name": (how.name)(nth), "password": password });
        status = bed.browser(&address).post("/login", &words).await?.status;
        evaluated += u64::from(status == 401);
        bed.advance(how.every_s);
    }
    Ok((evaluated, how.guesses * how.every_s, status))
}

async fn one_account(
    definition: &Definition,
    lockout: &LockoutDesign,
    addresses: u32,
    outputs: &Outputs,
    tally: &mut Tally,
) -> Outcome<GuessingTrial> {
    let bed = Bed::start(definition, outputs).await?;
    let owner = bed.user("owner").await?;
    let name = |_| owner.name.clone();
    // So slow that one address stays below its own limit.
    let every_s = if addresses == 1 { 5 } else { 1 };
    let guesses = 3 * lockout.locked_after_failures;
    let how = Guessing {
        kind: GuessingKind::OneAccount,
        guesses,
        addresses,
        every_s,
        name: &name,
    };
    let (evaluated, lasted_s, status) = guess(&bed, &how).await?;
    // As many as are allowed until the lock, and again for each lock that ended meanwhile.
    let allowed = u64::from(lockout.locked_after_failures * (1 + lasted_s / lockout.locked_for_s));
    let attack = format!(
        "{guesses} guesses at one account from {addresses} addresses, {evaluated} looked at, {allowed} allowed"
    );
    tally.once("G-1", &attack, "POST /login", evaluated > allowed, status);
    let owner_locked_out_s = until_owner_is_in(&bed, &owner, lockout.locked_for_s).await?;
    let attack = format!("after that the owner came in within {owner_locked_out_s} s");
    tally.once(
        "G-3",
        &attack,
        "POST /login",
        owner_locked_out_s > lockout.locked_for_s,
        200,
    );
    bed.stop().await?;
    Ok(trial(&how, evaluated, lasted_s, owner_locked_out_s))
}

/// Guesses that are all on their way before the first of them is answered.
async fn at_once(
    definition: &Definition,
    lockout: &LockoutDesign,
    outputs: &Outputs,
    tally: &mut Tally,
) -> Outcome<GuessingTrial> {
    let bed = Bed::start(definition, outputs).await?;
    let owner = bed.user("owner").await?;
    let guesses = 3 * lockout.locked_after_failures;
    let mut under_way = tokio::task::JoinSet::new();
    for nth in 0..guesses {
        let mut browser = bed.browser(&format!("198.51.100.{}", 1 + nth));
        let words = json!({ "name": owner.name, "password": format!("guess number {nth}") });
        under_way.spawn(async move { browser.post("/login", &words).await });
    }
    let mut evaluated = 0;
    while let Some(answered) = under_way.join_next().await {
        evaluated += u64::from(answered.during("guessing")??.status == 401);
    }
    bed.stop().await?;
    let allowed = u64::from(lockout.locked_after_failures);
    let attack =
        format!("{guesses} guesses at one account at once, {evaluated} looked at, {allowed} allowed");
    tally.once("G-1", &attack, "POST /login", evaluated > allowed, 429);
    let name = |_| String::new();
    let how = Guessing {
        kind: GuessingKind::OneAccount,
        guesses,
        addresses: guesses,
        every_s: 0,
        name: &name,
    };
    Ok(trial(&how, evaluated, 0, 0))
}

async fn until_owner_is_in(bed: &Bed, owner: &User, locked_for_s: u32) -> Outcome<u32> {
    const EVERY_S: u32 = 60;
    let mut waited = 0;
    while bed
        .browser("203.0.113.7")
        .post("/login", &owner.words())
        .await?
        .status
        != 200
    {
        if waited > locked_for_s {
            break;
        }
        bed.advance(EVERY_S);
        waited += EVERY_S;
    }
    Ok(waited)
}

async fn many_accounts(
    kind: GuessingKind,
    definition: &Definition,
    lockout: &LockoutDesign,
    addresses: u32,
    outputs: &Outputs,
    tally: &mut Tally,
) -> Outcome<GuessingTrial> {
    let bed = Bed::start(definition, outputs).await?;
    bed.user("user0").await?;
    let name = |nth: u32| format!("user{nth}@quayside.example");
    let guesses = lockout.failures_per_address_per_min + 10;
    let how = Guessing {
        kind,
        guesses,
        addresses,
        every_s: 0,
        name: &name,
    };
    let (evaluated, lasted_s, status) = guess(&bed, &how).await?;
    // From many addresses there is nothing to hold it to: each account sees one guess. An alert tells.
    if addresses == 1 {
        let allowed = u64::from(lockout.failures_per_address_per_min);
        let attack = format!(
            "{guesses} accounts, a guess each, from one address within a minute, {evaluated} looked at, {allowed} allowed"
        );
        tally.once("G-2", &attack, "POST /login", evaluated > allowed, status);
    }
    bed.stop().await?;
    Ok(trial(&how, evaluated, lasted_s, 0))
}

/// Somebody who talks to the service without the proxy names another address with each guess.
async fn pretending(
    definition: &Definition,
    lockout: &LockoutDesign,
    outputs: &Outputs,
    tally: &mut Tally,
) -> Outcome<GuessingTrial> {
    let without_proxy = Definition {
        proxies: Vec::new(),
        ..definition.clone()
    };
    let bed = Bed::start(&without_proxy, outputs).await?;
    let name = |nth: u32| format!("user{nth}@quayside.example");
    let guesses = lockout.failures_per_address_per_min + 5;
    let how = Guessing {
        kind: GuessingKind::Spraying,
        guesses,
        addresses: guesses,
        every_s: 0,
        name: &name,
    };
    let (evaluated, lasted_s, status) = guess(&bed, &how).await?;
    bed.stop().await?;
    let allowed = u64::from(lockout.failures_per_address_per_min);
    let attack = format!(
        "{guesses} accounts, a guess each, from one address that says it is {guesses}, {evaluated} looked at"
    );
    tally.once("G-2", &attack, "POST /login", evaluated > allowed, status);
    Ok(GuessingTrial {
        addresses: 1,
        ..trial(&how, evaluated, lasted_s, 0)
    })
}

async fn factor_codes(
    definition: &Definition,
    lockout: &LockoutDesign,
    outputs: &Outputs,
    tally: &mut Tally,
) -> Outcome<GuessingTrial> {
    let bed = Bed::start(definition, outputs).await?;
    let (user, _) = bed.with_factor("owner").await?;
    bed.advance(90);
    let code = json!({ "code": bed.code(&user)? });
    let mut owner = bed.browser("203.0.113.8");
    owner.log_in(&user).await?;
    expect(
        &owner.post("/login/factor", &code).await?,
        200,
        "the code of the app",
    )?;
    let mut over_the_shoulder = bed.browser("198.51.100.9");
    over_the_shoulder.log_in(&user).await?;
    let status = over_the_shoulder.post("/login/factor", &code).await?.status;
    tally.once(
        "G-4",
        "a code that its owner just used",
        "POST /login/factor",
        status == 200,
        status,
    );
    let (guesses, mut evaluated, mut status) = (3 * lockout.locked_after_failures, 0, 0);
    for nth in 0..guesses {
        over_the_shoulder.address = format!("198.51.100.{}", 10 + nth);
        let body = json!({ "code": format!("{:06}", nth * 7_919 % 1_000_000) });
        status = over_the_shoulder.post("/login/factor", &body).await?.status;
        evaluated += u32::from(status == 401);
        bed.advance(1);
    }
    let accepted = evaluated.saturating_sub(lockout.locked_after_failures);
    let attack = format!("{guesses} codes guessed by somebody who knows the password, {evaluated} looked at");
    tally.note(Made {
        rule: "G-5",
        attack: &attack,
        place: "POST /login/factor",
        tries: guesses,
        accepted,
        status,
    });
    bed.stop().await?;
    let how = Guessing {
        kind: GuessingKind::FactorCodes,
        guesses,
        addresses: guesses,
        every_s: 1,
        name: &|_| String::new(),
    };
    Ok(trial(&how, u64::from(evaluated), guesses, 0))
}

fn trial(how: &Guessing<'_>, evaluated: u64, lasted_s: u32, owner_locked_out_s: u32) -> GuessingTrial {
    GuessingTrial {
        kind: how.kind,
        addresses: how.addresses,
        guesses: u64::from(how.guesses),
        guesses_evaluated: evaluated,
        lasted_s,
        owner_locked_out_s,
    }
}
