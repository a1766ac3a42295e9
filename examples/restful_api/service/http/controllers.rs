//! One controller per action: read the request, hold it against the rules, ask the logic, put the answer into JSON.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Query, Request},
    http::{HeaderValue, Response, StatusCode, Uri, header},
};
use serde_json::{Value, json};

use super::App;
use crate::{
    requirements::{access::Action, formats::JSON},
    service::{
        definition::{Entity, Route},
        logic::{self, ListRequest, Refusal},
        problem::Problem,
        repository::Record,
        validation::{self, Violation},
        values,
    },
};

type Answer = Result<Response<Body>, Problem>;

/// Answers a request that may be answered.
pub(super) async fn answer(app: &Arc<App>, route: &Route, id: Option<&str>, request: Request) -> Answer {
    let at = app
        .definition
        .entities
        .iter()
        .position(|entity| entity.resource.name == route.resource);
    let at = at.ok_or_else(|| internal(app, &format!("no entity `{}`", route.resource)))?;
    let entity = &app.definition.entities[at];
    match route.action {
        Action::List => list(app, at, request.uri()).await,
        Action::Create => {
            let body = body_of(app, request).await?;
            check(app, entity, &body, Action::Create)?;
            create(app, at, route, body).await
        }
        Action::Read => {
            let id = id_of(app, id)?;
            let work = {
                let app = Arc::clone(app);
                move |connection: &mut _| logic::read(&app.definition.entities[at], connection, id)
            };
            let record = done(app, app.store.read(work).await)?;
            json_answer(StatusCode::OK, &Value::Object(record))
        }
        Action::Update => {
            let id = id_of(app, id)?;
            let body = body_of(app, request).await?;
            check(app, entity, &body, Action::Update)?;
            let shared = Arc::clone(app);
            let work = move |connection: &mut _| {
                logic::update(
                    &shared.definition,
                    &shared.definition.entities[at],
                    connection,
                    id,
                    body,
                )
            };
            let record = done(app, app.store.write(work).await)?;
            json_answer(StatusCode::OK, &Value::Object(record))
        }
        Action::Delete => {
            let id = id_of(app, id)?;
            let shared = Arc::clone(app);
            let work =
                move |connection: &mut _| logic::delete(&shared.definition.entities[at], connection, id);
            done(app, app.store.write(work).await)?;
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NO_CONTENT;
            Ok(response)
        }
    }
}

