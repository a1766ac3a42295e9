//! Routes, middleware and controllers: from a request to an answer, problem details included.

mod controllers;

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Instant,
};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, RawPathParams, Request, State},
    http::{HeaderName, HeaderValue, Response, header},
    middleware::{Next, from_fn_with_state},
    routing::{MethodFilter, MethodRouter, on},
};

use super::{
    definition::{Route, ServiceDefinition},
    limiter::Limiter,
    problem::Problem,
    store::Store,
    tokens::Principal,
};
use crate::{outputs::sha256_hex, requirements::access::Action};

/// What every request can reach.
#[derive(Debug)]
pub struct App {
    pub(super) definition: ServiceDefinition,
    pub(super) store: Store,
    limiter: Option<Limiter>,
    /// By the SHA-256 of the token, so that looking one up says nothing about another.
    principals: HashMap<String, Arc<Principal>>,
}

/// Who sent a request.
#[derive(Debug, Clone)]
enum Caller {
    /// Without a token.
    Anonymous(IpAddr),
    /// With a token that is known.
    Known(Arc<Principal>),
    /// With something that is no token of ours.
    Refused(IpAddr),
}

impl App {
    /// A service over a store; `throttled` is false only where a test measures something else than the rate limit.
    #[must_use]
    pub fn new(definition: ServiceDefinition, store: Store, throttled: bool) -> Self {
        let limiter = throttled.then(|| Limiter::new(&definition.limits));
        let known = definition.authentication.iter().flatten();
        let principals = known
            .map(|principal| (principal.token_sha256.clone(), Arc::new(principal.clone())))
            .collect();
        App {
            definition,
            store,
            limiter,
            principals,
        }
    }

    pub(super) fn problem(&self, slug: &str, detail: impl Into<String>) -> Problem {
        Problem::of(&self.definition.problems, slug, detail)
    }
}

/// The routes of the service with its middleware.
pub fn router(app: &Arc<App>) -> Router {
    let mut paths: Vec<(String, MethodRouter<Arc<App>>)> = Vec::new();
    for route in &app.definition.routes {
        let filter = filter_of(route.action);
        let route = Arc::new(route.clone());
        let path = route.path.clone();
        let handle = move |State(app): State<Arc<App>>, parameters: RawPathParams, request: Request| {
            let route = Arc::clone(&route);
            async move { respond(&app, &route, &parameters, request).await }
        };
        let method = on(filter, handle);
        match paths.iter_mut().find(|(known, _)| *known == path) {
            Some((_, methods)) => *methods = std::mem::take(methods).merge(method),
            None => paths.push((path, method)),
        }
    }
    let mut router = Router::new();
    for (path, methods) in paths {
        router = router.route(&path, methods);
    }
    router
        .fallback(|State(app): State<Arc<App>>| async move {
            app.problem("not-found", "no resource has this path")
                .into_response()
        })
        .method_not_allowed_fallback(|State(app): State<Arc<App>>| async move {
            app.problem("method-not-allowed", "the resource does not have this method")
                .into_response()
        })
        .layer(from_fn_with_state(Arc::clone(app), identify_and_limit))
        .layer(from_fn_with_state(Arc::clone(app), finish))
        .with_state(Arc::clone(app))
}

fn filter_of(action: Action) -> MethodFilter {
    match action {
        Action::List | Action::Read => MethodFilter::GET,
        Action::Create => MethodFilter::POST,
        Action::Update => MethodFilter::PATCH,
        Action::Delete => MethodFilter::DELETE,
    }
}

async fn respond(
    app: &Arc<App>,
    route: &Route,
    parameters: &RawPathParams,
    request: Request,
) -> Response<Body> {
    if let Err(problem) = authorize(app, route, &request) {
        return problem.into_response();
    }
    let id = parameters.iter().next().map(|(_, value)| value);
    let answer = controllers::answer(app, route, id, request).await;
    answer.unwrap_or_else(Problem::into_response)
}

/// Middleware: finds out who asks, counts the request against their bucket, and turns away what is no token of ours.
async fn identify_and_limit(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response<Body> {
    let caller = identify(&app, &request);
    let client = match &caller {
        Caller::Known(principal) => format!("role {}", principal.name),
        Caller::Anonymous(address) | Caller::Refused(address) => format!("address {address}"),
    };
    if let Some(Err(seconds)) = app
        .limiter
        .as_ref()
        .map(|limiter| limiter.admit(&client, Instant::now()))
    {
        let detail = format!("wait {seconds} s before the next request");
        let mut response = app.problem("too-many-requests", detail).into_response();
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        return response;
    }
    if matches!(caller, Caller::Refused(_)) {
        return app
            .problem("not-authenticated", "the token is not a valid one")
            .into_response();
    }
    request.extensions_mut().insert(caller);
    next.run(request).await
}

fn identify(app: &App, request: &Request) -> Caller {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let address = peer.map_or(IpAddr::from([0, 0, 0, 0]), |ConnectInfo(address)| address.ip());
    let Some(authorization) = request.headers().get(header::AUTHORIZATION) else {
        return Caller::Anonymous(address);
    };
    let credentials = authorization.to_str().ok().and_then(|text| text.split_once(' '));
    let token = credentials
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    match token.and_then(|token| app.principals.get(&sha256_hex(token.as_bytes()))) {
        Some(principal) => Caller::Known(Arc::clone(principal)),
        // Before authentication is built, nobody is refused.
        None if app.definition.authentication.is_none() => Caller::Anonymous(address),
        None => Caller::Refused(address),
    }
}

/// Whether the caller holds the scope that the operation needs.
fn authorize(app: &App, route: &Route, request: &Request) -> Result<(), Problem> {
    let Some(scope) = route
        .scope
        .as_ref()
        .filter(|_| app.definition.authentication.is_some())
    else {
        return Ok(());
    };
    match request.extensions().get::<Caller>() {
        Some(Caller::Known(principal)) if principal.scopes.contains(scope) => Ok(()),
        Some(Caller::Known(_)) => {
            Err(app.problem("not-permitted", format!("the token lacks the scope `{scope}`")))
        }
        _ => Err(app.problem("not-authenticated", "send a token as `Authorization: Bearer ..`")),
    }
}

/// Middleware: headers that every answer carries.
async fn finish(State(app): State<Arc<App>>, request: Request, next: Next) -> Response<Body> {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(
        HeaderName::from_static("api-version"),
        HeaderValue::from(app.definition.version),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'"),
    );
    response
}
