//! `schema` and `completions`: what scripts and shells need to know of the program.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::cli::desk::Desk;
use crate::cli::fault::{Code, Fault};
use crate::cli::output::Reply;
use crate::nearest::nearest;

/// The documents, by their names without the version, each with its JSON Schema.
const SCHEMAS: &[(&str, &str)] = &[
    (
        "workflow.audit",
        include_str!("../../../docs/schemas/workflow.audit.json"),
    ),
    (
        "workflow.cancel",
        include_str!("../../../docs/schemas/workflow.cancel.json"),
    ),
    (
        "workflow.error",
        include_str!("../../../docs/schemas/workflow.error.json"),
    ),
    (
        "workflow.event",
        include_str!("../../../docs/schemas/workflow.event.json"),
    ),
    (
        "workflow.hand_in",
        include_str!("../../../docs/schemas/workflow.hand_in.json"),
    ),
    (
        "workflow.list",
        include_str!("../../../docs/schemas/workflow.list.json"),
    ),
    (
        "workflow.log",
        include_str!("../../../docs/schemas/workflow.log.json"),
    ),
    (
        "workflow.next",
        include_str!("../../../docs/schemas/workflow.next.json"),
    ),
    (
        "workflow.picture",
        include_str!("../../../docs/schemas/workflow.picture.json"),
    ),
    (
        "workflow.plan",
        include_str!("../../../docs/schemas/workflow.plan.json"),
    ),
    (
        "workflow.run",
        include_str!("../../../docs/schemas/workflow.run.json"),
    ),
    (
        "workflow.schemas",
        include_str!("../../../docs/schemas/workflow.schemas.json"),
    ),
    (
        "workflow.show",
        include_str!("../../../docs/schemas/workflow.show.json"),
    ),
    (
        "workflow.skip",
        include_str!("../../../docs/schemas/workflow.skip.json"),
    ),
    (
        "workflow.status",
        include_str!("../../../docs/schemas/workflow.status.json"),
    ),
    (
        "workflow.text",
        include_str!("../../../docs/schemas/workflow.text.json"),
    ),
    (
        "workflow.verify",
        include_str!("../../../docs/schemas/workflow.verify.json"),
    ),
    (
        "workflow.why",
        include_str!("../../../docs/schemas/workflow.why.json"),
    ),
    (
        "workflow.worker",
        include_str!("../../../docs/schemas/workflow.worker.json"),
    ),
];

/// The names of the schemas, as scripts get them.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SchemasDocument {
    schema: &'static str,
    names: Vec<&'static str>,
}

impl SchemasDocument {
    const SCHEMA: &str = "workflow.schemas/1";
}

/// A text that is for people or shells alone, as scripts get it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct TextDocument<'a> {
    schema: &'static str,
    text: &'a str,
}

impl TextDocument<'_> {
    const SCHEMA: &'static str = "workflow.text/1";
}

pub(super) fn schema(desk: &Desk, name: Option<&str>) -> Result<Reply, Fault> {
    let names = || SCHEMAS.iter().map(|(name, _)| *name);
    let Some(typed) = name else {
        let document = SchemasDocument {
            schema: SchemasDocument::SCHEMA,
            names: names().collect(),
        };
        let text: String = names().map(|name| format!("{name}\n")).collect();
        return Ok(Reply::new(text, &document));
    };
    let name = typed.split_once('/').map_or(typed, |(name, _)| name);
    let is_it = |(known, _): &&(&str, &str)| *known == name || known.strip_prefix("workflow.") == Some(name);
    match SCHEMAS.iter().find(is_it) {
        Some((_, schema)) => {
            let document = RawValue::from_string((*schema).to_owned()).unwrap_or_default();
            Ok(Reply::new(*schema, &document))
        }
        None => {
            let fault = Fault::new(Code::NotFound, format!("there is no schema `{typed}`")).of(typed);
            Err(match nearest(name, names()) {
                Some(meant) => fault.fix(format!("did you mean `{meant}`?")),
                None => fault.fix(format!("`{}` lists them", desk.command(&["schema"]))),
            })
        }
    }
}

pub(super) fn completions(mut command: clap::Command, shell: clap_complete::Shell) -> Reply {
    let called = command.get_name().to_owned();
    let name = called.rsplit(['/', '\\']).next().unwrap_or(&called).to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    let document = TextDocument {
        schema: TextDocument::SCHEMA,
        text: &script,
    };
    Reply::new(script.clone(), &document)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use schemars::{JsonSchema, SchemaGenerator};

    use super::*;
    use crate::cli::audit::Audit;
    use crate::cli::output::ErrorDocument;
    use crate::cli::progress::EventDocument;
    use crate::cli::verbs::{
        cancel, drive, hand_in, list, log, next, pictures, plan, show, skip, status, verify, why, worker,
    };

    /// The schema of a document, which says its own name.
    fn of<D: JsonSchema>(name: &str) -> (&str, String) {
        let mut schema = SchemaGenerator::default().into_root_schema_for::<D>().to_value();
        schema["properties"]["schema"] = serde_json::json!({ "const": name });
        (name, serde_json::to_string_pretty(&schema).unwrap() + "\n")
    }

    #[test]
    fn the_schemas_on_the_page_are_those_of_the_documents() {
        let written = [
            of::<Audit>("workflow.audit/1"),
            of::<cancel::CancelDocument>(cancel::CancelDocument::SCHEMA),
            of::<worker::WorkerDocument>(worker::WorkerDocument::SCHEMA),
            of::<ErrorDocument>(ErrorDocument::SCHEMA),
            of::<EventDocument<'_>>(EventDocument::SCHEMA),
            of::<hand_in::HandInDocument>(hand_in::HandInDocument::SCHEMA),
            of::<list::ListDocument>(list::ListDocument::SCHEMA),
            of::<log::LogDocument>(log::LogDocument::SCHEMA),
            of::<next::NextDocument>(next::NextDocument::SCHEMA),
            of::<pictures::PictureDocument>(pictures::PictureDocument::SCHEMA),
            of::<plan::PlanDocument>(plan::PlanDocument::SCHEMA),
            of::<drive::RunDocumentOfVerb>(drive::RunDocumentOfVerb::SCHEMA),
            of::<SchemasDocument>(SchemasDocument::SCHEMA),
            of::<show::ShowDocument>(show::ShowDocument::SCHEMA),
            of::<skip::SkipDocument>(skip::SkipDocument::SCHEMA),
            of::<status::StatusDocument>(status::StatusDocument::SCHEMA),
            of::<TextDocument<'_>>(TextDocument::SCHEMA),
            of::<verify::VerifyDocument>(verify::VerifyDocument::SCHEMA),
            of::<why::WhyDocument>(why::WhyDocument::SCHEMA),
        ];
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas");
        let update = std::env::var_os("UPDATE_SCHEMAS").is_some();
        let names: Vec<_> = SCHEMAS.iter().map(|(name, _)| *name).collect();
        for (name, schema) in written {
            let name = name.split_once('/').unwrap().0;
            assert!(
                names.contains(&name),
                "`{name}` is not among those that `schema` prints"
            );
            let file = folder.join(format!("{name}.json"));
            if update {
                std::fs::write(&file, &schema).unwrap();
            }
            let kept = std::fs::read_to_string(&file).unwrap();
            assert_eq!(
                kept, schema,
                "run the tests with UPDATE_SCHEMAS=1 and look at the difference"
            );
        }
    }
}
