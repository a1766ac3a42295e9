//! What the document lists for each operation, in a form that answers can be held against.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::{
    client::Reply,
    failure::{During, Outcome},
};

/// The contract, and which of its operations were called.
#[derive(Debug)]
pub struct Contract {
    operations: BTreeMap<String, Listed>,
    called: Mutex<BTreeSet<String>>,
}

#[derive(Debug)]
struct Listed {
    answers: BTreeMap<String, Answer>,
    query_parameters: Vec<String>,
    scope: Option<String>,
}

/// What an answer of one status must be.
#[derive(Debug)]
struct Answer {
    required_headers: BTreeMap<String, Validator>,
    media_type: Option<String>,
    body: Option<Validator>,
}

impl Contract {
    /// Reads the operations with a parser of OpenAPI 3.1 and compiles their schemas.
    ///
    /// # Errors
    /// When the document is not one.
    pub fn of(document: &Value) -> Outcome<Self> {
        let typed = oas3::from_json(document.to_string()).during("reading the contract")?;
        let mut operations = BTreeMap::new();
        for (path, method, operation) in typed.operations() {
            let attempt = || format!("reading {method} {path} of the contract");
            let mut answers = BTreeMap::new();
            for (status, response) in operation.responses(&typed) {
                let mut required_headers = BTreeMap::new();
                for (name, header) in &response.headers {
                    let header = header.resolve(&typed).during(attempt())?;
                    let schema = serde_json::to_value(&header.schema).during(attempt())?;
                    if header.required.unwrap_or_default() {
                        required_headers.insert(name.to_ascii_lowercase(), compiled(document, &schema)?);
                    }
                }
                let content = response.content.iter().next();
                let body = content
                    .map(|(_, media)| serde_json::to_value(&media.schema))
                    .transpose()
                    .during(attempt())?;
                answers.insert(
                    status,
                    Answer {
                        required_headers,
                        media_type: content.map(|(media_type, _)| media_type.clone()),
                        body: body.map(|schema| compiled(document, &schema)).transpose()?,
                    },
                );
            }
            let parameters = operation.parameters(&typed).during(attempt())?;
            let query_parameters = parameters.into_iter().map(|parameter| parameter.name).collect();
            let security = &document["paths"][&path][method.as_str().to_ascii_lowercase()]["security"];
            let scope = security[0]["bearer"][0].as_str().map(str::to_owned);
            let id = operation.operation_id.clone().unwrap_or_default();
            operations.insert(
                id,
                Listed {
                    answers,
                    query_parameters,
                    scope,
                },
            );
        }
        Ok(Contract {
            operations,
            called: Mutex::default(),
        })
    }

    /// Holds an answer against what is listed for the operation.
    ///
    /// # Errors
    /// In what way the answer breaks the contract.
    pub fn check(&self, operation: &str, reply: &Reply) -> Result<(), String> {
        self.called
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(operation.to_owned());
        let listed = self
            .operations
            .get(operation)
            .ok_or_else(|| format!("`{operation}` is not in the contract"))?;
        let answer = listed
            .answers
            .get(&reply.status.to_string())
            .ok_or_else(|| format!("the status {} is not listed", reply.status))?;
        for (name, schema) in &answer.required_headers {
            let text = reply
                .header(name)
                .ok_or_else(|| format!("the header `{name}` is missing"))?;
            // A header is text; where a number is listed, it must read as one.
            let fits = [
                Value::from(text),
                text.parse::<i64>().map(Value::from).unwrap_or_default(),
            ];
            if !fits.iter().any(|value| schema.is_valid(value)) {
                return Err(format!("the header `{name}` is `{text}`"));
            }
        }
        let seen = reply.header("content-type").map(str::to_owned);
        if seen != answer.media_type {
            return Err(format!("the body is {seen:?} instead of {:?}", answer.media_type));
        }
        let body = reply.json().map_err(|error| error.to_string())?;
        match &answer.body {
            Some(schema) => schema
                .validate(&body)
                .map_err(|error| format!("{error} at `{}`", error.instance_path())),
            None if reply.body.is_empty() => Ok(()),
            None => Err(String::from("there is a body where none is listed")),
        }
    }

    /// Every operation.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.keys().map(String::as_str)
    }

    /// Whether an answer of it was held against the contract.
    #[must_use]
    pub fn was_called(&self, operation: &str) -> bool {
        self.called
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(operation)
    }

    /// The scope that an operation needs, if it needs one.
    #[must_use]
    pub fn scope(&self, operation: &str) -> Option<&str> {
        self.operations.get(operation)?.scope.as_deref()
    }

    /// The parameters that the query of an operation may have.
    #[must_use]
    pub fn query_parameters(&self, operation: &str) -> Vec<String> {
        self.operations
            .get(operation)
            .map(|listed| listed.query_parameters.clone())
            .unwrap_or_default()
    }
}

/// A schema of the document, with the components in reach of its references.
fn compiled(document: &Value, schema: &Value) -> Outcome<Validator> {
    let rooted = json!({ "allOf": [schema], "components": document["components"] });
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(&rooted)
        .during("compiling a schema of the contract")
}
