//! Sessions that are planted, stolen and outlived, and requests that come from other sites.

use examples::{
    authentication_plan::artifacts::{AttackReport, SessionDesign},
    client::Call,
    failure::{Outcome, ensure},
    outputs::Outputs,
};
use serde_json::json;

use super::Tally;
use crate::{
    bed::{Bed, Browser, User, expect},
    service::{definition::Definition, random_hex},
};

/// Attacks, and says which sessions still worked and when each timeout fell.
///
/// # Errors
/// When the service does not answer.
pub async fn run(
    definition: &Definition,
    design: &SessionDesign,
    outputs: &Outputs,
) -> Outcome<AttackReport> {
    let mut tally = Tally::default();
    let bed = Bed::start(definition, outputs).await?;
    planted(&bed, &mut tally).await?;
    logged_out(&bed, &mut tally).await?;
    password_changed(&bed, &mut tally).await?;
    from_elsewhere(&bed, &mut tally).await?;
    if definition.factor.is_some() {
        half_in(&bed, &mut tally).await?;
    }
    outlived(&bed, design, &mut tally).await?;
    bed.stop().await?;
    Ok(AttackReport {
        rules_tested: tally.rules_tested(),
        attacks: tally.attacks,
        findings: tally.findings,
    })
}

/// A browser that shows this session id.
fn showing(bed: &Bed, session: Option<String>) -> Browser {
    let mut browser = bed.browser("198.51.100.66");
    browser.session = session;
    browser
}

async fn planted(bed: &Bed, tally: &mut Tally) -> Outcome<()> {
    let (_, mallory) = bed.logged_in("mallory").await?;
    let victim = bed.user("victim").await?;
    let made_up = Some(random_hex()?);
    for (attack, planted) in [
        (
            "a session of the attacker, planted before the login",
            mallory.session.clone(),
        ),
        ("an id that was made up, planted before the login", made_up),
    ] {
        let mut browser = showing(bed, planted.clone());
        browser.log_in(&victim).await?;
        let mut attacker = showing(bed, planted);
        let who = attacker.get("/me").await?;
        let as_victim = who.status == 200 && who.json()?["name"] == victim.name.as_str();
        tally.once("S-1", attack, "POST /login", as_victim, who.status);
    }
    let (user, mut browser) = bed.logged_in("careful").await?;
    let before = browser.session.clone();
    let new = random_hex()?;
    let changed = browser
        .post(
            "/password",
            &json!({ "password": user.password, "new_password": new }),
        )
        .await?;
    expect(&changed, 200, "changing the password")?;
    ensure(
        browser.is_in().await?,
        "a change of the password logs out whoever made it",
    )?;
    let kept = before == browser.session;
    tally.once(
        "S-1",
        "the session id of before a change of the password",
        "POST /password",
        kept,
        changed.status,
    );
    for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        let lacks = !browser.set_cookie.contains(attribute);
        tally.once(
            "S-7",
            &format!("a session cookie without `{attribute}`"),
            "POST /login",
            lacks,
            200,
        );
    }
    Ok(())
}

async fn logged_out(bed: &Bed, tally: &mut Tally) -> Outcome<()> {
    let (user, mut browser) = bed.logged_in("leaving").await?;
    let mut thief = showing(bed, browser.session.clone());
    ensure(
        thief.is_in().await?,
        "a stolen session does not work even before the logout, so nothing is shown after it",
    )?;
    expect(&browser.post("/logout", &json!({})).await?, 200, "logging out")?;
    let status = thief.get("/me").await?.status;
    tally.once(
        "S-2",
        "a stolen session after the logout",
        "POST /logout",
        status == 200,
        status,
    );
    let (mut first, mut second) = (bed.browser("192.0.2.21"), bed.browser("192.0.2.22"));
    first.log_in(&user).await?;
    second.log_in(&user).await?;
    let given = first
        .post(
            "/token",
            &json!({ "audience": crate::service::definition::OWN_AUDIENCE }),
        )
        .await?;
    expect(
        &second.post("/logout-everywhere", &json!({})).await?,
        200,
        "logging out everywhere",
    )?;
    let status = first.get("/me").await?.status;
    tally.once(
        "S-2",
        "a session of another device after logging out everywhere",
        "POST /logout-everywhere",
        status == 200,
        status,
    );
    if given.status == 200 {
        let refresh = json!({ "refresh_token": given.json()?["refresh_token"] });
        let status = first.post("/token/refresh", &refresh).await?.status;
        tally.once(
            "S-2",
            "a refresh token after logging out everywhere",
            "POST /token/refresh",
            status == 200,
            status,
        );
    }
    Ok(())
}

