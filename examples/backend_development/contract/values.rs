//! Values that a specification allows, and values that it forbids.

use std::fmt;

use serde_json::{Value, json};

use crate::{
    artifacts::{ApiSpecification, FieldKind},
    failure::{During, Failure, Outcome},
};

/// How much of what is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// The smallest values, and what may be left out is left out.
    Least,
    /// The largest values, and everything is there.
    Most,
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Extent::Least => "the smallest",
            Extent::Most => "the largest",
        })
    }
}

/// A longer list tests nothing more.
const ITEMS_AT_MOST: usize = 50;

/// A value of a type.
pub(super) fn of_type(api: &ApiSpecification, name: &str, extent: Extent) -> Outcome<Value> {
    let data = api
        .type_named(name)
        .ok_or_else(|| Failure::new(format_args!("the specification has no type `{name}`")))?;
    let mut value = serde_json::Map::new();
    for field in &data.fields {
        if !field.optional || extent == Extent::Most {
            value.insert(field.name.clone(), valid(api, &field.kind, extent)?);
        }
    }
    Ok(value.into())
}

/// A value of a kind.
pub(super) fn valid(api: &ApiSpecification, kind: &FieldKind, extent: Extent) -> Outcome<Value> {
    let pick = |least: usize, most: usize| if extent == Extent::Least { least } else { most };
    Ok(match kind {
        FieldKind::Text { at_least, at_most } => {
            // Two bytes each: characters are counted, not bytes.
            let letter = if extent == Extent::Least { "a" } else { "é" };
            json!(letter.repeat(pick(*at_least, *at_most)))
        }
        FieldKind::Code(form) => json!(code(form)?),
        FieldKind::Integer { at_least, at_most } => {
            json!(if extent == Extent::Least {
                *at_least
            } else {
                *at_most
            })
        }
        FieldKind::OneOf(values) => {
            let value = if extent == Extent::Least {
                values.first()
            } else {
                values.last()
            };
            json!(value)
        }
        FieldKind::Instant => json!("2027-01-31T08:15:00Z"),
        FieldKind::Boolean => json!(extent == Extent::Most),
        FieldKind::List {
            of,
            at_least,
            at_most,
        } => {
            let items = pick(*at_least, (*at_most).min(ITEMS_AT_MOST));
            let items = (0..items).map(|_| valid(api, of, extent));
            Value::Array(items.collect::<Outcome<_>>()?)
        }
        FieldKind::Object(name) => of_type(api, name, extent)?,
    })
}

/// A code of that form, by chance, so that it is most likely new.
fn code(form: &str) -> Outcome<String> {
    const LETTERS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut chance = vec![0; form.chars().count()];
    getrandom::fill(&mut chance).during("asking the system for randomness")?;
    let filled = form.chars().zip(chance).map(|(letter, chance)| match letter {
        '#' => char::from(b'0' + chance % 10),
        '@' => char::from(LETTERS[usize::from(chance) % LETTERS.len()]),
        other => other,
    });
    Ok(filled.collect())
}

/// Values that are not of a kind, each with what is wrong with it.
pub(super) fn forbidden(kind: &FieldKind) -> Vec<(&'static str, Value)> {
    match kind {
        FieldKind::Text { at_least, at_most } => {
            let mut bad = vec![
                ("too long", json!("a".repeat(at_most + 1))),
                ("a number", json!(7)),
            ];
            if *at_least > 0 {
                bad.push(("too short", json!("a".repeat(at_least - 1))));
            }
            bad
        }
        FieldKind::Code(_) => vec![("of another form", json!("~")), ("a number", json!(7))],
        FieldKind::Integer { at_least, at_most } => vec![
            ("too small", json!(at_least.saturating_sub(1))),
            ("too large", json!(at_most.saturating_add(1))),
            ("a text", json!("many")),
        ],
        FieldKind::OneOf(_) => vec![("none of those", json!("none-of-those"))],
        FieldKind::Instant => vec![("no moment", json!("yesterday"))],
        FieldKind::Boolean => vec![("neither yes nor no", json!("perhaps"))],
        FieldKind::List { at_least, .. } => {
            let mut bad = vec![("no list", json!("one"))];
            if *at_least > 0 {
                bad.push(("too short", json!([])));
            }
            bad
        }
        FieldKind::Object(_) => vec![("no object", json!("one"))],
    }
}

/// A good body with one thing wrong at a time, and what that is.
pub(super) fn spoilt(api: &ApiSpecification, name: &str, good: &Value) -> Outcome<Vec<(String, Value)>> {
    let data = api
        .type_named(name)
        .ok_or_else(|| Failure::new(format_args!("the specification has no type `{name}`")))?;
    let mut spoilt = Vec::new();
    let mut with = good.clone();
    with["no-such-field"] = json!(1);
    spoilt.push((String::from("a field that is not specified"), with));
    for field in &data.fields {
        for (why, bad) in forbidden(&field.kind) {
            let mut with = good.clone();
            with[&field.name] = bad;
            spoilt.push((format!("`{}` that is {why}", field.name), with));
        }
        if !field.optional {
            let mut without = good.clone();
            if let Some(fields) = without.as_object_mut() {
                fields.remove(&field.name);
            }
            spoilt.push((format!("a body without `{}`", field.name), without));
        }
        if let FieldKind::List { of, at_least, .. } = &field.kind
            && let FieldKind::Object(inner) = of.as_ref()
            && *at_least > 0
        {
            let item = valid(api, of, Extent::Least)?;
            for (why, bad) in self::spoilt(api, inner, &item)? {
                let mut with = good.clone();
                with[&field.name] = json!([bad]);
                spoilt.push((format!("`{}` with {why}", field.name), with));
            }
        }
    }
    Ok(spoilt)
}
