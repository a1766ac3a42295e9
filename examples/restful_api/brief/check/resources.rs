//! Resources and what they point to.

use toml::Spanned;

use super::{check_name, check_once, fields};
use crate::brief::{OnDelete, OrderRule, Relation, Resource, faults::Found, names, written};

/// The meant resources; what cannot be meant is reported and left out.
pub(super) fn check_resources(
    cx: &mut Found<'_>,
    written: &[Spanned<written::Resource>],
    text: &str,
) -> Vec<Resource> {
    if written.is_empty() {
        cx.push(
            text.len()..text.len(),
            "the brief lists no resource",
            "add at least one `[[resource]]` table",
        );
    }
    check_once(
        cx,
        "resource",
        written.iter().map(|resource| &resource.get_ref().name),
    );
    let known: Vec<&str> = written
        .iter()
        .map(|resource| resource.get_ref().name.get_ref().as_str())
        .collect();
    let resources: Vec<Resource> = written
        .iter()
        .map(|resource| check_resource(cx, resource, &known))
        .collect();
    check_plurals(cx, written, &resources);
    check_beginnings(cx, written, &resources);
    resources
}

fn check_resource(cx: &mut Found<'_>, spanned: &Spanned<written::Resource>, known: &[&str]) -> Resource {
    let written = spanned.get_ref();
    let name = written.name.get_ref();
    check_name(cx, &written.name);
    if written.field.is_empty() {
        cx.push(
            written.name.span(),
            format_args!("resource `{name}` has no field"),
            "add a `[[resource.field]]` table",
        );
    }
    check_once(
        cx,
        "field",
        written.field.iter().map(|field| &field.get_ref().name),
    );
    check_once(
        cx,
        "relation",
        written.relation.iter().map(|relation| &relation.name),
    );
    let fields: Vec<_> = written
        .field
        .iter()
        .filter_map(|field| fields::check_field(cx, field))
        .collect();
    let relations: Vec<_> = written
        .relation
        .iter()
        .filter_map(|relation| check_relation(cx, name, relation, known))
        .collect();
    for (relation, word) in relations
        .iter()
        .zip(written.relation.iter().map(|relation| &relation.name))
    {
        let taken = [relation.property(), relation.filter()];
        if let Some(field) = fields.iter().find(|field| taken.contains(&field.name)) {
            let fault = format!(
                "relation `{}` and field `{}` would share a property",
                relation.name, field.name
            );
            cx.push(word.span(), fault, "rename one of the two");
        }
    }
    let rules = written
        .rule
        .iter()
        .filter_map(|rule| check_rule(cx, rule, &fields))
        .collect();
    Resource {
        name: name.clone(),
        plural: written
            .plural
            .as_ref()
            .map_or_else(|| names::plural(name), |plural| plural.get_ref().clone()),
        description: written.description.clone(),
        public_read: written.public_read,
        fields,
        relations,
        rules,
    }
}

fn check_relation(
    cx: &mut Found<'_>,
    owner: &str,
    written: &written::Relation,
    known: &[&str],
) -> Option<Relation> {
    let (name, to) = (written.name.get_ref(), written.to.get_ref());
    check_name(cx, &written.name);
    if !known.contains(&to.as_str()) {
        let near = names::did_you_mean(to, known.iter().copied());
        let remedy = if near.is_empty() {
            format!("use one of `{}`", known.join("`, `"))
        } else {
            near
        };
        cx.push(
            written.to.span(),
            format_args!("relation `{name}` of `{owner}` points to `{to}`, which is no resource"),
            remedy,
        );
        return None;
    }
    let otherwise = match (written.many, written.required) {
        (false, false) => OnDelete::SetNull,
        (true, false) => OnDelete::Cascade,
        (_, true) => OnDelete::Restrict,
    };
    let on_delete = match written.on_delete.as_ref().map(|word| word.get_ref().as_str()) {
        None => otherwise,
        Some("restrict") => OnDelete::Restrict,
        Some("cascade") => OnDelete::Cascade,
        Some("set_null") => OnDelete::SetNull,
        Some(other) => {
            let at = written.on_delete.as_ref().map_or(0..0, Spanned::span);
            cx.push(
                at,
                format_args!("unknown `on_delete` of `{other}`"),
                "use `restrict`, `cascade` or `set_null`",
            );
            return None;
        }
    };
    let at = written
        .on_delete
        .as_ref()
        .map_or(written.name.span(), Spanned::span);
    match (on_delete, written.many, written.required) {
        (OnDelete::SetNull, false, true) => {
            let fault = format!("relation `{name}` of `{owner}` cannot be required and become null");
            cx.push(at, fault, "use `restrict` or `cascade`, or make it optional");
        }
        (OnDelete::SetNull, true, _) => {
            let fault = format!("relation `{name}` of `{owner}` is to many, where nothing can become null");
            cx.push(at, fault, "use `restrict` or `cascade`");
        }
        (OnDelete::Cascade, true, true) => {
            let fault = format!(
                "relation `{name}` of `{owner}` needs at least one, but its last link could be deleted"
            );
            cx.push(at, fault, "use `restrict`, or make it optional");
        }
        _ => {}
    }
    Some(Relation {
        name: name.clone(),
        to: to.clone(),
        many: written.many,
        required: written.required,
        on_delete,
    })
}

