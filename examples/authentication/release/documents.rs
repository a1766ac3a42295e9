//! What users, developers and the people of the applications read; every example in it was run just before it was written.

use std::path::PathBuf;

use examples::{
    authentication_plan::artifacts::{
        ClientKind, ClientPattern, ClientPatterns, Documentation, IntegrationPoints, RecoveryFlow,
        SecondFactor, TokenDesign, UserManagement,
    },
    evidence::Page,
    failure::{Outcome, ensure},
    outputs::Outputs,
};
use serde_json::json;

use super::transcript::{Example, Transcript};
use crate::{
    bed::{Bed, Browser, User},
    building,
    service::{
        definition::{Definition, OWN_AUDIENCE},
        random_hex,
    },
};

/// How each kind of client among the applications logs in, with code that was run.
///
/// # Errors
/// When an example does not work.
pub async fn client_patterns(
    points: &IntegrationPoints,
    design: &TokenDesign,
    outputs: &Outputs,
) -> Outcome<(ClientPatterns, u32)> {
    let bed = Bed::start(&building::read_definition(outputs)?, outputs).await?;
    let (mut patterns, mut run) = (Vec::new(), 0);
    for kind in [
        ClientKind::Server,
        ClientKind::Browser,
        ClientKind::Device,
        ClientKind::Machine,
    ] {
        let of_kind: Vec<&str> = points
            .points
            .iter()
            .filter(|point| point.kind == kind)
            .map(|point| point.name.as_str())
            .collect();
        let Some(first) = of_kind.first() else { continue };
        let names = of_kind.join(", ");
        let of = Kind {
            kind,
            first,
            names: &names,
            access_lives_s: design.access_lives_s,
        };
        let (pattern, examples) = pattern(&bed, &of, outputs).await?;
        patterns.push(pattern);
        run += examples;
    }
    bed.stop().await?;
    Ok((ClientPatterns { patterns }, run))
}

/// Of one kind: the applications, the first of them, and how long their access tokens live.
struct Kind<'a> {
    kind: ClientKind,
    first: &'a str,
    names: &'a str,
    access_lives_s: u32,
}

async fn pattern(bed: &Bed, of: &Kind<'_>, outputs: &Outputs) -> Outcome<(ClientPattern, u32)> {
    let kind = of.kind;
    let by_session = matches!(kind, ClientKind::Server | ClientKind::Browser);
    let (flow, kept, on_expiry) = if by_session { BY_SESSION } else { BY_TOKEN };
    let title = format!("How a client of the kind {kind:?} logs in");
    let mut page = Transcript::new(&title, &format!("For {}: {flow}.", of.names));
    let user = bed
        .user(&format!("{}-reader-{kind:?}", of.first).to_lowercase())
        .await?;
    let mut browser = bed.browser("192.0.2.41");
    page.section("Log in", "");
    page.send(&mut browser, &Example::post("/login", &user.words(), 200))
        .await?;
    if by_session {
        with_cookie(&mut page, &mut browser).await?;
    } else {
        with_tokens(&mut page, &mut browser, of).await?;
    }
    page.section("Where tokens are kept", &format!("Kept {kept}."));
    page.section("When they end", &format!("The client {on_expiry}."));
    let path = format!("docs/clients/{}.md", format!("{kind:?}").to_lowercase());
    outputs.write(&path, &page.text)?;
    let pattern = ClientPattern {
        kind,
        flow: flow.to_owned(),
        tokens_kept_in: kept.to_owned(),
        on_expiry: on_expiry.to_owned(),
        page: Page {
            title,
            path: PathBuf::from(path),
            sections: page.sections,
        },
    };
    Ok((pattern, page.run))
}

