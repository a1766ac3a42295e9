//! What is asked and what is answered, apart from HTTP's ways of saying it.

use std::net::{IpAddr, SocketAddr};

use axum::{
    body::Bytes,
    extract::{ConnectInfo, FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use cookie::{Cookie, SameSite};
use examples::failure::Failure;
use serde_json::{Value, json};

use super::Service;
use crate::rules::Weakness;
use std::sync::Arc;

/// A request, as far as anybody looks at it.
#[derive(Debug)]
pub struct Asked {
    /// From where, a trusted proxy's word taken.
    pub address: IpAddr,
    /// The session that the browser brought.
    pub cookie: Option<String>,
    /// From `Authorization: Bearer`.
    pub bearer: Option<String>,
    /// The body, or null.
    pub body: Value,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    status: StatusCode,
    body: Value,
    cookie: Option<String>,
    retry_after_s: Option<i64>,
}

/// What a request comes to; the error is an answer too.
pub type Answered<T = Answer> = Result<T, Answer>;

impl Answer {
    /// All is well.
    pub fn ok(body: Value) -> Self {
        Answer::new(StatusCode::OK, body)
    }

    /// With any status.
    pub fn new(status: StatusCode, body: Value) -> Self {
        Answer {
            status,
            body,
            cookie: None,
            retry_after_s: None,
        }
    }

    /// Refuses, in words for people.
    pub fn refused(status: StatusCode, error: &str) -> Self {
        Answer::new(status, json!({ "error": error }))
    }

    /// Refuses for a while.
    pub fn later(seconds: i64) -> Self {
        let mut answer = Answer::refused(
            StatusCode::TOO_MANY_REQUESTS,
            "too many failures; try again later",
        );
        answer.retry_after_s = Some(seconds.max(1));
        answer
    }

    /// Gives the browser its session, out of reach for scripts, plain connections and other sites.
    #[must_use]
    pub fn with_session(mut self, name: &str, id: &str) -> Self {
        self.cookie = Some(session_cookie(name, id).to_string());
        self
    }

    /// Has the browser forget its session.
    #[must_use]
    pub fn without_session(mut self, name: &str) -> Self {
        let mut cookie = session_cookie(name, "");
        cookie.make_removal();
        self.cookie = Some(cookie.to_string());
        self
    }
}

fn session_cookie(name: &str, id: &str) -> Cookie<'static> {
    Cookie::build((name.to_owned(), id.to_owned()))
        .path("/")
        .http_only(true)
        .secure(true)
        .same_site(SameSite::Lax)
        .build()
}

impl From<Failure> for Answer {
    /// What went wrong inside is nobody's business outside.
    fn from(failure: Failure) -> Self {
        tracing::error!(%failure, "a request could not be answered");
        Answer::refused(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong here")
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        let mut put = |name, value: String| {
            if let Ok(value) = value.parse() {
                headers.insert(name, value);
            }
        };
        put(header::CONTENT_TYPE, "application/json".to_owned());
        put(header::CACHE_CONTROL, "no-store".to_owned());
        if let Some(cookie) = self.cookie {
            put(header::SET_COOKIE, cookie);
        }
        if let Some(seconds) = self.retry_after_s {
            put(header::RETRY_AFTER, seconds.to_string());
        }
        (self.status, headers, self.body.to_string()).into_response()
    }
}

impl Asked {
    /// A member of the body that must be text.
    ///
    /// # Errors
    /// Names the member.
    pub fn text(&self, member: &str) -> Answered<String> {
        match self.body[member].as_str() {
            Some(text) if text.len() <= 1_024 => Ok(text.to_owned()),
            Some(_) => Err(Answer::refused(
                StatusCode::BAD_REQUEST,
                &format!("`{member}` is too long"),
            )),
            None => Err(Answer::refused(
                StatusCode::BAD_REQUEST,
                &format!("`{member}` is missing"),
            )),
        }
    }
}

impl FromRequest<Arc<Service>> for Asked {
    type Rejection = Answer;

    async fn from_request(request: Request, service: &Arc<Service>) -> Answered<Self> {
        let peer = request
            .extensions()
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0.ip());
        let peer = peer.ok_or_else(|| Failure::new("a request has no address"))?;
        let headers = request.headers().clone();
        let changes = request.method() != axum::http::Method::GET;
        let address = address_of(service, peer, &headers);
        if changes
            && !service.definition.has(Weakness::OriginUnchecked)
            && is_of_another_site(service, &headers)
        {
            service
                .events
                .tell(service.clock.now(), "origin_refused", None, Some(address));
            return Err(Answer::refused(
                StatusCode::FORBIDDEN,
                "this came from another site",
            ));
        }
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let cookie = text(header::COOKIE).and_then(|line| {
            Cookie::split_parse(line)
                .filter_map(Result::ok)
                .find(|cookie| cookie.name() == service.definition.sessions.cookie)
                .map(|cookie| cookie.value().to_owned())
        });
        let bearer = text(header::AUTHORIZATION)
            .and_then(|value| value.strip_prefix("Bearer "))
            .map(str::to_owned);
        let bytes = Bytes::from_request(request, service).await;
        let bytes =
            bytes.map_err(|_| Answer::refused(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long"))?;
        let body = match &bytes[..] {
            [] => Value::Null,
            bytes => serde_json::from_slice(bytes)
                .map_err(|_| Answer::refused(StatusCode::BAD_REQUEST, "the body is not JSON"))?,
        };
        Ok(Asked {
            address,
            cookie,
            bearer,
            body,
        })
    }
}

/// The last address that a trusted proxy names; anybody else could name any.
fn address_of(service: &Service, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    if !service.definition.proxies.contains(&peer) {
        return peer;
    }
    // A proxy may add a line of its own below those that it was sent.
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
    let forwarded = forwarded.and_then(|value| value.to_str().ok());
    forwarded
        .and_then(|list| list.rsplit(',').next())
        .and_then(|address| address.trim().parse().ok())
        .unwrap_or(peer)
}

/// Browsers say from where something is sent; what says nothing is no browser, and has no cookie that it did not mean to send.
fn is_of_another_site(service: &Service, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let origin =
        text("origin").is_some_and(|origin| !service.definition.origins.iter().any(|ours| ours == origin));
    origin || text("sec-fetch-site") == Some("cross-site")
}