async fn password_changed(bed: &Bed, tally: &mut Tally) -> Outcome<()> {
    let (user, mut browser) = bed.logged_in("changing").await?;
    let mut other = bed.browser("192.0.2.23");
    other.log_in(&user).await?;
    let changed = browser
        .post(
            "/password",
            &json!({ "password": user.password, "new_password": random_hex()? }),
        )
        .await?;
    expect(&changed, 200, "changing the password")?;
    let status = other.get("/me").await?.status;
    tally.once(
        "S-3",
        "a stolen session after a change of the password",
        "POST /password",
        status == 200,
        status,
    );
    Ok(())
}

async fn from_elsewhere(bed: &Bed, tally: &mut Tally) -> Outcome<()> {
    let (user, browser) = bed.logged_in("surfing").await?;
    let headers = [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ];
    for (name, value) in headers {
        let mut forced = showing(bed, browser.session.clone());
        let body = json!({ "password": user.password, "new_password": user.password });
        let call = Call::new("POST", "/password")
            .with_json(&body)
            .with_header(name, value);
        let status = forced.send(call).await?.status;
        tally.once(
            "S-6",
            &format!("a change of the password sent with `{name}: {value}`"),
            "POST /password",
            status == 200,
            status,
        );
    }
    Ok(())
}

async fn half_in(bed: &Bed, tally: &mut Tally) -> Outcome<()> {
    let (user, _) = bed.with_factor("guarded").await?;
    let mut thief = bed.browser("198.51.100.67");
    thief.log_in(&user).await?;
    let stolen: User = user;
    for (method, path) in [
        ("GET", "/me"),
        ("GET", "/sessions"),
        ("POST", "/token"),
        ("POST", "/password"),
        ("POST", "/factor/enrol"),
    ] {
        let body = json!({ "audience": crate::service::definition::OWN_AUDIENCE, "password": stolen.password, "new_password": "an entirely new one 47" });
        let status = thief.send(Call::new(method, path).with_json(&body)).await?.status;
        let place = format!("{method} {path}");
        tally.once(
            "S-8",
            &format!("{place} with the password alone"),
            &place,
            status == 200,
            status,
        );
    }
    bed.advance(60);
    let before = thief.session.clone();
    let shown = thief
        .post("/login/factor", &json!({ "code": bed.code(&stolen)? }))
        .await?;
    expect(&shown, 200, "the code of the app")?;
    let status = showing(bed, before).get("/me").await?.status;
    tally.once(
        "S-1",
        "the session id of before the second factor",
        "POST /login/factor",
        status == 200,
        status,
    );
    Ok(())
}

async fn outlived(bed: &Bed, design: &SessionDesign, tally: &mut Tally) -> Outcome<()> {
    let (user, mut idle) = bed.logged_in("idle").await?;
    // A tenth is left for what the machine does meanwhile.
    bed.advance(design.idle_timeout_s - design.idle_timeout_s / 10);
    ensure(
        idle.is_in().await?,
        "a session ended before its idle timeout; both must be what was designed",
    )?;
    bed.advance(design.idle_timeout_s + 1);
    let status = idle.get("/me").await?.status;
    let attack = format!("a session that was idle for {} s", design.idle_timeout_s + 1);
    tally.once("S-4", &attack, "GET /me", status == 200, status);
    let mut busy = bed.browser("192.0.2.24");
    busy.log_in(&user).await?;
    let (mut passed, step) = (0, (design.idle_timeout_s / 2).max(1));
    while passed + step < design.absolute_timeout_s {
        bed.advance(step);
        passed += step;
        ensure(
            busy.is_in().await?,
            "a session in use ended before its absolute timeout",
        )?;
    }
    bed.advance(design.absolute_timeout_s - passed + 1);
    let status = busy.get("/me").await?.status;
    let attack = format!("a session in use for {} s", design.absolute_timeout_s + 1);
    tally.once("S-5", &attack, "GET /me", status == 200, status);
    Ok(())
}
