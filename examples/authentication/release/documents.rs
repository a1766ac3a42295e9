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

use super::transcript::Transcript;
use crate::{
    bed::{Bed, User, expect},
    building,
    service::{definition::OWN_AUDIENCE, http::ROUTES, random_hex},
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
        let (pattern, examples) = pattern(&bed, kind, first, &of_kind.join(", "), design, outputs).await?;
        patterns.push(pattern);
        run += examples;
    }
    bed.stop().await?;
    Ok((ClientPatterns { patterns }, run))
}

async fn pattern(
    bed: &Bed,
    kind: ClientKind,
    name: &str,
    names: &str,
    design: &TokenDesign,
    outputs: &Outputs,
) -> Outcome<(ClientPattern, u32)> {
    let by_session = matches!(kind, ClientKind::Server | ClientKind::Browser);
    let (flow, kept, on_expiry) = if by_session {
        (
            "the user logs in at the login, on the same site; the application asks `/me` with the cookie that came",
            "in the cookie that the login set; never in scripts, storage or addresses",
            "sends the user to the login when `/me` answers 401",
        )
    } else {
        (
            "the user logs in once; the client asks `/token` for its own audience and shows the access token as bearer",
            "the access token in memory, the refresh token in the safe of the device; never in a log",
            "asks `/token/refresh` once; when that answers 401, has the user log in again",
        )
    };
    let title = format!("How a client of the kind {kind:?} logs in");
    let mut page = Transcript::new(&title, &format!("For {names}. {flow}."));
    let user = bed
        .user(&format!("{name}-reader-{kind:?}").to_lowercase())
        .await?;
    let mut browser = bed.browser("192.0.2.41");
    page.section("Log in", "");
    let reply = page
        .send(&mut browser, "POST", "/login", Some(&user.words()), None)
        .await?;
    expect(&reply, 200, "the example of a login")?;
    if by_session {
        page.section(
            "Ask who it is",
            "At each page, with the cookie that the browser brought.",
        );
        expect(
            &page.send(&mut browser, "GET", "/me", None, None).await?,
            200,
            "the example of asking",
        )?;
        page.section("Log out", "");
        expect(
            &page
                .send(&mut browser, "POST", "/logout", Some(&json!({})), None)
                .await?,
            200,
            "the example of a logout",
        )?;
        page.section("When it has ended", "");
        expect(
            &page.send(&mut browser, "GET", "/me", None, None).await?,
            401,
            "the example of an end",
        )?;
    } else {
        page.section(
            "Get tokens",
            &format!("The access token lives for {} s.", design.access_lives_s),
        );
        let given = page
            .send(
                &mut browser,
                "POST",
                "/token",
                Some(&json!({ "audience": name })),
                None,
            )
            .await?;
        expect(&given, 200, "the example of tokens")?;
        page.section("Verify", "By these keys, for the issuer, the own audience and EdDSA only; remembered for five minutes, and asked for anew when a key is missing.");
        expect(
            &page
                .send(&mut browser, "GET", "/.well-known/jwks.json", None, None)
                .await?,
            200,
            "the example of keys",
        )?;
        page.section(
            "Refresh",
            "Each refresh token once: shown twice, it ends all that came of it.",
        );
        let body = json!({ "refresh_token": given.json()?["refresh_token"] });
        expect(
            &page
                .send(&mut browser, "POST", "/token/refresh", Some(&body), None)
                .await?,
            200,
            "the example of refreshing",
        )?;
        page.section("When it was shown twice", "");
        expect(
            &page
                .send(&mut browser, "POST", "/token/refresh", Some(&body), None)
                .await?,
            401,
            "the example of a replay",
        )?;
    }
    page.section("Where tokens are kept", kept);
    page.section("When they end", on_expiry);
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
    page.section("Your account goes", &format!("Delete it while you are logged in; it is gone within {} days. What happened to it is kept for {} days.", users.erased_after_days, users.audit_kept_days));
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
    let mut browser = bed.browser("192.0.2.42");
    page.section("An account", "The answer is the same where there is one already.");
    expect(
        &page
            .send(&mut browser, "POST", "/register", Some(&user.words()), None)
            .await?,
        202,
        "the example of registering",
    )?;
    let weak = json!({ "name": user.name, "password": "letmein12345" });
    expect(
        &page
            .send(&mut browser, "POST", "/register", Some(&weak), None)
            .await?,
        422,
        "the example of a weak password",
    )?;
    page.section(
        "A login",
        "A wrong password and a name without an account are answered alike.",
    );
    let wrong = json!({ "name": user.name, "password": "not it" });
    expect(
        &page
            .send(&mut browser, "POST", "/login", Some(&wrong), None)
            .await?,
        401,
        "the example of a wrong password",
    )?;
    expect(
        &page
            .send(&mut browser, "POST", "/login", Some(&user.words()), None)
            .await?,
        200,
        "the example of a login",
    )?;
    expect(
        &page.send(&mut browser, "GET", "/sessions", None, None).await?,
        200,
        "the example of sessions",
    )?;
    page.section("Tokens", "");
    let given = page
        .send(
            &mut browser,
            "POST",
            "/token",
            Some(&json!({ "audience": OWN_AUDIENCE })),
            None,
        )
        .await?;
    let token = given.json()?["access_token"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    expect(
        &page
            .send(&mut browser, "GET", "/userinfo", None, Some(&token))
            .await?,
        200,
        "the example of a token",
    )?;
    page.section("Another password", "All other sessions end.");
    let new = random_hex()?;
    let change = json!({ "password": user.password, "new_password": new });
    expect(
        &page
            .send(&mut browser, "POST", "/password", Some(&change), None)
            .await?,
        200,
        "the example of a change",
    )?;
    if matches!(factor, SecondFactor::Added { .. }) {
        page.section("A second factor", "The first code confirms it.");
        let given = page
            .send(
                &mut browser,
                "POST",
                "/factor/enrol",
                Some(&json!({ "password": new })),
                None,
            )
            .await?;
        expect(&given, 200, "the example of enrolling")?;
        let secret = given.json()?["secret"].as_str().map(str::to_owned);
        let code = bed.code(&User {
            factor: secret,
            ..user.clone()
        })?;
        expect(
            &page
                .send(
                    &mut browser,
                    "POST",
                    "/factor/confirm",
                    Some(&json!({ "code": code })),
                    None,
                )
                .await?,
            200,
            "the example of confirming",
        )?;
    }
    page.section("A way back in", "What comes by post completes it.");
    expect(
        &page
            .send(
                &mut browser,
                "POST",
                "/recovery",
                Some(&json!({ "name": user.name })),
                None,
            )
            .await?,
        202,
        "the example of asking",
    )?;
    let complete = json!({ "secret": bed.secret_by_post(&user.name).await?, "new_password": random_hex()? });
    expect(
        &page
            .send(&mut browser, "POST", "/recovery/complete", Some(&complete), None)
            .await?,
        200,
        "the example of the way back",
    )?;
    let rows = ROUTES.iter().map(|route| {
        let statuses: Vec<String> = route.statuses.iter().map(u16::to_string).collect();
        format!(
            "| `{}` | {} | {} |",
            route.route,
            route.purpose,
            statuses.join(", ")
        )
    });
    let table = format!(
        "| endpoint | what it does | answers |\n|---|---|---|\n{}",
        rows.collect::<Vec<_>>().join("\n")
    );
    page.section("All endpoints", &table);
    ensure(
        !page.text.contains(&user.password),
        "a page holds a password; mask it",
    )?;
    let path = "docs/developers.md";
    outputs.write(path, &page.text)?;
    Ok((
        Page {
            title: title.to_owned(),
            path: PathBuf::from(path),
            sections: page.sections,
        },
        page.run,
    ))
}
