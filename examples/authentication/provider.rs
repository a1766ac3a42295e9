//! The identity provider of the sample, on a loopback port: it publishes its keys, and says who somebody is who logged in there.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use examples::{
    authentication_plan::artifacts::{AuthenticationMechanisms, Connection},
    client::{Call, Client},
    failure::{During, Outcome, ensure},
    live::Live,
    outputs::Outputs,
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::JwkSet};
use serde_json::{Value, json};

use crate::{
    bed::{Bed, expect},
    service::{
        clock::Clock,
        definition::{Definition, ISSUER, Provider},
        ed25519,
        keys::KeyRing,
        tokens::Claims,
    },
};

/// Whoever logs in there. How they do is not ours to know.
#[derive(Debug)]
pub struct SampleProvider {
    issuer: String,
    ring: Mutex<KeyRing>,
    clock: Clock,
}

impl SampleProvider {
    /// The provider of the sample, with its keys in a folder of its own.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn open(outputs: &Outputs, issuer: &str, clock: Clock) -> Outcome<Arc<Self>> {
        ed25519::install();
        let name = issuer.trim_start_matches("https://");
        let name = name.replace(
            |letter: char| !letter.is_ascii_alphanumeric() && letter != '.',
            "-",
        );
        let folder = outputs.place("providers").join(name);
        let folder = Outputs::open(&crate::team::PLACE, &folder)?;
        let ring = Mutex::new(KeyRing::open(folder.clone(), clock.now())?);
        folder.sweep();
        Ok(Arc::new(SampleProvider {
            issuer: issuer.to_owned(),
            ring,
            clock,
        }))
    }

    /// Serves its keys and its word.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn serve(self: &Arc<Self>) -> Outcome<Live> {
        let router = Router::new().route("/keys", get(keys)).route("/say", post(say));
        Live::start(router.with_state(self.clone()), 0).await
    }

    /// What it would say of somebody.
    pub fn claims(&self, name: &str, group: &str, nonce: &str) -> Claims {
        let now = self.clock.now();
        Claims {
            iss: self.issuer.clone(),
            sub: name.to_owned(),
            aud: ISSUER.to_owned(),
            iat: now,
            exp: now + 120,
            jti: nonce.to_owned(),
            name: name.to_owned(),
            group: group.to_owned(),
        }
    }

    /// Signs anything: also what it should not, when it attacks.
    ///
    /// # Errors
    /// When its key is gone.
    pub fn signed(&self, claims: &Claims) -> Outcome<String> {
        let (kid, key) = self
            .ring
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .signer()?;
        signed_by(&kid, &key, claims)
    }

    fn published(&self) -> JwkSet {
        self.ring
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .verifying(self.clock.now(), 0)
    }
}

/// Signs with any key under any name of a key.
///
/// # Errors
/// When the key is none.
pub fn signed_by(kid: &str, key: &EncodingKey, claims: &Claims) -> Outcome<String> {
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = Some(kid.to_owned());
    encode(&header, claims, key).during("signing a provider's word")
}

async fn keys(State(provider): State<Arc<SampleProvider>>) -> String {
    json!(provider.published()).to_string()
}

async fn say(State(provider): State<Arc<SampleProvider>>, body: Bytes) -> (StatusCode, String) {
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |member: &str| asked[member].as_str().unwrap_or_default().to_owned();
    match provider.signed(&provider.claims(&text("name"), &text("group"), &text("nonce"))) {
        Ok(word) => (StatusCode::OK, json!({ "assertion": word }).to_string()),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, String::new()),
    }
}

/// The providers that were decided on, as they publish themselves; those of the sample are served here.
///
/// # Errors
/// When one does not answer.
pub async fn known_to(mechanisms: &AuthenticationMechanisms, outputs: &Outputs) -> Outcome<Vec<Provider>> {
    let mut all = Vec::new();
    for wanted in &mechanisms.single_sign_on {
        all.push(known(&wanted.name, &wanted.issuer, &wanted.groups, outputs).await?);
    }
    Ok(all)
}

/// Asks a provider for its keys, as the service is told of it.
///
/// # Errors
/// When it does not answer.
pub async fn known(name: &str, issuer: &str, groups: &[String], outputs: &Outputs) -> Outcome<Provider> {
    let live = SampleProvider::open(outputs, issuer, Clock::default())?
        .serve()
        .await?;
    let reply = Client::new(live.address())
        .send(&Call::new("GET", "/keys"))
        .await?;
    live.stop().await?;
    let keys = serde_json::from_slice(&reply.body).during("reading the keys of a provider")?;
    let (name, issuer) = (name.to_owned(), issuer.to_owned());
    Ok(Provider {
        name,
        issuer,
        groups: groups.to_vec(),
        keys,
    })
}

/// Goes the round trip by each provider, and out again.
///
/// # Errors
/// When it does not work.
pub async fn round_trips(definition: &Definition, outputs: &Outputs) -> Outcome<Vec<Connection>> {
    let bed = Bed::start(definition, outputs).await?;
    let mut connections = Vec::new();
    for known in &definition.providers {
        let live = SampleProvider::open(outputs, &known.issuer, Clock::default())?
            .serve()
            .await?;
        let mut browser = bed.browser("192.0.2.10");
        let begun = browser.post("/login/sso/begin", &json!({})).await?;
        expect(&begun, 200, "beginning a login by a provider")?;
        let group = known.groups.first().map_or("", String::as_str);
        let asked =
            json!({ "name": "ines@harbour.example", "group": group, "nonce": begun.json()?["nonce"] });
        let said = Client::new(live.address())
            .send(&Call::new("POST", "/say").with_json(&asked))
            .await?;
        live.stop().await?;
        let taken = browser.post("/login/sso", &said.json()?).await?;
        expect(&taken, 200, "the word of a provider")?;
        let me = browser.get("/me").await?;
        let told = me.json()?;
        ensure(
            told["group"] == group,
            "who came by a provider is in another group",
        )?;
        expect(&browser.post("/logout", &json!({})).await?, 200, "logging out")?;
        connections.push(Connection {
            point: known.name.clone(),
            logged_in: me.status == 200,
            logged_out: !browser.is_in().await?,
            claims: told
                .as_object()
                .map(|told| told.keys().cloned().collect())
                .unwrap_or_default(),
        });
    }
    bed.stop().await?;
    Ok(connections)
}
