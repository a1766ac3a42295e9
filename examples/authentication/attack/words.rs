//! What a provider said, or did not say, or said to somebody else.

use examples::{
    failure::{During, Outcome},
    outputs::Outputs,
};
use jsonwebtoken::{EncodingKey, decode_header};
use serde_json::json;

use super::Tally;
use crate::{
    bed::{Bed, Browser, expect},
    provider::{SampleProvider, signed_by},
    service::{
        definition::{Definition, Provider},
        ed25519,
        tokens::Claims,
    },
};

const PLACE: &str = "POST /login/sso";

/// Shows it, and notes what was taken.
///
/// # Errors
/// When the service does not answer.
pub async fn run(
    known: &Provider,
    definition: &Definition,
    outputs: &Outputs,
    tally: &mut Tally,
) -> Outcome<()> {
    let bed = Bed::start(definition, outputs).await?;
    let provider = SampleProvider::open(outputs, &known.issuer, bed.service.clock.clone())?;
    let group = known.groups.first().map_or("", String::as_str);
    let mut browser = bed.browser("192.0.2.61");
    let good = provider.claims("ines@harbour.example", group, &asked_by(&mut browser).await?);
    replayed(&bed, browser, &provider.signed(&good)?, tally).await?;
    let owner = bed.user("owner").await?.name;
    let elsewhere = "https://elsewhere.example".to_owned();
    let mut others = definition
        .groups
        .iter()
        .filter(|group| !known.groups.contains(group));
    let other = others.next().cloned().unwrap_or_default();
    let (iat, exp) = (good.iat - 3_600, good.exp - 3_600);
    let strange = Some(ed25519::encoding_key(&[9; 32]));
    let but = || good.clone();
    let cases = [
        (
            "a word signed with a key that is not the provider's",
            but(),
            strange,
        ),
        (
            "a word for somebody else",
            Claims {
                aud: elsewhere,
                ..but()
            },
            None,
        ),
        ("a word of an hour ago", Claims { iat, exp, ..but() }, None),
        (
            "a word of the hour to come",
            Claims {
                iat: good.iat + 3_600,
                exp: good.exp + 3_600,
                ..but()
            },
            None,
        ),
        (
            "a word for a group that does not come by it",
            // A new name: those who came before are known with their group.
            Claims {
                group: other,
                name: "nora@harbour.example".to_owned(),
                ..but()
            },
            None,
        ),
        (
            "a word for the name of somebody who has a password here",
            Claims { name: owner, ..but() },
            None,
        ),
    ];
    for (attack, claims, key) in cases {
        let status = shown(&bed, &provider, claims, key).await?;
        tally.once("T-7", attack, PLACE, status == 200, status);
    }
    bed.stop().await
}

async fn replayed(bed: &Bed, mut browser: Browser, word: &str, tally: &mut Tally) -> Outcome<()> {
    let word = json!({ "assertion": word });
    let mut thief = bed.browser("198.51.100.68");
    asked_by(&mut thief).await?;
    let status = thief.post("/login/sso", &word).await?.status;
    tally.once(
        "T-7",
        "a word that another browser asked for",
        PLACE,
        status == 200,
        status,
    );
    let kept = browser.session.clone();
    expect(
        &browser.post("/login/sso", &word).await?,
        200,
        "the word of a provider",
    )?;
    browser.session = kept;
    let status = browser.post("/login/sso", &word).await?.status;
    tally.once("T-7", "a word that was taken", PLACE, status == 200, status);
    Ok(())
}

async fn shown(
    bed: &Bed,
    provider: &SampleProvider,
    claims: Claims,
    key: Option<EncodingKey>,
) -> Outcome<u16> {
    let mut browser = bed.browser("192.0.2.62");
    let claims = Claims {
        jti: asked_by(&mut browser).await?,
        ..claims
    };
    let mut word = provider.signed(&claims)?;
    if let Some(key) = key {
        let kid = decode_header(&word)
            .during("reading a word")?
            .kid
            .unwrap_or_default();
        word = signed_by(&kid, &key, &claims)?;
    }
    Ok(browser
        .post("/login/sso", &json!({ "assertion": word }))
        .await?
        .status)
}

async fn asked_by(browser: &mut Browser) -> Outcome<String> {
    let begun = browser.post("/login/sso/begin", &json!({})).await?;
    expect(&begun, 200, "beginning a login by a provider")?;
    Ok(begun.json()?["nonce"].as_str().unwrap_or_default().to_owned())
}
