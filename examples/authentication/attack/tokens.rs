//! Tokens that are expired, forged, altered, replayed, meant for another, or of keys that were changed or withdrawn.

use examples::{
    authentication_plan::artifacts::AttackReport,
    client::Call,
    failure::{During, Failure, Outcome, ensure},
    outputs::Outputs,
};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, dangerous::insecure_decode_claims, decode_header, encode,
    jwk::JwkSet,
};
use serde_json::{Value, json};

use super::{Made, Tally, words};
use crate::{
    bed::{Bed, Browser, expect},
    service::{
        definition::{Definition, OWN_AUDIENCE},
        ed25519,
        tokens::Claims,
    },
};

/// `{"alg":"none","typ":"JWT"}`, as a token begins with it.
const UNSIGNED: &str = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";

/// Presents them, and says what was accepted.
///
/// # Errors
/// When the service does not answer.
pub async fn run(definition: &Definition, outputs: &Outputs) -> Outcome<AttackReport> {
    let mut tally = Tally::default();
    let bed = Bed::start(definition, outputs).await?;
    let (_, mut browser) = bed.logged_in("ada").await?;
    forged(&bed, &mut browser, &mut tally).await?;
    meant_for_another(definition, &mut browser, &mut tally).await?;
    refreshed_twice(&mut browser, &mut tally).await?;
    expired(&bed, definition, &mut browser, &mut tally).await?;
    bed.stop().await?;
    let bed = Bed::start(definition, outputs).await?;
    rotated_and_withdrawn(&bed, definition, &mut tally).await?;
    bed.stop().await?;
    if let Some(provider) = definition.providers.first() {
        words::run(provider, definition, outputs, &mut tally).await?;
    }
    Ok(AttackReport {
        rules_tested: tally.rules_tested(),
        attacks: tally.attacks,
        findings: tally.findings,
    })
}

async fn tokens(browser: &mut Browser, audience: &str) -> Outcome<Value> {
    let given = browser.post("/token", &json!({ "audience": audience })).await?;
    expect(&given, 200, "asking for tokens")?;
    given.json()
}

async fn access(browser: &mut Browser, audience: &str) -> Outcome<String> {
    Ok(tokens(browser, audience).await?["access_token"]
        .as_str()
        .unwrap_or_default()
        .to_owned())
}

async fn present(browser: &mut Browser, token: &str) -> Outcome<u16> {
    Ok(browser
        .send(Call::new("GET", "/userinfo").with_token(token))
        .await?
        .status)
}

fn parts(token: &str) -> Outcome<[&str; 3]> {
    let parts: Vec<&str> = token.split('.').collect();
    parts
        .try_into()
        .map_err(|_| Failure::new("a token has not three parts"))
}

async fn forged(bed: &Bed, browser: &mut Browser, tally: &mut Tally) -> Outcome<()> {
    let good = access(browser, OWN_AUDIENCE).await?;
    ensure(
        present(browser, &good).await? == 200,
        "a good token does not count, so nothing is shown by a bad one",
    )?;
    let (_, mut other) = bed.logged_in("mallory").await?;
    let of_other = access(&mut other, OWN_AUDIENCE).await?;
    let ([_, payload, signature], [_, other_payload, _]) = (parts(&good)?, parts(&of_other)?);
    let head = parts(&good)?[0];
    let claims: Claims = insecure_decode_claims(&good).during("reading a token")?;
    let kid = decode_header(&good)
        .during("reading a token")?
        .kid
        .unwrap_or_default();
    let published: JwkSet = serde_json::from_slice(&browser.get("/.well-known/jwks.json").await?.body)
        .during("reading the keys")?;
    let public = published
        .find(&kid)
        .ok_or_else(|| Failure::new("the key that signs is not published"))?;
    let signed_by = |algorithm, key: &EncodingKey| {
        let mut header = Header::new(algorithm);
        header.kid = Some(kid.clone());
        encode(&header, &claims, key).during("forging a token")
    };
    let strange = ed25519::encoding_key(&[7; 32]);
    let decoding = DecodingKey::from_jwk(public).during("reading a public key")?;
    let public_bytes = EncodingKey::from_secret(decoding.try_get_as_bytes().during("reading a public key")?);
    let public_text = serde_json::to_value(public).during("reading a public key")?;
    let public_text = EncodingKey::from_secret(public_text["x"].as_str().unwrap_or_default().as_bytes());
    let cases = [
        (
            "T-1",
            "a token that says it is not signed",
            format!("{UNSIGNED}.{payload}."),
        ),
        (
            "T-6",
            "a token signed with a key that is not ours",
            signed_by(Algorithm::EdDSA, &strange)?,
        ),
        (
            "T-1",
            "a token signed by HS256 with our public key as the secret",
            signed_by(Algorithm::HS256, &public_bytes)?,
        ),
        (
            "T-1",
            "the same with the public key's text as the secret",
            signed_by(Algorithm::HS256, &public_text)?,
        ),
        (
            "T-6",
            "a token of one user with what is said of another",
            format!("{head}.{other_payload}.{signature}"),
        ),
        (
            "T-6",
            "a token without its last letters",
            good[..good.len() - 4].to_owned(),
        ),
        ("T-6", "no token at all", String::new()),
    ];
    for (rule, attack, token) in cases {
        let status = present(browser, &token).await?;
        tally.once(rule, attack, "GET /userinfo", status == 200, status);
    }
    Ok(())
}

