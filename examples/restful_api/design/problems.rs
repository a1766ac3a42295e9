//! The shapes of errors: problem details, RFC 9457, with one registered type for each thing that can go wrong.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::openapi::PROBLEM;
use crate::{
    failure::{Outcome, ensure},
    requirements::formats::Formats,
};

/// Every problem that the service can report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemCatalog {
    /// In ascending order of status.
    pub problems: Vec<ProblemType>,
}

/// A thing that can go wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemType {
    /// The last part of its URI.
    pub slug: String,
    /// Its URI, relative to the service.
    pub type_uri: String,
    /// A short summary, the same every time.
    pub title: String,
    /// The status of HTTP.
    pub status: u16,
}

const KNOWN: [(&str, u16, &str); 13] = [
    ("malformed-request", 400, "The request cannot be read"),
    (
        "invalid-query",
        400,
        "The query is not one that this list understands",
    ),
    ("not-authenticated", 401, "The request needs a valid token"),
    ("not-permitted", 403, "The token lacks the scope for this"),
    ("not-found", 404, "There is nothing here"),
    ("method-not-allowed", 405, "This cannot be done here"),
    ("conflict", 409, "Another resource already has this value"),
    ("still-in-use", 409, "Other resources still point to this one"),
    ("body-too-large", 413, "The body is too large"),
    ("unsupported-media-type", 415, "The body must be JSON"),
    ("invalid-input", 422, "The input breaks a rule"),
    ("too-many-requests", 429, "Too many requests"),
    ("internal-error", 500, "The service failed"),
];

/// Registers the problems.
///
/// # Errors
/// When an operation may answer with a status that no problem covers.
pub fn define(formats: &Formats) -> Outcome<ProblemCatalog> {
    let problems: Vec<ProblemType> = KNOWN
        .iter()
        .map(|(slug, status, title)| ProblemType {
            slug: (*slug).to_owned(),
            type_uri: format!("/problems/{slug}"),
            title: (*title).to_owned(),
            status: *status,
        })
        .collect();
    for operation in &formats.operations {
        for status in &operation.problem_statuses {
            let covered = problems.iter().any(|problem| problem.status == *status);
            ensure(
                covered,
                format_args!(
                    "`{}` answers with {status}, which no problem covers",
                    operation.operation_id
                ),
            )?;
        }
    }
    Ok(ProblemCatalog { problems })
}

impl ProblemCatalog {
    /// The schema of a problem, for the document.
    #[must_use]
    pub fn schema(&self) -> Value {
        let types: Vec<&str> = self
            .problems
            .iter()
            .map(|problem| problem.type_uri.as_str())
            .collect();
        json!({
            "type": "object",
            "description": "Problem details, RFC 9457.",
            "properties": {
                "type": { "type": "string", "format": "uri-reference", "enum": types },
                "title": { "type": "string" },
                "status": { "type": "integer", "minimum": 400, "maximum": 599 },
                "detail": { "type": "string" },
                "errors": {
                    "type": "array",
                    "description": "What is wrong, place by place.",
                    "items": {
                        "type": "object",
                        "properties": {
                            "pointer": { "type": "string", "format": "json-pointer" },
                            "detail": { "type": "string" },
                        },
                        "required": ["pointer", "detail"],
                        "additionalProperties": false,
                    },
                },
            },
            "required": ["type", "title", "status", "detail"],
            "additionalProperties": false,
        })
    }

    /// A response for each status, for the document: `Problem404`.
    #[must_use]
    pub fn responses(&self) -> Value {
        let mut responses = Map::new();
        for problem in &self.problems {
            let name = format!("Problem{}", problem.status);
            let mut headers = json!({ "API-Version": { "$ref": "#/components/headers/ApiVersion" } });
            match problem.status {
                401 => {
                    headers["WWW-Authenticate"] = json!({ "$ref": "#/components/headers/WwwAuthenticate" })
                }
                429 => headers["Retry-After"] = json!({ "$ref": "#/components/headers/RetryAfter" }),
                _ => {}
            }
            let titles: Vec<&str> = self
                .problems
                .iter()
                .filter(|other| other.status == problem.status)
                .map(|other| other.title.as_str())
                .collect();
            let schema = json!({ "$ref": "#/components/schemas/Problem" });
            responses.insert(
                name,
                json!({
                    "description": format!("{}.", titles.join(", or: ")),
                    "headers": headers,
                    "content": { PROBLEM: { "schema": schema } },
                }),
            );
        }
        Value::Object(responses)
    }
}
