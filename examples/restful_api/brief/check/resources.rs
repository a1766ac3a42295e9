//! Resources and what they point to.

use super::{check_name, check_once, fields};
use crate::brief::{Field, OnDelete, OrderRule, Relation, Resource, faults::Found, names, written};

/// The meant resources; what cannot be meant is reported and left out.
pub(super) fn check_resources(cx: &mut Found, written: &[written::Resource]) -> Vec<Resource> {
    if written.is_empty() {
        cx.push(
            "`resource`",
            "the brief lists no resource",
            "add at least one `[[resource]]` table",
        );
    }
    check_once(
        cx,
        "`resource`",
        "resource",
        written.iter().map(|resource| &resource.name),
    );
    let known: Vec<&str> = written.iter().map(|resource| resource.name.as_str()).collect();
    let resources: Vec<Resource> = written
        .iter()
        .map(|resource| check_resource(cx, resource, &known))
        .collect();
    check_plurals(cx, &resources);
    check_beginnings(cx, &resources);
    resources
}

/// Where a resource stands, for a sentence.
pub(super) fn place_of(resource: &str) -> String {
    format!("resource `{resource}`")
}

fn check_resource(cx: &mut Found, written: &written::Resource, known: &[&str]) -> Resource {
    let name = &written.name;
    let at = place_of(name);
    check_name(cx, &at, name);
    if written.field.is_empty() {
        cx.push(&at, "it has no field", "add a `[[resource.field]]` table");
    }
    check_once(cx, &at, "field", written.field.iter().map(|field| &field.name));
    check_once(
        cx,
        &at,
        "relation",
        written.relation.iter().map(|relation| &relation.name),
    );
    let fields: Vec<_> = written
        .field
        .iter()
        .filter_map(|field| fields::check_field(cx, &at, field))
        .collect();
    let relations: Vec<_> = written
        .relation
        .iter()
        .filter_map(|relation| check_relation(cx, &at, relation, known))
        .collect();
    for relation in &relations {
        let taken = [relation.property(), relation.filter()];
        if let Some(field) = fields.iter().find(|field| taken.contains(&field.name)) {
            let fault = format!(
                "relation `{}` and field `{}` would share a property",
                relation.name, field.name
            );
            cx.push(&at, fault, "rename one of the two");
        }
    }
    for rule in &written.rule {
        check_rule(cx, &at, rule, &fields);
    }
    Resource {
        name: name.clone(),
        plural: written.plural.clone().unwrap_or_else(|| names::plural(name)),
        description: written.description.clone(),
        public_read: written.public_read,
        fields,
        relations,
        rules: written.rule.clone(),
    }
}

fn check_relation(cx: &mut Found, at: &str, written: &written::Relation, known: &[&str]) -> Option<Relation> {
    let written::Relation {
        name,
        to,
        many,
        required,
        on_delete,
    } = written;
    let at = format!("{at}, relation `{name}`");
    check_name(cx, &at, name);
    if !known.contains(&to.as_str()) {
        let near = names::did_you_mean(to, known.iter().copied());
        let remedy = if near.is_empty() {
            format!("use one of `{}`", known.join("`, `"))
        } else {
            near
        };
        cx.push(
            &at,
            format_args!("points to `{to}`, which is no resource"),
            remedy,
        );
        return None;
    }
    let on_delete = on_delete.unwrap_or(match (many, required) {
        (false, false) => OnDelete::SetNull,
        (true, false) => OnDelete::Cascade,
        (_, true) => OnDelete::Restrict,
    });
    match (on_delete, many, required) {
        (OnDelete::SetNull, false, true) => cx.push(
            &at,
            "it cannot be required and become null",
            "use `restrict` or `cascade`, or make it optional",
        ),
        (OnDelete::SetNull, true, _) => cx.push(
            &at,
            "it is to many, where nothing can become null",
            "use `restrict` or `cascade`",
        ),
        (OnDelete::Cascade, true, true) => cx.push(
            &at,
            "it needs at least one, but its last link could be deleted",
            "use `restrict`, or make it optional",
        ),
        _ => {}
    }
    Some(Relation {
        name: name.clone(),
        to: to.clone(),
        many: *many,
        required: *required,
        on_delete,
    })
}

fn check_rule(cx: &mut Found, at: &str, rule: &OrderRule, fields: &[Field]) {
    let mut find = |word: &str| {
        let field = fields.iter().find(|field| field.name == word);
        if field.is_none() {
            let near = names::did_you_mean(word, fields.iter().map(|field| field.name.as_str()));
            let remedy = if near.is_empty() {
                String::from("name a field of this resource")
            } else {
                near
            };
            cx.push(
                at,
                format_args!("a rule names `{word}`, which is no field here"),
                remedy,
            );
        }
        field
    };
    let (Some(before), Some(after)) = (find(&rule.before), find(&rule.after)) else {
        return;
    };
    let same_kind = std::mem::discriminant(&before.kind) == std::mem::discriminant(&after.kind);
    if before.name == after.name || !before.is_ordered() || !same_kind {
        cx.push(
            at,
            format_args!(
                "`{}` and `{}` of a rule cannot be put in order",
                before.name, after.name
            ),
            "name two fields of one type: integer, number, date or timestamp",
        );
    }
}

fn check_plurals(cx: &mut Found, resources: &[Resource]) {
    for (number, resource) in resources.iter().enumerate() {
        let (at, plural) = (place_of(&resource.name), &resource.plural);
        if !names::is_snake(plural) || *plural == resource.name {
            cx.push(
                &at,
                format_args!("`{plural}` cannot be its plural"),
                "give `plural` in snake_case, other than the singular",
            );
        }
        if names::SQL_WORDS.contains(&plural.as_str()) {
            cx.push(
                &at,
                format_args!("its plural `{plural}` is a word of SQL"),
                "choose another plural",
            );
        }
        if resources.iter().take(number).any(|other| other.plural == *plural) {
            cx.push(
                &at,
                format_args!("another resource has the plural `{plural}`"),
                "give one of them another `plural`",
            );
        }
    }
}

/// Following required relations from any resource must come to an end, or no first one can ever be created.
fn check_beginnings(cx: &mut Found, resources: &[Resource]) {
    let mut creatable: Vec<&str> = Vec::new();
    while let Some(next) = resources.iter().find(|resource| {
        !creatable.contains(&resource.name.as_str())
            && resource
                .relations
                .iter()
                .all(|relation| !relation.required || creatable.contains(&relation.to.as_str()))
    }) {
        creatable.push(&next.name);
    }
    for resource in resources {
        let blocked = |relation: &&Relation| relation.required && !creatable.contains(&relation.to.as_str());
        if let Some(relation) = resource.relations.iter().find(blocked)
            && !creatable.contains(&resource.name.as_str())
        {
            cx.push(
                &format!("{}, relation `{}`", place_of(&resource.name), relation.name),
                format_args!(
                    "no first `{}` could ever be created: what it requires comes back to it",
                    resource.name
                ),
                "make one relation of the circle optional",
            );
        }
    }
}