async fn meant_for_another(definition: &Definition, browser: &mut Browser, tally: &mut Tally) -> Outcome<()> {
    let audiences = definition.tokens.iter().flat_map(|tokens| &tokens.audiences);
    for audience in audiences.filter(|audience| *audience != OWN_AUDIENCE) {
        let token = access(browser, audience).await?;
        let status = present(browser, &token).await?;
        tally.once(
            "T-2",
            &format!("a token for `{audience}`"),
            "GET /userinfo",
            status == 200,
            status,
        );
    }
    Ok(())
}

async fn refreshed_twice(browser: &mut Browser, tally: &mut Tally) -> Outcome<()> {
    let first = tokens(browser, OWN_AUDIENCE).await?;
    let stolen = json!({ "refresh_token": first["refresh_token"] });
    let second = browser.post("/token/refresh", &stolen).await?;
    expect(&second, 200, "refreshing")?;
    let again = browser.post("/token/refresh", &stolen).await?.status;
    tally.once(
        "T-4",
        "a refresh token that was used",
        "POST /token/refresh",
        again == 200,
        again,
    );
    let newest = json!({ "refresh_token": second.json()?["refresh_token"] });
    let family = browser.post("/token/refresh", &newest).await?.status;
    tally.once(
        "T-4",
        "the newest of its family after that",
        "POST /token/refresh",
        family == 200,
        family,
    );
    let given = tokens(browser, OWN_AUDIENCE).await?;
    let revoked = json!({ "refresh_token": given["refresh_token"] });
    expect(&browser.post("/token/revoke", &revoked).await?, 200, "revoking")?;
    let status = browser.post("/token/refresh", &revoked).await?.status;
    tally.once(
        "T-4",
        "a refresh token that was taken back",
        "POST /token/refresh",
        status == 200,
        status,
    );
    Ok(())
}

async fn expired(
    bed: &Bed,
    definition: &Definition,
    browser: &mut Browser,
    tally: &mut Tally,
) -> Outcome<()> {
    let settings = definition
        .tokens
        .as_ref()
        .ok_or_else(|| Failure::new("there are no tokens"))?;
    let token = access(browser, OWN_AUDIENCE).await?;
    bed.advance(settings.access_lives_s + settings.skew_s + 1);
    let status = present(browser, &token).await?;
    tally.once(
        "T-3",
        "an access token a second after its time",
        "GET /userinfo",
        status == 200,
        status,
    );
    let (_, mut later) = bed.logged_in("late").await?;
    let given = tokens(&mut later, OWN_AUDIENCE).await?;
    bed.advance(settings.refresh_lives_s + 1);
    let status = later
        .post(
            "/token/refresh",
            &json!({ "refresh_token": given["refresh_token"] }),
        )
        .await?
        .status;
    tally.once(
        "T-3",
        "a refresh token a second after its time",
        "POST /token/refresh",
        status == 200,
        status,
    );
    Ok(())
}

async fn rotated_and_withdrawn(bed: &Bed, definition: &Definition, tally: &mut Tally) -> Outcome<()> {
    let settings = definition
        .tokens
        .as_ref()
        .ok_or_else(|| Failure::new("there are no tokens"))?;
    let (_, mut browser) = bed.logged_in("ada").await?;
    let admin = bed.admin()?;
    let old = access(&mut browser, OWN_AUDIENCE).await?;
    let rotate = Call::new("POST", "/admin/keys/rotate").with_token(&admin);
    expect(&browser.send(rotate).await?, 200, "rotating the keys")?;
    let status = present(&mut browser, &old).await?;
    ensure(
        status == 200,
        "a token of a key that was rotated away no longer counts, though it has not expired",
    )?;
    bed.advance(settings.key_verifies_for_s + 1);
    let published: JwkSet = serde_json::from_slice(&browser.get("/.well-known/jwks.json").await?.body)
        .during("reading the keys")?;
    let kid = decode_header(&old)
        .during("reading a token")?
        .kid
        .unwrap_or_default();
    tally.once(
        "T-5",
        "a rotated key is still published after its last token has expired",
        "GET /.well-known/jwks.json",
        published.find(&kid).is_some(),
        200,
    );
    let (_, mut browser) = bed.logged_in("bea").await?;
    let stolen = access(&mut browser, OWN_AUDIENCE).await?;
    let kid = decode_header(&stolen)
        .during("reading a token")?
        .kid
        .unwrap_or_default();
    let refused = browser
        .post("/admin/keys/withdraw", &json!({ "kid": kid }))
        .await?;
    ensure(
        refused.status == 401,
        "somebody who is no administrator withdraws keys",
    )?;
    let withdraw = Call::new("POST", "/admin/keys/withdraw")
        .with_token(&admin)
        .with_json(&json!({ "kid": kid }));
    expect(&browser.send(withdraw).await?, 200, "withdrawing a key")?;
    let status = present(&mut browser, &stolen).await?;
    tally.note(Made {
        rule: "T-5",
        attack: "a token of a key that was withdrawn",
        place: "GET /userinfo",
        tries: 1,
        accepted: u32::from(status == 200),
        status,
    });
    let fresh = access(&mut browser, OWN_AUDIENCE).await?;
    ensure(
        present(&mut browser, &fresh).await? == 200,
        "after a withdrawal, new tokens do not count",
    )
}
