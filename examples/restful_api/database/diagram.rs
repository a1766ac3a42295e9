//! The entities and how they relate, as a Mermaid diagram.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::{
    brief::{FieldKind, Relation, Resource},
    failure::Outcome,
    outputs::{OutputFile, Outputs},
    requirements::resources::ResourceModel,
};

/// The diagram and where it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityDiagram {
    /// Mermaid text.
    pub mermaid: String,
    /// How many entities it shows.
    pub entities: usize,
    /// How many relationships it shows.
    pub relationships: usize,
    /// Where it was written.
    pub file: OutputFile,
}

/// Draws the entities with their attributes and relationships.
///
/// # Errors
/// When the file cannot be written.
pub fn draw(model: &ResourceModel, outputs: &Outputs) -> Outcome<EntityDiagram> {
    let mut mermaid = String::from("erDiagram\n");
    let mut relationships = 0;
    for resource in &model.resources {
        entity(&mut mermaid, resource);
        for relation in &resource.relations {
            relationships += 1;
            let line = relationship(resource, relation);
            mermaid.push_str(&line);
        }
    }
    let file = outputs.write("design/entities.mmd", &mermaid)?;
    Ok(EntityDiagram {
        mermaid,
        entities: model.resources.len(),
        relationships,
        file,
    })
}

fn entity(mermaid: &mut String, resource: &Resource) {
    let _ = writeln!(mermaid, "    {} {{\n        integer id PK", resource.name);
    for field in &resource.fields {
        let key = if field.unique { " UK" } else { "" };
        let _ = writeln!(
            mermaid,
            "        {} {}{key} \"{}\"",
            type_name(&field.kind),
            field.name,
            field.description.replace('"', "'")
        );
    }
    for relation in resource.relations.iter().filter(|relation| !relation.many) {
        let _ = writeln!(mermaid, "        integer {} FK", relation.property());
    }
    mermaid.push_str("        timestamp created_at\n        timestamp updated_at\n    }\n");
}

fn relationship(resource: &Resource, relation: &Relation) -> String {
    let right = match (relation.many, relation.required) {
        (false, true) => "||",
        (false, false) => "o|",
        (true, true) => "|{",
        (true, false) => "o{",
    };
    format!(
        "    {} }}o--{right} {} : {}\n",
        resource.name, relation.to, relation.name
    )
}

fn type_name(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::String { .. } => "string",
        FieldKind::Integer { .. } => "integer",
        FieldKind::Number { .. } => "number",
        FieldKind::Boolean => "boolean",
        FieldKind::Date => "date",
        FieldKind::Timestamp => "timestamp",
        FieldKind::Email => "email",
        FieldKind::Uri => "uri",
        FieldKind::Enum { .. } => "enum",
    }
}
