//! The contract put together, held against OpenAPI 3.1 and JSON Schema 2020-12, and written as JSON and YAML.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use workflow_runtime::Verdict;

use super::{dtos::DtoSchemas, openapi::OpenApi, problems::ProblemCatalog, versioning::VersioningPlan};
use crate::{
    failure::{During, Failure, Outcome, ensure},
    outputs::{OutputFile, Outputs},
};

/// The contract as clients get it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedContract {
    /// The same document as JSON and as YAML.
    pub files: Vec<OutputFile>,
}

/// Completes the document with its schemas, problems and version.
///
/// # Errors
/// When a part cannot be put into JSON.
pub fn assemble(
    openapi: &OpenApi,
    dtos: &DtoSchemas,
    problems: &ProblemCatalog,
    versioning: &VersioningPlan,
) -> Outcome<OpenApi> {
    let mut document = openapi.document.clone();
    let mut schemas = serde_json::to_value(&dtos.schemas).during("putting the schemas into JSON")?;
    schemas["Problem"] = problems.schema();
    document["components"]["schemas"] = schemas;
    document["components"]["responses"] = problems.responses();
    document["servers"][0]["description"] = Value::from(format!("Version {}.", versioning.major));
    document["x-versioning"] = serde_json::to_value(versioning).during("putting the versioning into JSON")?;
    Ok(OpenApi {
        document,
        operations: openapi.operations,
    })
}

/// Writes a document that was found valid.
///
/// # Errors
/// When it cannot be written, or YAML cannot say the same as JSON.
pub fn publish(openapi: &OpenApi, outputs: &Outputs) -> Outcome<PublishedContract> {
    let document = &openapi.document;
    let yaml = serde_norway::to_string(document).during("putting the document into YAML")?;
    let read_back: Value = serde_norway::from_str(&yaml).during("reading the YAML back")?;
    ensure(
        read_back == *document,
        "the YAML does not say the same as the JSON",
    )?;
    let files = vec![
        outputs.write_json("openapi.json", document)?,
        outputs.write("openapi.yaml", yaml)?,
    ];
    Ok(PublishedContract { files })
}

/// The check that the assembled contract must pass before it counts.
#[must_use]
pub fn is_valid(openapi: &OpenApi) -> Verdict {
    match validate(&openapi.document) {
        Ok(()) => Verdict::Pass,
        Err(failure) => Verdict::reject(failure.to_string()),
    }
}

/// Whether the document is a valid OpenAPI 3.1 document with valid schemas, references that lead somewhere and operations
/// that declare their parameters.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn validate(document: &Value) -> Outcome<()> {
    let typed = oas3::from_json(document.to_string()).during("reading the document as OpenAPI 3.1")?;
    typed
        .validate_version()
        .during("reading the version of the document")?;
    let mut seen: Vec<String> = Vec::new();
    for (path, method, operation) in typed.operations() {
        let id = operation
            .operation_id
            .clone()
            .ok_or_else(|| Failure::new(format_args!("{method} {path} has no operationId")))?;
        ensure(
            !seen.contains(&id),
            format_args!("two operations are called `{id}`"),
        )?;
        let responses = operation.responses(&typed);
        ensure(!responses.is_empty(), format_args!("`{id}` answers nothing"))?;
        seen.push(id);
    }
    check_references(document, document)?;
    check_path_parameters(document)?;
    for (name, schema) in document["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten()
    {
        jsonschema::draft202012::meta::validate(schema).during(format_args!(
            "holding `{name}` against the meta-schema of JSON Schema 2020-12"
        ))?;
    }
    Ok(())
}

fn check_references(document: &Value, at: &Value) -> Outcome<()> {
    match at {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                let target = reference
                    .strip_prefix('#')
                    .and_then(|pointer| document.pointer(pointer));
                ensure(
                    target.is_some(),
                    format_args!("the reference `{reference}` leads nowhere"),
                )?;
            }
            members
                .values()
                .try_for_each(|member| check_references(document, member))
        }
        Value::Array(items) => items.iter().try_for_each(|item| check_references(document, item)),
        _ => Ok(()),
    }
}

fn check_path_parameters(document: &Value) -> Outcome<()> {
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let declared = item["parameters"].as_array().into_iter().flatten();
        let declared: Vec<&str> = declared
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        let written = path
            .split('/')
            .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
        for parameter in written {
            ensure(
                declared.contains(&parameter),
                format_args!("`{path}` does not declare `{parameter}`"),
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_that_leads_nowhere_is_found() {
        let document = serde_json::json!({
            "openapi": "3.1.0",
            "info": { "title": "T", "version": "1.0.0" },
            "paths": { "/a": { "get": {
                "operationId": "a", "responses": { "200": { "$ref": "#/components/responses/Nowhere" } },
            } } },
        });
        assert!(validate(&document).is_err());
    }

    #[test]
    fn a_document_of_another_version_is_refused() {
        let document =
            serde_json::json!({ "openapi": "3.0.0", "info": { "title": "T", "version": "1" }, "paths": {} });
        assert!(validate(&document).is_err());
    }
}
