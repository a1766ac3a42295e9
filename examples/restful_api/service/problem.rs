//! Answers that report a problem, RFC 9457.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use serde::{Deserialize, Serialize};

use super::validation::Violation;
use crate::{design::problems::ProblemCatalog, requirements::formats::PROBLEM_JSON};

/// The body of a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Its registered type.
    #[serde(rename = "type")]
    pub type_uri: String,
    /// The same for every problem of this type.
    pub title: String,
    /// The status of HTTP.
    pub status: u16,
    /// What it was this time.
    pub detail: String,
    /// What is wrong, place by place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Violation>,
}

impl Problem {
    /// A problem of a registered type.
    #[must_use]
    pub fn of(catalog: &ProblemCatalog, slug: &str, detail: impl Into<String>) -> Self {
        let known = catalog.problems.iter().find(|problem| problem.slug == slug);
        Problem {
            type_uri: known.map_or_else(|| format!("/problems/{slug}"), |problem| problem.type_uri.clone()),
            title: known.map_or_else(|| slug.to_owned(), |problem| problem.title.clone()),
            status: known.map_or(500, |problem| problem.status),
            detail: detail.into(),
            errors: Vec::new(),
        }
    }

    /// The answer to send.
    #[must_use]
    pub fn into_response(self) -> Response<Body> {
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if self.status == 401 {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
