//! Usage examples: commands for curl, and beside each the answer that the live service gave to exactly that request.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    failure::Outcome,
    outputs::{OutputFile, Outputs},
    requirements::access::Action,
    samples::{self, Extent},
    service::definition::ServiceDefinition,
    testing::{
        bed::TestBed,
        client::{Call, Reply},
        contract::Contract,
    },
};

/// The examples, as they were performed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageExamples {
    /// Where they were written.
    pub file: OutputFile,
    /// How many requests were performed.
    pub performed: usize,
}

/// Performs the common operations on a live service and writes down what happened.
///
/// # Errors
/// When the service does not start, or an answer breaks the contract.
pub async fn record(
    service: &ServiceDefinition,
    document: &Value,
    outputs: &Outputs,
) -> Outcome<UsageExamples> {
    let contract = Contract::of(document)?;
    let mut bed = TestBed::start(service, document, outputs, false).await?;
    let performed = perform(&mut bed, &contract).await;
    bed.stop().await?;
    let examples = performed?;
    let count = examples
        .iter()
        .filter(|example| matches!(example, Example::Performed { .. }))
        .count();
    let file = outputs.write("docs/examples.md", written(service, &examples))?;
    Ok(UsageExamples {
        file,
        performed: count,
    })
}

enum Example {
    Chapter(String),
    Performed {
        title: String,
        role: Option<String>,
        call: Call,
        reply: Reply,
    },
}

async fn perform(bed: &mut TestBed, contract: &Contract) -> Outcome<Vec<Example>> {
    let mut examples = Vec::new();
    for resource in bed.creation_order() {
        let name = resource.replace('_', " ");
        let plural = bed
            .definition
            .entity(&resource)
            .map(|entity| entity.resource.plural.replace('_', " "));
        examples.push(Example::Chapter(plural.unwrap_or_default()));
        let sample = bed.sample(&resource, Extent::Full)?;
        let (create, list, read, update) = (
            bed.route(&resource, Action::Create)?,
            bed.route(&resource, Action::List)?,
            bed.route(&resource, Action::Read)?,
            bed.route(&resource, Action::Update)?,
        );
        let call = bed.call(&create, 0).with_json(&sample);
        let reply = show(
            bed,
            contract,
            &mut examples,
            &create.operation_id,
            format!("Create a new {name}"),
            call,
        )
        .await?;
        let id = reply.json()?["id"].as_i64().unwrap_or_default();
        bed.known.entry(resource.clone()).or_default().push(id);
        let call = bed.call(&read, id);
        show(
            bed,
            contract,
            &mut examples,
            &read.operation_id,
            format!("Read one {name}"),
            call,
        )
        .await?;
        let mut call = bed.call(&list, 0);
        call.path.push_str("?limit=1");
        show(
            bed,
            contract,
            &mut examples,
            &list.operation_id,
            String::from("List them, a page of one"),
            call,
        )
        .await?;
        if let Some((property, value)) = change(bed, &resource) {
            let call = bed
                .call(&update, id)
                .with_json(&json!({ property.as_str(): value }));
            show(
                bed,
                contract,
                &mut examples,
                &update.operation_id,
                format!("Change its {property}"),
                call,
            )
            .await?;
        }
        let call = bed.call(&create, 0).with_json(&json!({}));
        show(
            bed,
            contract,
            &mut examples,
            &create.operation_id,
            String::from("What is missing is pointed to"),
            call,
        )
        .await?;
    }
    Ok(examples)
}

/// A change that no rule forbids: the first property that is no word of an enumeration and part of no order.
fn change(bed: &TestBed, resource: &str) -> Option<(String, Value)> {
    let schema = bed.schema(resource, "Update");
    let ordered = |property: &str| {
        let mut rules = schema["x-order"].as_array().into_iter().flatten();
        rules.any(|rule| rule["before"] == property || rule["after"] == property)
    };
    let (property, rules) = schema["properties"]
        .as_object()?
        .iter()
        .find(|(property, rules)| {
            rules["enum"].is_null() && rules["x-references"].is_null() && !ordered(property)
        })?;
    Some((
        property.clone(),
        samples::value(rules, property, 77, 0, &bed.known)?,
    ))
}

async fn show(
    bed: &mut TestBed,
    contract: &Contract,
    examples: &mut Vec<Example>,
    operation: &str,
    title: String,
    call: Call,
) -> Outcome<Reply> {
    let reply = bed.send(&call).await?;
    contract
        .check(operation, &reply)
        .map_err(crate::failure::Failure::new)?;
    let holder = bed
        .tokens
        .iter()
        .find(|(_, token)| Some(*token) == call.token.as_ref());
    let role = holder.map(|(role, _)| role.clone());
    examples.push(Example::Performed {
        title,
        role,
        call,
        reply: reply.clone(),
    });
    Ok(reply)
}

fn written(service: &ServiceDefinition, examples: &[Example]) -> String {
    let mut text = format!(
        "# {} by example\n\nEvery request below was performed on the live service, and every answer is the one it gave. \
         `$TOKEN_X` stands for the token of the role `x` in `tokens.json`, and `$HOST` for where the \
         service listens, `http://127.0.0.1:8080` unless set otherwise.\n",
        service.title
    );
    for example in examples {
        match example {
            Example::Chapter(title) => {
                let _ = writeln!(text, "\n## {title}");
            }
            Example::Performed {
                title,
                role,
                call,
                reply,
            } => {
                let _ = writeln!(
                    text,
                    "\n{title}:\n\n```sh\n{}\n```\n\n```http\n{}\n```",
                    curl(call, role.as_deref()),
                    answer(reply)
                );
            }
        }
    }
    text
}

fn curl(call: &Call, role: Option<&str>) -> String {
    let mut command = format!("curl -i -X {} \"$HOST{}\"", call.method, call.path);
    if let Some(role) = role {
        let _ = write!(
            command,
            " \\\n  -H \"Authorization: Bearer $TOKEN_{}\"",
            role.to_uppercase()
        );
    }
    if let Some(content_type) = &call.content_type {
        let body = String::from_utf8_lossy(&call.body).replace('\'', "'\\''");
        let _ = write!(
            command,
            " \\\n  -H 'Content-Type: {content_type}' \\\n  -d '{body}'"
        );
    }
    command
}

fn answer(reply: &Reply) -> String {
    let mut text = format!("HTTP/1.1 {}\n", reply.status);
    for name in ["api-version", "content-type", "location", "link"] {
        if let Some(value) = reply.header(name) {
            let _ = writeln!(text, "{name}: {value}");
        }
    }
    let body = reply.json().unwrap_or_default();
    if !body.is_null() {
        let _ = write!(
            text,
            "\n{}",
            serde_json::to_string_pretty(&body).unwrap_or_default()
        );
    }
    text.trim_end().to_owned()
}
