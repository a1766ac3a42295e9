//! Each application connected: a test user goes in and out through it.

use examples::{
    authentication_plan::artifacts::{
        ClientKind, Connection, IntegrationPoint, IntegrationPoints, IntegrationRecord,
    },
    client::{Call, Client},
    failure::{Failure, Outcome, ensure},
    outputs::Outputs,
};
use serde_json::{Value, json};

use super::applications::Application;
use crate::{
    bed::{Bed, Browser, expect},
    building, provider,
    service::definition::{Definition, Tokens},
};

/// Goes through all of them.
///
/// # Errors
/// When one does not let a test user in, or the other way round.
pub async fn integrate(points: &IntegrationPoints, outputs: &Outputs) -> Outcome<IntegrationRecord> {
    let definition = building::read_definition(outputs)?;
    let bed = Bed::start(&definition, outputs).await?;
    let mut connections = Vec::new();
    for point in &points.points {
        connections.push(match point.kind {
            ClientKind::Server | ClientKind::Browser => by_session(&bed, point, &definition).await?,
            ClientKind::Device | ClientKind::Machine => by_token(&bed, point, &definition).await?,
        });
    }
    bed.stop().await?;
    connections.extend(provider::round_trips(&definition, outputs).await?);
    Ok(IntegrationRecord { connections })
}

fn settings(definition: &Definition) -> Outcome<&Tokens> {
    definition
        .tokens
        .as_ref()
        .ok_or_else(|| Failure::new("there are no tokens; set them up"))
}

fn application(bed: &Bed, point: &IntegrationPoint, tokens: &Tokens) -> std::sync::Arc<Application> {
    Application::new(
        &point.name,
        &point.claims,
        bed.address(),
        &tokens.issuer,
        tokens.skew_s,
        bed.service.clock.clone(),
    )
}

fn claims(told: &Value) -> Vec<String> {
    told.as_object()
        .map(|members| members.keys().cloned().collect())
        .unwrap_or_default()
}

/// The browser shows the cookie of the login to the application, which is of the same site.
async fn by_session(bed: &Bed, point: &IntegrationPoint, definition: &Definition) -> Outcome<Connection> {
    let application = application(bed, point, settings(definition)?);
    let live = application.with_sessions().await?;
    let (user, mut browser) = bed.logged_in(&format!("test-{}", point.name)).await?;
    let show = |browser: &Browser| {
        let cookie = format!(
            "{}={}",
            definition.sessions.cookie,
            browser.session.clone().unwrap_or_default()
        );
        Call::new("GET", "/").with_header("cookie", cookie)
    };
    let mut client = Client::new(live.address());
    let stranger = client.send(&Call::new("GET", "/")).await?;
    ensure(
        stranger.status == 401,
        format_args!("`{}` lets strangers in", point.name),
    )?;
    let shown = show(&browser);
    let inside = client.send(&shown).await?;
    let told = inside.json()?;
    ensure(
        point.claims.iter().all(|claim| claim != "name") || told["name"] == user.name.as_str(),
        format_args!("`{}` is told of somebody else", point.name),
    )?;
    expect(&browser.post("/logout", &json!({})).await?, 200, "logging out")?;
    let outside = client.send(&shown).await?;
    live.stop().await?;
    Ok(Connection {
        point: point.name.clone(),
        logged_in: inside.status == 200,
        logged_out: outside.status == 401,
        claims: claims(&told),
    })
}

/// The client shows a token, which the application verifies by itself; a logout ends what would bring new ones.
async fn by_token(bed: &Bed, point: &IntegrationPoint, definition: &Definition) -> Outcome<Connection> {
    let tokens = settings(definition)?;
    let application = application(bed, point, tokens);
    let live = application.with_tokens().await?;
    let (_, mut browser) = bed.logged_in(&format!("test-{}", point.name)).await?;
    let given = browser.post("/token", &json!({ "audience": point.name })).await?;
    expect(&given, 200, "asking for tokens")?;
    let given = given.json()?;
    let show = Call::new("GET", "/").with_token(given["access_token"].as_str().unwrap_or_default());
    let mut client = Client::new(live.address());
    let stranger = client.send(&Call::new("GET", "/")).await?;
    ensure(
        stranger.status == 401,
        format_args!("`{}` lets strangers in", point.name),
    )?;
    let inside = client.send(&show).await?;
    let told = inside.json()?;
    expect(
        &browser.post("/logout-everywhere", &json!({})).await?,
        200,
        "logging out everywhere",
    )?;
    let refreshed = browser
        .post(
            "/token/refresh",
            &json!({ "refresh_token": given["refresh_token"] }),
        )
        .await?;
    bed.advance(tokens.access_lives_s + tokens.skew_s + 1);
    let outside = client.send(&show).await?;
    live.stop().await?;
    Ok(Connection {
        point: point.name.clone(),
        logged_in: inside.status == 200,
        logged_out: outside.status == 401 && refreshed.status == 401,
        claims: claims(&told),
    })
}
