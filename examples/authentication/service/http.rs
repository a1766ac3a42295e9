//! The routes. A part that is not set up has none.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::header,
    response::IntoResponse,
    routing::{get, post},
};
use serde_json::json;

use super::{
    Service,
    answer::{Answer, Answered, Asked},
};

/// A route, with what it is for and which statuses it answers with.
#[derive(Debug)]
pub struct Route {
    /// The method and path.
    pub route: &'static str,
    /// What it does.
    pub purpose: &'static str,
    /// The statuses.
    pub statuses: &'static [u16],
    /// The part of the service that has it.
    pub part: Part,
}

/// A part of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Always there.
    Core,
    /// Where there are tokens.
    Tokens,
    /// Where there is a way back in.
    Recovery,
    /// Where there is a second factor.
    Factor,
    /// Where there are providers.
    Sso,
}

const fn route(route: &'static str, purpose: &'static str, statuses: &'static [u16], part: Part) -> Route {
    Route {
        route,
        purpose,
        statuses,
        part,
    }
}

/// All of them.
pub const ROUTES: &[Route] = &[
    route(
        "POST /register",
        "opens an account",
        &[202, 400, 403, 422],
        Part::Core,
    ),
    route(
        "POST /login",
        "takes name and password",
        &[200, 400, 401, 403, 429],
        Part::Core,
    ),
    route("POST /logout", "ends this session", &[200, 401, 403], Part::Core),
    route(
        "POST /logout-everywhere",
        "ends all sessions and tokens",
        &[200, 401, 403],
        Part::Core,
    ),
    route("GET /me", "says who is logged in", &[200, 401], Part::Core),
    route(
        "GET /sessions",
        "lists the sessions of the user",
        &[200, 401],
        Part::Core,
    ),
    route(
        "POST /password",
        "changes the password",
        &[200, 401, 403, 422, 429],
        Part::Core,
    ),
    route(
        "POST /account/delete",
        "deletes the account",
        &[200, 401, 403, 429],
        Part::Core,
    ),
    route(
        "POST /admin/accounts",
        "opens an account in a group",
        &[202, 400, 401, 422],
        Part::Core,
    ),
    route("GET /health", "says whether it is well", &[200], Part::Core),
    route("GET /metrics", "counts security events", &[200], Part::Core),
    route(
        "POST /token",
        "gives tokens for an application",
        &[200, 400, 401, 403],
        Part::Tokens,
    ),
    route(
        "POST /token/refresh",
        "gives new tokens for a refresh token",
        &[200, 400, 401],
        Part::Tokens,
    ),
    route(
        "POST /token/revoke",
        "takes back a refresh token",
        &[200, 400],
        Part::Tokens,
    ),
    route(
        "GET /userinfo",
        "says of whom a token is",
        &[200, 401],
        Part::Tokens,
    ),
    route(
        "GET /.well-known/jwks.json",
        "publishes the keys that verify",
        &[200],
        Part::Tokens,
    ),
    route(
        "POST /admin/keys/rotate",
        "has a new key sign",
        &[200, 401],
        Part::Tokens,
    ),
    route(
        "POST /admin/keys/withdraw",
        "withdraws a stolen key",
        &[200, 401, 404],
        Part::Tokens,
    ),
    route(
        "POST /recovery",
        "sends a way back in",
        &[202, 400, 429],
        Part::Recovery,
    ),
    route(
        "POST /recovery/complete",
        "takes the secret and a new password",
        &[200, 401, 422, 429],
        Part::Recovery,
    ),
    route(
        "POST /factor/enrol",
        "gives a secret for an app",
        &[200, 401, 403, 429],
        Part::Factor,
    ),
    route(
        "POST /factor/confirm",
        "takes the first code, gives recovery codes",
        &[200, 401, 409, 429],
        Part::Factor,
    ),
    route(
        "POST /login/factor",
        "takes the code of a login",
        &[200, 401, 429],
        Part::Factor,
    ),
    route(
        "POST /login/recovery-code",
        "takes a recovery code instead",
        &[200, 401, 429],
        Part::Factor,
    ),
    route(
        "POST /login/sso/begin",
        "begins a login on another's word",
        &[200, 403],
        Part::Sso,
    ),
    route(
        "POST /login/sso",
        "takes the word of a provider",
        &[200, 401, 403],
        Part::Sso,
    ),
];