/// How it logs in, where it keeps what it got, and what it does at the end.
type Way = (&'static str, &'static str, &'static str);

const BY_SESSION: Way = (
    "the user logs in at the login, on the same site; the application asks `/me` with the cookie that came",
    "in the cookie that the login set, never in scripts, storage or addresses",
    "sends the user to the login when `/me` answers 401",
);

const BY_TOKEN: Way = (
    "the user logs in once; the client asks `/token` for its own audience and shows the access token as bearer",
    "in memory (the access token) and in the safe of the device (the refresh token), never in a log",
    "asks `/token/refresh` once; when that answers 401, it has the user log in again",
);

async fn with_cookie(page: &mut Transcript, browser: &mut Browser) -> Outcome<()> {
    page.section(
        "Ask who it is",
        "At each page, with the cookie that the browser brought.",
    );
    page.send(browser, &Example::get("/me", 200)).await?;
    page.section("Log out", "");
    page.send(browser, &Example::post("/logout", &json!({}), 200))
        .await?;
    page.section("When it has ended", "");
    page.send(browser, &Example::get("/me", 401)).await.map(drop)
}

async fn with_tokens(page: &mut Transcript, browser: &mut Browser, of: &Kind<'_>) -> Outcome<()> {
    page.section(
        "Get tokens",
        &format!("The access token lives for {} s.", of.access_lives_s),
    );
    let audience = json!({ "audience": of.first });
    let given = page
        .send(browser, &Example::post("/token", &audience, 200))
        .await?;
    page.section(
        "Verify",
        "By these keys, for the issuer, the own audience and EdDSA only; they are remembered for five minutes, and asked for \
         anew when one is missing.",
    );
    page.send(browser, &Example::get("/.well-known/jwks.json", 200))
        .await?;
    page.section(
        "Refresh",
        "Each refresh token once: shown twice, it ends all that came of it.",
    );
    let refresh = json!({ "refresh_token": given.json()?["refresh_token"] });
    page.send(browser, &Example::post("/token/refresh", &refresh, 200))
        .await?;
    page.section("When it was shown twice", "");
    page.send(browser, &Example::post("/token/refresh", &refresh, 401))
        .await
        .map(drop)
}

/// The pages for users and developers.
///
/// # Errors
/// When an example does not work.
pub async fn write(
    users: &UserManagement,
    recovery: &RecoveryFlow,
    factor: &SecondFactor,
    outputs: &Outputs,
) -> Outcome<Documentation> {
    let bed = Bed::start(&building::read_definition(outputs)?, outputs).await?;
    let user_page = for_users(users, recovery, factor, outputs)?;
    let (developer_page, examples_run) = for_developers(&bed, factor, outputs).await?;
    bed.stop().await?;
    Ok(Documentation {
        user_pages: vec![user_page],
        developer_pages: vec![developer_page],
        examples_run,
    })
}

fn for_users(
    users: &UserManagement,
    recovery: &RecoveryFlow,
    factor: &SecondFactor,
    outputs: &Outputs,
) -> Outcome<Page> {
    let title = "Your account";
    let mut page = Transcript::new(title, "What you do when you enrol, forget and lose.");
    page.section(
        "A password",
        "Take one that nobody would think of: several words that do not belong together will do. Passwords that are easy to guess or known to be stolen are refused.",
    );
    match factor {
        SecondFactor::Added { recovery_codes, .. } => {
            page.section("A second factor", "Add the secret that you are shown to an app for codes, and type the code that it shows. Each code works once.");
            page.section(
                "You lost the device",
                &format!("Use one of the {recovery_codes} recovery codes that you were shown when you enrolled; each works once. Keep them on paper."),
            );
        }
        SecondFactor::NotRequired { because } => {
            page.section("A second factor", &format!("There is none: {because}."))
        }
    }
    let minutes = recovery.lives_s / 60;
    page.section(
        "You forgot the password",
        &format!("Ask for a way back in. What comes by {} works once, for {minutes} minutes. All devices are logged out, and you are told.", recovery.sent_by),
    );
    page.section(
        "You were told of something that you did not do",
        "Change the password: that logs out all other devices. Then tell us.",
    );
    let gone = match users.erased_after_days {
        0 => "at once".to_owned(),
        days => format!("within {days} days"),
    };
    let kept = users.audit_kept_days;
    let goes = format!(
        "Delete it while you are logged in; it is gone {gone}. What happened to it is kept for {kept} days."
    );
    page.section("Your account goes", &goes);
    let path = "docs/users.md";
    outputs.write(path, &page.text)?;
    Ok(Page {
        title: title.to_owned(),
        path: PathBuf::from(path),
        sections: page.sections,
    })
}

async fn for_developers(bed: &Bed, factor: &SecondFactor, outputs: &Outputs) -> Outcome<(Page, u32)> {
    let title = "The endpoints of the login";
    let mut page = Transcript::new(title, "Every example was run; what is secret is masked.");
    let user = User::new("developer")?;
    let browser = &mut bed.browser("192.0.2.42");
    let words_with = |password: &str| json!({ "name": user.name, "password": password });
    page.section("An account", "The answer is the same where there is one already.");
    page.send(browser, &Example::post("/register", &user.words(), 202))
        .await?;
    page.send(
        browser,
        &Example::post("/register", &words_with("letmein12345"), 422),
    )
    .await?;
    page.section(
        "A login",
        "A wrong password and a name without an account are answered alike.",
    );
    page.send(browser, &Example::post("/login", &words_with("not it"), 401))
        .await?;
    page.send(browser, &Example::post("/login", &user.words(), 200))
        .await?;
    page.send(browser, &Example::get("/sessions", 200)).await?;
    page.section("Tokens", "");
    let audience = json!({ "audience": OWN_AUDIENCE });
    let given = page
        .send(browser, &Example::post("/token", &audience, 200))
        .await?
        .json()?;
    let token = given["access_token"].as_str().unwrap_or_default();
    page.send(browser, &Example::get("/userinfo", 200).with_token(token))
        .await?;
    page.section("Another password", "All other sessions end.");
    let new = random_hex()?;
    let change = json!({ "password": user.password, "new_password": new });
    page.send(browser, &Example::post("/password", &change, 200))
        .await?;
    if matches!(factor, SecondFactor::Added { .. }) {
        page.section("A second factor", "The first code confirms it.");
        let again = json!({ "password": new });
        let given = page
            .send(browser, &Example::post("/factor/enrol", &again, 200))
            .await?
            .json()?;
        let factor = given["secret"].as_str().map(str::to_owned);
        let code = json!({ "code": bed.code(&User { factor, ..user.clone() })? });
        page.send(browser, &Example::post("/factor/confirm", &code, 200))
            .await?;
    }
    page.section("A way back in", "What comes by post completes it.");
    page.send(
        browser,
        &Example::post("/recovery", &json!({ "name": user.name }), 202),
    )
    .await?;
    let secret = bed.secret_by_post(&user.name).await?;
    let complete = json!({ "secret": secret, "new_password": random_hex()? });
    page.send(browser, &Example::post("/recovery/complete", &complete, 200))
        .await?;
    page.section("All endpoints", &table(&bed.service.definition));
    ensure(
        !page.text.contains(&user.password),
        "a page holds a password; mask it",
    )?;
    let path = "docs/developers.md";
    outputs.write(path, &page.text)?;
    let written = Page {
        title: title.to_owned(),
        path: PathBuf::from(path),
        sections: page.sections,
    };
    Ok((written, page.run))
}

fn table(definition: &Definition) -> String {
    let routes = building::routes(definition, definition.guessing.per_address_per_min);
    let rows = routes.iter().map(|route| {
        let statuses: Vec<String> = route.statuses.iter().map(u16::to_string).collect();
        format!(
            "| `{}` | {} | {} |",
            route.route,
            route.purpose,
            statuses.join(", ")
        )
    });
    let rows = rows.collect::<Vec<_>>().join("\n");
    format!("| endpoint | what it does | answers |\n|---|---|---|\n{rows}")
}
