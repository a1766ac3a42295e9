//! Bad inputs: everything that the published schemas forbid, and what they cannot say, sent to a live service. Each must be
//! refused with the right problem, at the right place, without a trace in the data.

mod forbidden;

use serde_json::{Value, json};

use super::{
    bed::TestBed,
    contract::Contract,
    report::{Suite, TestReport, same},
};
use crate::{
    client::{Call, Reply},
    failure::Outcome,
    outputs::Outputs,
    requirements::access::Action,
    samples::Extent,
    service::definition::{Route, ServiceDefinition},
};

/// Sends what is forbidden.
///
/// # Errors
/// When the service does not start or cannot be reached.
pub async fn run(service: &ServiceDefinition, document: &Value, outputs: &Outputs) -> Outcome<TestReport> {
    let contract = Contract::of(document)?;
    let mut suite = Suite::begin("bad_input");
    let mut bed = TestBed::start(service, document, outputs, false).await?;
    let ran = send_all(&mut bed, &contract, &mut suite).await;
    bed.stop().await?;
    ran?;
    // The burst of the brief, refilled so slowly that it can be exceeded on any machine.
    let mut slow = service.clone();
    slow.limits.requests_per_minute = slow.limits.requests_per_minute.min(60);
    let mut bed = TestBed::start(&slow, document, outputs, true).await?;
    let ran = exceed_the_rate(&mut bed, &contract, &mut suite).await;
    bed.stop().await?;
    ran?;
    suite.end(outputs)
}

async fn send_all(bed: &mut TestBed, contract: &Contract, suite: &mut Suite) -> Outcome<()> {
    bed.populate().await?;
    let counts = count_all(bed).await?;
    for route in bed.definition.routes.clone() {
        match route.action {
            Action::Create | Action::Update => {
                forbidden_values(bed, contract, suite, &route).await?;
                forbidden_bodies(bed, contract, suite, &route).await?;
            }
            Action::List => forbidden_queries(bed, contract, suite, &route).await?,
            Action::Read | Action::Delete => {}
        }
        if !route.action.on_collection() {
            forbidden_ids(bed, contract, suite, &route).await?;
        }
    }
    unknown_places(bed, suite).await?;
    suite.case(
        "nothing that was refused left a trace",
        same(count_all(bed).await?, counts),
    );
    Ok(())
}

/// How many entries the first page of each resource has.
async fn count_all(bed: &mut TestBed) -> Outcome<Vec<usize>> {
    let mut counts = Vec::new();
    for entity in bed.definition.entities.clone() {
        let call = bed.call(&bed.route(&entity.resource.name, Action::List)?, 0);
        counts.push(
            bed.send(&call).await?.json()?["items"]
                .as_array()
                .map_or(0, Vec::len),
        );
    }
    Ok(counts)
}

async fn forbidden_values(
    bed: &mut TestBed,
    contract: &Contract,
    suite: &mut Suite,
    route: &Route,
) -> Outcome<()> {
    let resource = route.resource.as_str();
    let id = bed
        .known
        .get(resource)
        .and_then(|ids| ids.last())
        .copied()
        .unwrap_or_default();
    let suffix = if route.action == Action::Create {
        "Create"
    } else {
        "Update"
    };
    let schema = bed.schema(resource, suffix).clone();
    for (property, rules) in schema["properties"].as_object().into_iter().flatten() {
        for (case, value) in forbidden::values(rules) {
            let mut body = match route.action {
                Action::Create => bed.sample(resource, Extent::Full)?,
                _ => json!({}),
            };
            body[property.as_str()] = value;
            let reply = bed.send(&bed.call(route, id).with_json(&body)).await?;
            let held = points_to(&reply, property).and_then(|()| contract.check(&route.operation_id, &reply));
            suite.case(format_args!("{}: {property} {case}", route.operation_id), held);
        }
    }
    if route.action == Action::Create {
        for property in schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            let mut body = bed.sample(resource, Extent::Full)?;
            body.as_object_mut().and_then(|body| body.remove(property));
            let reply = bed.send(&bed.call(route, id).with_json(&body)).await?;
            let held = points_to(&reply, property).and_then(|()| contract.check(&route.operation_id, &reply));
            suite.case(
                format_args!("{}: {property} is missing", route.operation_id),
                held,
            );
        }
    }
    Ok(())
}