/// For how long applications may remember the keys, in seconds.
pub const KEYS_CACHED_S: u32 = 300;

/// More than any request needs.
const BODY_BYTES_AT_MOST: usize = 16 * 1_024;

type Of = State<Arc<Service>>;

macro_rules! handlers {
    ($($name:ident),+ $(,)?) => {
        $(async fn $name(State(service): Of, asked: Asked) -> Answered {
            service.$name(&asked)
        })+
    };
    (async $($name:ident),+ $(,)?) => {
        $(async fn $name(State(service): Of, asked: Asked) -> Answered {
            service.$name(&asked).await
        })+
    };
}

handlers!(
    log_out,
    log_out_everywhere,
    who_am_i,
    list_sessions,
    issue_tokens,
    refresh_tokens,
    revoke_tokens,
    user_info,
    rotate_keys,
    withdraw_key,
    request_recovery,
    confirm_factor,
    show_factor,
    use_recovery_code,
    begin_sso,
    finish_sso,
);
handlers!(async register, register_for, log_in, change_password, delete_account, complete_recovery, enrol_factor);

/// The routes of what is set up.
pub fn router(service: Arc<Service>) -> Router {
    let definition = &service.definition;
    let mut router = Router::new()
        .route("/register", post(register))
        .route("/login", post(log_in))
        .route("/logout", post(log_out))
        .route("/logout-everywhere", post(log_out_everywhere))
        .route("/me", get(who_am_i))
        .route("/sessions", get(list_sessions))
        .route("/password", post(change_password))
        .route("/account/delete", post(delete_account))
        .route("/admin/accounts", post(register_for))
        .route("/health", get(health))
        .route("/metrics", get(metrics));
    if definition.tokens.is_some() {
        router = router
            .route("/token", post(issue_tokens))
            .route("/token/refresh", post(refresh_tokens))
            .route("/token/revoke", post(revoke_tokens))
            .route("/userinfo", get(user_info))
            .route("/.well-known/jwks.json", get(jwks))
            .route("/admin/keys/rotate", post(rotate_keys))
            .route("/admin/keys/withdraw", post(withdraw_key));
    }
    if definition.recovery.is_some() {
        router = router
            .route("/recovery", post(request_recovery))
            .route("/recovery/complete", post(complete_recovery));
    }
    if definition.factor.is_some() {
        router = router
            .route("/factor/enrol", post(enrol_factor))
            .route("/factor/confirm", post(confirm_factor))
            .route("/login/factor", post(show_factor))
            .route("/login/recovery-code", post(use_recovery_code));
    }
    if !definition.providers.is_empty() {
        router = router
            .route("/login/sso/begin", post(begin_sso))
            .route("/login/sso", post(finish_sso));
    }
    router
        .layer(DefaultBodyLimit::max(BODY_BYTES_AT_MOST))
        .with_state(service)
}

async fn health(State(service): Of) -> Answered {
    let accounts: i64 =
        service.with_store(|store| store.query_row("SELECT count(*) FROM accounts", [], |row| row.get(0)))?;
    // How many there are is nobody's business; that the store answers is.
    let _ = accounts;
    Ok(Answer::ok(
        json!({ "status": "well", "system": service.definition.system }),
    ))
}

async fn metrics(State(service): Of) -> Answered<impl IntoResponse> {
    let text = service.events.metrics()?;
    Ok((
        [(
            header::CONTENT_TYPE,
            "application/openmetrics-text; version=1.0.0",
        )],
        text,
    ))
}

async fn jwks(State(service): Of) -> Answered<impl IntoResponse> {
    let keys = serde_json::to_string(&service.verifying_keys()).map_err(examples::failure::Failure::new)?;
    let head = [
        (header::CONTENT_TYPE, "application/jwk-set+json".to_owned()),
        (header::CACHE_CONTROL, format!("max-age={KEYS_CACHED_S}")),
    ];
    Ok((head, keys))
}
