//! The final security review, on the real service: what it answers, what it leaves out, and what it leaves lying about.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    client::Call,
    failure::{During, Outcome},
    outputs::{OutputFile, Outputs},
    service::{definition::ServiceDefinition, tokens::TOKENS_FILE},
    testing::bed::TestBed,
};

/// What the review looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityReview {
    /// Each thing that was checked.
    pub checks: Vec<SecurityCheck>,
    /// Where it was written.
    pub file: OutputFile,
}

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityCheck {
    /// What should hold.
    pub claim: String,
    /// Whether it does.
    pub holds: bool,
    /// What was looked at.
    pub evidence: String,
}

/// Headers that every answer must carry.
const HEADERS: [(&str, &str); 3] = [
    ("x-content-type-options", "nosniff"),
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'"),
];
/// Words of the inside that no answer may contain.
const INSIDE: [&str; 9] = [
    "sqlite", "SELECT ", "rusqlite", "panicked", "src/", ".rs:", "thread '", "/home/", "/tmp/",
];

/// Reviews the service.
///
/// # Errors
/// When the service does not start or cannot be reached.
pub async fn perform(
    service: &ServiceDefinition,
    document: &Value,
    outputs: &Outputs,
) -> Outcome<SecurityReview> {
    let mut bed = TestBed::start(service, document, outputs, false).await?;
    let reviewed = look_at(&mut bed).await;
    bed.stop().await?;
    let mut checks = reviewed?;
    checks.push(secrets(&bed_tokens(outputs)?, outputs)?);
    checks.push(token_file(outputs));
    checks.push(statements(service));
    let file = outputs.write_json("reports/security.json", &checks)?;
    Ok(SecurityReview { checks, file })
}

impl SecurityReview {
    /// What does not hold.
    #[must_use]
    pub fn objections(&self) -> Vec<String> {
        let broken = self.checks.iter().filter(|check| !check.holds);
        broken
            .map(|check| format!("{}: {}", check.claim, check.evidence))
            .collect()
    }
}

fn check(claim: &str, broken: &[String], looked_at: &str) -> SecurityCheck {
    let evidence = if broken.is_empty() {
        looked_at.to_owned()
    } else {
        broken.join(", ")
    };
    SecurityCheck {
        claim: claim.to_owned(),
        holds: broken.is_empty(),
        evidence,
    }
}

async fn look_at(bed: &mut TestBed) -> Outcome<Vec<SecurityCheck>> {
    let routes = bed.definition.routes.clone();
    let (mut open, mut headers, mut leaks, mut banners) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut answers = 0;
    for route in &routes {
        let valid = bed.call(route, 1);
        let mut anonymous = valid.clone();
        anonymous.token = None;
        let hostile = Call {
            path: format!("{}?%27;DROP%20TABLE", valid.path),
            ..valid.clone()
        };
        let broken = valid.clone().with_body("application/json", b"{\"\xff".to_vec());
        let calls = [anonymous, valid, hostile, broken];
        for (at, call) in calls.iter().enumerate() {
            let reply = bed.send(call).await?;
            answers += 1;
            if at == 0 && route.scope.is_some() && reply.status != 401 {
                open.push(format!(
                    "{} answers {} without a token",
                    route.operation_id, reply.status
                ));
            }
            for (name, value) in HEADERS {
                if reply.header(name) != Some(value) {
                    headers.push(format!("{} lacks {name}", route.operation_id));
                }
            }
            banners.extend(
                ["server", "x-powered-by"]
                    .iter()
                    .filter(|name| reply.header(name).is_some())
                    .map(|name| format!("{} tells {name}", route.operation_id)),
            );
            let body = String::from_utf8_lossy(&reply.body).into_owned();
            if reply.status >= 400 {
                leaks.extend(
                    INSIDE
                        .iter()
                        .filter(|word| body.contains(**word))
                        .map(|word| format!("{} says `{word}`", route.operation_id)),
                );
            }
        }
    }
    let public = routes.iter().filter(|route| route.scope.is_none()).count();
    let guarded = format!(
        "{} operations guarded, {public} public as the brief says",
        routes.len() - public
    );
    let looked_at = format!("{answers} answers");
    Ok(vec![
        check(
            "every operation that the brief does not make public needs a token",
            &open,
            &guarded,
        ),
        check(
            "every answer forbids sniffing, caching and active content",
            &headers,
            &looked_at,
        ),
        check("no error tells of the inside", &leaks, &looked_at),
        check("no answer names the software", &banners, &looked_at),
    ])
}

fn bed_tokens(outputs: &Outputs) -> Outcome<Vec<String>> {
    Ok(crate::implementation::authentication::read_tokens(outputs)?
        .into_values()
        .collect())
}

/// No token stands in any file but its own, the journal of the run included.
fn secrets(tokens: &[String], outputs: &Outputs) -> Outcome<SecurityCheck> {
    let mut found = Vec::new();
    let mut folders = vec![outputs.root().to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).during(format_args!("looking into `{}`", folder.display()))? {
            let place = entry.during("looking at a file")?.path();
            // Other reviews may be at work in the scratch folder.
            if place.is_dir() {
                if !place.ends_with("scratch") {
                    folders.push(place);
                }
            } else if !place.ends_with(TOKENS_FILE) {
                files += 1;
                let bytes = std::fs::read(&place).unwrap_or_default();
                let holds = |token: &String| {
                    bytes
                        .windows(token.len())
                        .any(|window| window == token.as_bytes())
                };
                if tokens.iter().any(holds) {
                    found.push(place.display().to_string());
                }
            }
        }
    }
    Ok(check(
        "no token stands outside its file",
        &found,
        &format!("{files} files searched"),
    ))
}

#[cfg(unix)]
fn token_file(outputs: &Outputs) -> SecurityCheck {
    use std::os::unix::fs::PermissionsExt;
    let mode =
        std::fs::metadata(outputs.place(TOKENS_FILE)).map_or(0o777, |data| data.permissions().mode() & 0o777);
    let broken = if mode == 0o600 {
        Vec::new()
    } else {
        vec![format!("its mode is {mode:o}")]
    };
    check("only the owner can read the tokens", &broken, "mode 600")
}

#[cfg(not(unix))]
fn token_file(_: &Outputs) -> SecurityCheck {
    check(
        "only the owner can read the tokens",
        &[],
        "left to the folder's own rights on this system",
    )
}

/// Values reach SQL as parameters only: no statement of the service contains a literal besides numbers that it sets itself.
fn statements(service: &ServiceDefinition) -> SecurityCheck {
    let queries = service.entities.iter().flat_map(|entity| entity.queries.iter());
    let literal: Vec<String> = queries
        .clone()
        .filter(|(_, sql)| sql.contains('\''))
        .map(|(name, _)| name.clone())
        .collect();
    check(
        "values reach SQL as parameters only",
        &literal,
        &format!("{} statements", queries.count()),
    )
}
