//! The applications of the sample, each on a loopback port of its own: one that asks the login at each page, and one that verifies
//! tokens by the published keys.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    routing::get,
};
use examples::{
    client::{Call, Client},
    failure::{During, Outcome},
    live::Live,
};
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Value, json};

use crate::service::{
    clock::Clock,
    tokens::{Wanted, verify},
};

/// What an application knows of the login.
#[derive(Debug)]
pub struct Application {
    /// Its name, which is the audience of its tokens.
    pub name: String,
    /// What it wants to know of a user.
    pub claims: Vec<String>,
    /// Where the login is.
    pub login: SocketAddr,
    /// Who signs.
    pub issuer: String,
    /// By how much clocks may differ, in seconds.
    pub skew_s: u32,
    /// The time.
    pub clock: Clock,
    keys: Mutex<Option<JwkSet>>,
}

impl Application {
    /// An application that has not seen the keys yet.
    pub fn new(
        name: &str,
        claims: &[String],
        login: SocketAddr,
        issuer: &str,
        skew_s: u32,
        clock: Clock,
    ) -> Arc<Self> {
        Arc::new(Application {
            name: name.to_owned(),
            claims: claims.to_vec(),
            login,
            issuer: issuer.to_owned(),
            skew_s,
            clock,
            keys: Mutex::default(),
        })
    }

    /// Serves pages to whoever has a session of the login.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn with_sessions(self: &Arc<Self>) -> Outcome<Live> {
        Live::start(Router::new().route("/", get(page)).with_state(self.clone()), 0).await
    }

    /// Serves data to whoever has a token for it.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn with_tokens(self: &Arc<Self>) -> Outcome<Live> {
        Live::start(Router::new().route("/", get(data)).with_state(self.clone()), 0).await
    }

    /// The keys; they are asked for anew where one is missing.
    async fn keys(&self, anew: bool) -> Outcome<JwkSet> {
        let remembered = self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(keys) = remembered.filter(|_| !anew) {
            return Ok(keys);
        }
        let reply = Client::new(self.login)
            .send(&Call::new("GET", "/.well-known/jwks.json"))
            .await?;
        let keys: JwkSet = serde_json::from_slice(&reply.body).during("reading the published keys")?;
        *self.keys.lock().unwrap_or_else(PoisonError::into_inner) = Some(keys.clone());
        Ok(keys)
    }

    /// No more than it wants to know.
    fn told(&self, user: &Value) -> Value {
        let claims = self
            .claims
            .iter()
            .map(|claim| (claim.clone(), user[claim].clone()));
        Value::Object(claims.collect())
    }
}

async fn page(State(application): State<Arc<Application>>, headers: HeaderMap) -> (StatusCode, String) {
    let mut call = Call::new("GET", "/me");
    if let Some(cookie) = headers
        .get(header::COOKIE)
        .and_then(|cookie| cookie.to_str().ok())
    {
        call = call.with_header("cookie", cookie);
    }
    match Client::new(application.login).send(&call).await {
        Ok(reply) if reply.status == 200 => {
            let user = reply.json().unwrap_or_default();
            (StatusCode::OK, application.told(&user).to_string())
        }
        Ok(_) => (
            StatusCode::UNAUTHORIZED,
            json!({ "error": "log in first" }).to_string(),
        ),
        Err(_) => (
            StatusCode::BAD_GATEWAY,
            json!({ "error": "the login cannot be reached" }).to_string(),
        ),
    }
}

async fn data(State(application): State<Arc<Application>>, headers: HeaderMap) -> (StatusCode, String) {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = token
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    for anew in [false, true] {
        let Ok(keys) = application.keys(anew).await else {
            return (
                StatusCode::BAD_GATEWAY,
                json!({ "error": "the login cannot be reached" }).to_string(),
            );
        };
        let wanted = Wanted {
            issuer: &application.issuer,
            audience: &application.name,
            skew_s: application.skew_s,
            now: application.clock.now(),
        };
        if let Ok(claims) = verify(token, &keys, &wanted) {
            let user = serde_json::to_value(claims).unwrap_or_default();
            return (StatusCode::OK, application.told(&user).to_string());
        }
    }
    (
        StatusCode::UNAUTHORIZED,
        json!({ "error": "the token does not count" }).to_string(),
    )
}