fn points_to(reply: &Reply, property: &str) -> Result<(), String> {
    let body = reply.json().map_err(|error| error.to_string())?;
    let pointed = body["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|error| error["pointer"].as_str());
    let hit = pointed
        .into_iter()
        .any(|pointer| pointer.split('/').nth(1) == Some(property));
    if reply.status == 422 && hit {
        Ok(())
    } else {
        Err(format!("{} {body}", reply.status))
    }
}

async fn forbidden_bodies(
    bed: &mut TestBed,
    contract: &Contract,
    suite: &mut Suite,
    route: &Route,
) -> Outcome<()> {
    let id = bed
        .known
        .get(&route.resource)
        .and_then(|ids| ids.last())
        .copied()
        .unwrap_or_default();
    let too_large = vec![b' '; bed.definition.limits.max_body_bytes as usize + 1];
    let unknown = json!({ "no_such_property": 1 }).to_string();
    let reserved = json!({ "id": 7 }).to_string();
    let cases: [(&str, &str, Vec<u8>, u16); 11] = [
        ("no body", "application/json", Vec::new(), 400),
        ("half a body", "application/json", b"{\"a\":".to_vec(), 400),
        ("two bodies", "application/json", b"{}{}".to_vec(), 400),
        (
            "bytes that are no text",
            "application/json",
            vec![b'"', 0xff, 0xfe, b'"'],
            400,
        ),
        ("nested too deep", "application/json", b"[".repeat(1_000), 400),
        ("a list", "application/json", b"[]".to_vec(), 422),
        ("null", "application/json", b"null".to_vec(), 422),
        (
            "an unknown property",
            "application/json",
            unknown.into_bytes(),
            422,
        ),
        (
            "a property of the service",
            "application/json",
            reserved.into_bytes(),
            422,
        ),
        (
            "a form",
            "application/x-www-form-urlencoded",
            b"a=b".to_vec(),
            415,
        ),
        ("too much", "application/json", too_large, 413),
    ];
    for (case, content_type, body, status) in cases {
        let reply = bed
            .send(&bed.call(route, id).with_body(content_type, body))
            .await?;
        let held = same(reply.status, status).and_then(|()| contract.check(&route.operation_id, &reply));
        suite.case(format_args!("{}: {case}", route.operation_id), held);
    }
    Ok(())
}

async fn forbidden_queries(
    bed: &mut TestBed,
    contract: &Contract,
    suite: &mut Suite,
    route: &Route,
) -> Outcome<()> {
    let most = bed.definition.limits.max_page_entries;
    let mut queries = vec![
        String::from("limit=0"),
        String::from("limit=-1"),
        String::from("limit=ten"),
        format!("limit={}", most + 1),
        String::from("limit=99999999999999999999"),
        String::from("limit=1&limit=2"),
        String::from("cursor=nonsense"),
        String::from("cursor="),
        String::from("cursor=a-1"),
        String::from("no_such_parameter=1"),
        String::from("limit=%FF"),
    ];
    if let Some(entity) = bed.definition.entity(&route.resource) {
        queries.extend(
            entity
                .resource
                .relations
                .iter()
                .map(|relation| format!("{}=x", relation.filter())),
        );
        if let [first, second, ..] = entity.paths.filters.as_slice() {
            queries.push(format!("{first}=1&{second}=1"));
        }
    }
    for query in queries {
        let mut call = bed.call(route, 0);
        call.path = format!("{}?{query}", call.path);
        let reply = bed.send(&call).await?;
        let held = same(reply.status, 400).and_then(|()| contract.check(&route.operation_id, &reply));
        suite.case(format_args!("{}: ?{query}", route.operation_id), held);
    }
    Ok(())
}

async fn forbidden_ids(
    bed: &mut TestBed,
    contract: &Contract,
    suite: &mut Suite,
    route: &Route,
) -> Outcome<()> {
    for id in [
        "0",
        "-1",
        "+1",
        "1.5",
        "abc",
        "99999999999999999999",
        "1%20OR%201=1",
        "%00",
    ] {
        let mut call = bed.call(route, 0);
        call.path = call.path.strip_suffix('0').unwrap_or(&call.path).to_owned() + id;
        if route.action.takes_body() {
            call = call.with_json(&json!({}));
        }
        let reply = bed.send(&call).await?;
        let held = same(reply.status, 404).and_then(|()| contract.check(&route.operation_id, &reply));
        suite.case(format_args!("{}: the id {id}", route.operation_id), held);
    }
    Ok(())
}

async fn unknown_places(bed: &mut TestBed, suite: &mut Suite) -> Outcome<()> {
    let collection = bed
        .definition
        .routes
        .first()
        .map(|route| route.path.clone())
        .unwrap_or_default();
    let cases = [
        ("GET", String::from("/"), 404),
        ("GET", format!("{}/nowhere", bed.definition.base_path), 404),
        (
            "GET",
            format!("/v99{}", collection.trim_start_matches(&bed.definition.base_path)),
            404,
        ),
        ("GET", format!("{collection}/../../etc/passwd"), 404),
        ("PUT", collection.clone(), 405),
        ("DELETE", collection, 405),
    ];
    for (method, path, status) in cases {
        let reply = bed.send(&Call::new(method, path.clone())).await?;
        let held = same(reply.status, status)
            .and_then(|()| same(reply.header("content-type"), Some("application/problem+json")))
            .and_then(|()| same(reply.header("allow").is_some(), status == 405));
        suite.case(format_args!("{method} {path}"), held);
    }
    Ok(())
}

/// A client that asks faster than it may is told how long to wait, and a client of another name is not held up by it.
async fn exceed_the_rate(bed: &mut TestBed, contract: &Contract, suite: &mut Suite) -> Outcome<()> {
    let Some(route) = bed
        .definition
        .routes
        .iter()
        .find(|route| route.scope.is_some())
        .cloned()
    else {
        return Ok(());
    };
    let call = bed.call(&route, 999_999);
    let burst = bed.definition.limits.burst_requests;
    // While the burst is spent the bucket fills up again, so a slow machine gets a few more through.
    let (mut let_through, mut refused) = (0, None);
    for _ in 0..2 * burst + 60 {
        let reply = bed.send(&call).await?;
        if reply.status == 429 {
            refused = Some(reply);
            break;
        }
        let_through += 1;
    }
    let held = if let_through >= burst {
        Ok(())
    } else {
        Err(format!("only {let_through} of {burst}"))
    };
    suite.case("a burst is let through whole", held);
    let held = refused.as_ref().map_or_else(
        || Err(String::from("nothing was refused")),
        |reply| contract.check(&route.operation_id, reply),
    );
    suite.case("beyond the burst, 429 says how long to wait", held);
    let visitor = bed.visitor.clone();
    let other = bed.send(&call.with_token(&visitor)).await?;
    suite.case("another client is not held up", same(other.status, 403));
    Ok(())
}
