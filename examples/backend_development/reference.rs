//! The reference of the API: a page made from the specification, with examples that were run while it was written.

use std::{fmt::Write, path::PathBuf};

use crate::{
    artifacts::{
        ApiDocumentation, ApiSpecification, Endpoints, ErrorPolicy, FieldKind, Operation, SampleCall,
    },
    bed::{Bed, Kept},
    client::{Call, Reply},
    evidence::Page,
    failure::{During, Outcome},
    outputs::Outputs,
};

/// Where the page lies.
pub(crate) const PAGE: &str = "docs/api.md";

/// An example, as it went.
struct Example {
    operation: String,
    text: String,
}

/// Calls each operation once and writes the page.
pub(crate) async fn write(
    api: &ApiSpecification,
    endpoints: &Endpoints,
    policy: &ErrorPolicy,
    outputs: &Outputs,
) -> Outcome<ApiDocumentation> {
    let mut bed = Bed::start(&endpoints.service, outputs).await?;
    let mut kept = Kept::new();
    let mut examples = Vec::new();
    for sample in &endpoints.calls {
        let call = bed.request(sample, &kept)?;
        let reply = bed.succeed_by(&call, sample, &mut kept).await?;
        examples.push(Example {
            operation: sample.operation.clone(),
            text: example(sample, &call, &reply)?,
        });
    }
    bed.stop().await?;
    let undocumented = api
        .operations
        .iter()
        .filter(|operation| !examples.iter().any(|example| example.operation == operation.id));
    let undocumented: Vec<String> = undocumented.map(|operation| operation.id.clone()).collect();
    let page = page(api, policy, &examples).during("writing the reference")?;
    outputs.write(PAGE, page)?;
    let mut sections: Vec<String> = api
        .operations
        .iter()
        .map(|operation| operation.id.clone())
        .collect();
    sections.extend([String::from("What is sent and answered"), String::from("Errors")]);
    Ok(ApiDocumentation {
        pages: vec![Page {
            title: format!("Reference, version {}", api.version),
            path: PathBuf::from(PAGE),
            sections,
        }],
        specification_version: api.version.clone(),
        undocumented,
        examples_run: u32::try_from(examples.len()).unwrap_or(u32::MAX),
    })
}

/// A call and its answer; the token stays out of it.
fn example(sample: &SampleCall, call: &Call, reply: &Reply) -> Outcome<String> {
    let mut text = format!("{} {}\n", call.method, call.path);
    if let Some(caller) = &sample.caller {
        text.push_str(&format!("Authorization: Bearer (the token of `{caller}`)\n"));
    }
    if !call.body.is_empty() {
        let body: serde_json::Value = serde_json::from_slice(&call.body).during("reading an example")?;
        text.push_str(&format!("\n{body:#}\n"));
    }
    text.push_str(&format!("\n{}\n{:#}\n", reply.status, reply.json()?));
    Ok(text)
}

fn page(
    api: &ApiSpecification,
    policy: &ErrorPolicy,
    examples: &[Example],
) -> Result<String, std::fmt::Error> {
    let mut page = format!(
        "# Reference, version {}\n\nMade from `{}`; the examples were run. An old version is served for {} days.\n",
        api.version, api.document, api.old_version_served_days
    );
    for operation in &api.operations {
        write_operation(&mut page, operation)?;
        for example in examples
            .iter()
            .filter(|example| example.operation == operation.id)
        {
            write!(page, "\n```http\n{}```\n", example.text)?;
        }
    }
    page.push_str("\n## What is sent and answered\n");
    for data in &api.types {
        write!(
            page,
            "\n### {}\n\n{}\n\n| field | values | meaning |\n|---|---|---|\n",
            data.name, data.meaning
        )?;
        for field in &data.fields {
            let unit = field.unit.as_deref().filter(|unit| *unit != "none");
            let unit = unit.map(|unit| format!(" {unit}")).unwrap_or_default();
            let optional = if field.optional { ", may be missing" } else { "" };
            writeln!(
                page,
                "| `{}` | {}{unit}{optional} | {} |",
                field.name,
                kind(&field.kind),
                field.meaning
            )?;
        }
    }
    page.push_str("\n## Errors\n\n| status | class | what the caller is told | a neighbour is asked again |\n|---|---|---|---|\n");
    for class in &policy.classes {
        writeln!(
            page,
            "| {} | {} | {} | {} times |",
            class.status, class.name, class.told, class.retries
        )?;
    }
    Ok(page)
}

fn write_operation(page: &mut String, operation: &Operation) -> std::fmt::Result {
    let callers = if operation.callers.is_empty() {
        String::from("everyone")
    } else {
        operation.callers.join(", ")
    };
    write!(
        page,
        "\n## {}\n\n`{}`: {} For {callers}.\n",
        operation.id, operation.route, operation.summary
    )?;
    if !operation.parameters.is_empty() {
        page.push_str("\n| parameter | values | meaning |\n|---|---|---|\n");
    }
    for parameter in &operation.parameters {
        writeln!(
            page,
            "| `{}` | {} | {} |",
            parameter.name,
            kind(&parameter.kind),
            parameter.meaning
        )?;
    }
    page.push_str("\n| status | when | body |\n|---|---|---|\n");
    for response in &operation.responses {
        writeln!(
            page,
            "| {} | {} | {} |",
            response.status,
            response.when,
            response.body.as_deref().unwrap_or("none")
        )?;
    }
    Ok(())
}

/// Which values there are, for people.
fn kind(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Text { at_least, at_most } => format!("{at_least} to {at_most} characters"),
        FieldKind::Code(form) => format!("`{form}`"),
        FieldKind::Integer { at_least, at_most } => format!("{at_least} to {at_most}"),
        FieldKind::OneOf(values) => values.join(", "),
        FieldKind::Instant => String::from("a moment, as in `2027-01-31T08:15:00Z`"),
        FieldKind::Boolean => String::from("`true` or `false`"),
        FieldKind::List {
            of,
            at_least,
            at_most,
        } => format!("{at_least} to {at_most} of: {}", self::kind(of)),
        FieldKind::Object(name) => format!("`{name}`"),
    }
}