fn check_rule(cx: &mut Found<'_>, rule: &written::Rule, fields: &[crate::brief::Field]) -> Option<OrderRule> {
    let mut find = |word: &written::Word| {
        let field = fields.iter().find(|field| field.name == *word.get_ref());
        if field.is_none() {
            let near = names::did_you_mean(word.get_ref(), fields.iter().map(|field| field.name.as_str()));
            let remedy = if near.is_empty() {
                String::from("name a field of this resource")
            } else {
                near
            };
            cx.push(
                word.span(),
                format_args!("the rule names `{}`, which is no field here", word.get_ref()),
                remedy,
            );
        }
        field
    };
    let (before, after) = (find(&rule.before)?, find(&rule.after)?);
    let same_kind = std::mem::discriminant(&before.kind) == std::mem::discriminant(&after.kind);
    if before.name == after.name || !before.is_ordered() || !same_kind {
        cx.push(
            rule.after.span(),
            format_args!("`{}` and `{}` cannot be put in order", before.name, after.name),
            "name two fields of one type: integer, number, date or timestamp",
        );
        return None;
    }
    Some(OrderRule {
        before: before.name.clone(),
        after: after.name.clone(),
    })
}

fn check_plurals(cx: &mut Found<'_>, written: &[Spanned<written::Resource>], resources: &[Resource]) {
    for (at, (resource, written)) in resources.iter().zip(written).enumerate() {
        let place = written
            .get_ref()
            .plural
            .as_ref()
            .unwrap_or(&written.get_ref().name)
            .span();
        let plural = &resource.plural;
        if !names::is_snake(plural) || *plural == resource.name {
            let fault = format!("`{plural}` cannot be the plural of `{}`", resource.name);
            cx.push(
                place.clone(),
                fault,
                "give `plural` in snake_case, other than the singular",
            );
        }
        if names::SQL_WORDS.contains(&plural.as_str()) {
            cx.push(
                place.clone(),
                format_args!("`{plural}` is a word of SQL"),
                "choose another plural",
            );
        }
        if resources.iter().take(at).any(|other| other.plural == *plural) {
            cx.push(
                place,
                format_args!("two resources have the plural `{plural}`"),
                "give one of them another `plural`",
            );
        }
    }
}

/// Following required relations from any resource must come to an end, or no first one can ever be created.
fn check_beginnings(cx: &mut Found<'_>, written: &[Spanned<written::Resource>], resources: &[Resource]) {
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
    for (resource, written) in resources.iter().zip(written) {
        let blocked = |relation: &&Relation| relation.required && !creatable.contains(&relation.to.as_str());
        if let Some(relation) = resource.relations.iter().find(blocked)
            && !creatable.contains(&resource.name.as_str())
        {
            let place = written
                .get_ref()
                .relation
                .iter()
                .find(|candidate| *candidate.name.get_ref() == relation.name);
            cx.push(
                place.map_or(written.get_ref().name.span(), |place| place.name.span()),
                format_args!(
                    "no first `{}` could ever be created: its required relation `{}` comes back to it",
                    resource.name, relation.name
                ),
                "make one relation of the circle optional",
            );
        }
    }
}