async fn create(app: &Arc<App>, at: usize, route: &Route, body: Record) -> Answer {
    let shared = Arc::clone(app);
    let work = move |connection: &mut _| {
        logic::create(
            &shared.definition,
            &shared.definition.entities[at],
            connection,
            body,
        )
    };
    let record = done(app, app.store.write(work).await)?;
    let location = format!(
        "{}/{}",
        route.path,
        record.get("id").and_then(Value::as_i64).unwrap_or_default()
    );
    let mut response = json_answer(StatusCode::CREATED, &Value::Object(record))?;
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn list(app: &Arc<App>, at: usize, uri: &Uri) -> Answer {
    let request = list_request(app, &app.definition.entities[at], uri)?;
    let limit = request.limit;
    let filter = request.filter.clone();
    let shared = Arc::clone(app);
    let work = move |connection: &mut _| logic::list(&shared.definition.entities[at], connection, &request);
    let page = done(app, app.store.read(work).await)?;
    let next = page.next_after.map(logic::cursor_after);
    let mut response = json_answer(StatusCode::OK, &json!({ "items": page.items, "next": next }))?;
    if let Some(cursor) = next {
        let mut target = format!("{}?limit={limit}&cursor={cursor}", uri.path());
        if let Some((name, value)) = filter {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            target.push_str(&format!("&{name}={}", percent_encoded(&text)));
        }
        if let Ok(link) = HeaderValue::from_str(&format!("<{target}>; rel=\"next\"")) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    Ok(response)
}

fn list_request(app: &App, entity: &Entity, uri: &Uri) -> Result<ListRequest, Problem> {
    let limits = &app.definition.limits;
    let refuse = |detail: String| app.problem("invalid-query", detail);
    let Query(parameters) = Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map_err(|_| refuse(String::from("the query is not in the form `name=value&..`")))?;
    let mut request = ListRequest {
        after: 0,
        limit: limits.default_page_entries,
        filter: None,
    };
    for (at, (name, text)) in parameters.iter().enumerate() {
        if parameters.iter().take(at).any(|(other, _)| other == name) {
            return Err(refuse(format!("`{name}` is given twice")));
        }
        match name.as_str() {
            "limit" => {
                let limit =
                    values::from_digits(text).filter(|limit| (1..=limits.max_page_entries).contains(limit));
                let most = limits.max_page_entries;
                request.limit = limit.ok_or_else(|| refuse(format!("`limit` must be 1 to {most}")))?;
            }
            "cursor" => {
                let unknown = || refuse(String::from("`cursor` must be the `next` of an earlier page"));
                request.after = logic::read_cursor(text).ok_or_else(unknown)?;
            }
            filter if entity.paths.filters.iter().any(|known| known == filter) => {
                if request.filter.is_some() {
                    return Err(refuse(String::from(
                        "a list can be narrowed by one filter at a time",
                    )));
                }
                let value = logic::read_filter(entity, filter, text)
                    .map_err(|reason| refuse(format!("`{filter}` {reason}")))?;
                request.filter = Some((filter.to_owned(), value));
            }
            _ => {
                let known = entity.paths.filters.join("`, `");
                return Err(refuse(format!(
                    "the parameter is not one of `limit`, `cursor`, `{known}`"
                )));
            }
        }
    }
    Ok(request)
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

fn id_of(app: &App, text: Option<&str>) -> Result<i64, Problem> {
    let id = text.and_then(values::from_digits::<i64>).filter(|id| *id > 0);
    id.ok_or_else(|| app.problem("not-found", "ids are positive whole numbers"))
}

async fn body_of(app: &App, request: Request) -> Result<Record, Problem> {
    let media_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = media_type
        .and_then(|text| text.split(';').next())
        .unwrap_or_default()
        .trim();
    if !essence.eq_ignore_ascii_case(JSON) {
        return Err(app.problem("unsupported-media-type", "send the body as `application/json`"));
    }
    let most = app.definition.limits.max_body_bytes;
    let bytes = axum::body::to_bytes(request.into_body(), most as usize)
        .await
        .map_err(|_| app.problem("body-too-large", format!("send at most {most} bytes")))?;
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(record)) => Ok(record),
        Ok(_) => Err(invalid(app, vec![Violation::new("", "must be an object")])),
        Err(error) => {
            let place = format!(
                "the body is not JSON at line {}, column {}",
                error.line(),
                error.column()
            );
            Err(app.problem("malformed-request", place))
        }
    }
}

fn check(app: &App, entity: &Entity, body: &Record, action: Action) -> Result<(), Problem> {
    let rules = app
        .definition
        .validation
        .iter()
        .flat_map(|rules| &rules.resources);
    let Some(rules) = rules
        .into_iter()
        .find(|rules| rules.resource == entity.resource.name)
    else {
        return Ok(());
    };
    let violations = match action {
        Action::Create => validation::of_creation(rules, body),
        _ => validation::of_change(rules, body),
    };
    if violations.is_empty() {
        Ok(())
    } else {
        Err(invalid(app, violations))
    }
}

fn done<T>(app: &App, outcome: Option<Result<T, Refusal>>) -> Result<T, Problem> {
    let refusal = match outcome {
        Some(Ok(value)) => return Ok(value),
        Some(Err(refusal)) => refusal,
        None => return Err(internal(app, "the work on the database panicked")),
    };
    Err(match refusal {
        Refusal::NotFound => app.problem("not-found", "there is none with this id"),
        Refusal::Invalid(violations) => invalid(app, violations),
        Refusal::Taken { property } => {
            let mut problem = app.problem("conflict", format!("another one has this `{property}`"));
            problem
                .errors
                .push(Violation::new(format!("/{property}"), "is taken"));
            problem
        }
        Refusal::Held { by } => {
            app.problem("still-in-use", format!("{} still point to it", by.join(" and ")))
        }
        Refusal::Database(reason) => internal(app, &reason),
    })
}

fn invalid(app: &App, violations: Vec<Violation>) -> Problem {
    let count = violations.len();
    let mut problem = app.problem(
        "invalid-input",
        format!(
            "{count} {} wrong",
            if count == 1 { "thing is" } else { "things are" }
        ),
    );
    problem.errors = violations;
    problem
}

/// The reason goes to whoever runs the service; a client learns nothing of the inside.
#[allow(clippy::print_stderr, reason = "the log of the service")]
fn internal(app: &App, reason: &str) -> Problem {
    eprintln!("{} internal error: {reason}", examples::clock::now());
    app.problem("internal-error", "the reason is in the log of the service")
}

fn json_answer(status: StatusCode, body: &Value) -> Answer {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
    Ok(response)
}
