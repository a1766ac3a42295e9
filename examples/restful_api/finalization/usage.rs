//! Usage examples: commands for curl, and beside each the answer that the live service gave to exactly that request.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    client::{Call, Reply},
    failure::{Failure, Outcome},
    outputs::{OutputFile, Outputs},
    requirements::access::Action,
    samples::{self, Extent},
    service::definition::{Route, ServiceDefinition},
    testing::{bed::TestBed, contract::Contract},
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
    let mut recorder = Recorder {
        bed: &mut bed,
        contract: &contract,
        chapters: Vec::new(),
    };
    let recorded = recorder.everything().await;
    let chapters = recorder.chapters;
    bed.stop().await?;
    recorded?;
    let file = outputs.write("docs/examples.md", written(service, &chapters))?;
    Ok(UsageExamples {
        file,
        performed: chapters.iter().map(|chapter| chapter.examples.len()).sum(),
    })
}

struct Recorder<'a> {
    bed: &'a mut TestBed,
    contract: &'a Contract,
    chapters: Vec<Chapter>,
}

struct Chapter {
    title: String,
    examples: Vec<Example>,
}

struct Example {
    title: String,
    /// Whose token was sent.
    role: Option<String>,
    call: Call,
    reply: Reply,
}

impl Recorder<'_> {
    async fn everything(&mut self) -> Outcome<()> {
        let order = self.bed.creation_order();
        for resource in &order {
            self.begin(resource.replace('_', " "));
            self.life_of(resource).await?;
        }
        self.begin(String::from("Deleting"));
        // Backwards, nothing points to what is deleted any more.
        for resource in order.iter().rev() {
            let route = self.bed.route(resource, Action::Delete)?;
            let id = self
                .bed
                .known
                .get(resource)
                .and_then(|ids| ids.last())
                .copied()
                .unwrap_or_default();
            let call = self.bed.call(&route, id);
            self.show(&route, format!("Delete one {}", resource.replace('_', " ")), call)
                .await?;
        }
        Ok(())
    }

    async fn life_of(&mut self, resource: &str) -> Outcome<()> {
        let name = resource.replace('_', " ");
        let sample = self.bed.sample(resource, Extent::Full)?;
        let create = self.bed.route(resource, Action::Create)?;
        let call = self.bed.call(&create, 0).with_json(&sample);
        let created = self.show(&create, format!("Create a new {name}"), call).await?;
        let id = created.json()?["id"].as_i64().unwrap_or_default();
        self.bed.known.entry(resource.to_owned()).or_default().push(id);

        let read = self.bed.route(resource, Action::Read)?;
        let call = self.bed.call(&read, id);
        self.show(&read, format!("Read one {name}"), call).await?;

        let list = self.bed.route(resource, Action::List)?;
        let mut call = self.bed.call(&list, 0);
        call.path.push_str("?limit=1");
        self.show(&list, String::from("List them, a page of one"), call)
            .await?;

        if let Some((property, value)) = change(self.bed, resource) {
            let update = self.bed.route(resource, Action::Update)?;
            let call = self
                .bed
                .call(&update, id)
                .with_json(&json!({ property.as_str(): value }));
            self.show(&update, format!("Change its {property}"), call).await?;
        }
        let call = self.bed.call(&create, 0).with_json(&json!({}));
        self.show(&create, String::from("What is missing is pointed to"), call)
            .await?;
        Ok(())
    }

    fn begin(&mut self, title: String) {
        self.chapters.push(Chapter {
            title,
            examples: Vec::new(),
        });
    }

    async fn show(&mut self, route: &Route, title: String, call: Call) -> Outcome<Reply> {
        let reply = self.bed.send(&call).await?;
        self.contract
            .check(&route.operation_id, &reply)
            .map_err(Failure::new)?;
        let holder = self
            .bed
            .tokens
            .iter()
            .find(|(_, token)| Some(*token) == call.token.as_ref());
        let role = holder.map(|(role, _)| role.clone());
        if let Some(chapter) = self.chapters.last_mut() {
            chapter.examples.push(Example {
                title,
                role,
                call,
                reply: reply.clone(),
            });
        }
        Ok(reply)
    }
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

fn written(service: &ServiceDefinition, chapters: &[Chapter]) -> String {
    let mut text = format!(
        "# {} by example\n\nEvery request below was performed on the live service, and every answer is the one it gave. \
         `$TOKEN_X` stands for the token of the role `x` in `tokens.json`, and `$HOST` for where the service listens, \
         `http://127.0.0.1:8080` unless set otherwise.\n",
        service.title
    );
    for chapter in chapters {
        let _ = writeln!(text, "\n## {}", chapter.title);
        for example in &chapter.examples {
            let command = curl(&example.call, example.role.as_deref());
            let answer = answer(&example.reply);
            let _ = writeln!(
                text,
                "\n{}:\n\n```sh\n{command}\n```\n\n```http\n{answer}\n```",
                example.title
            );
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
