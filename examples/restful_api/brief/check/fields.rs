//! Fields: types, constraints and defaults that do not contradict one another.

use std::collections::BTreeMap;

use super::{check_name, check_once};
use crate::brief::{Field, FieldKind, faults::Found, names, written};

const TYPES: [&str; 9] = [
    "string",
    "integer",
    "number",
    "boolean",
    "date",
    "timestamp",
    "email",
    "uri",
    "enum",
];
/// Whole numbers that every JSON reader keeps exactly.
const EXACT: f64 = 9_007_199_254_740_991.0;

/// The meant field, or nothing where its type cannot be told.
pub(super) fn check_field(cx: &mut Found, at: &str, written: &written::Field) -> Option<Field> {
    let written::Field { name, type_name, .. } = written;
    let at = &format!("{at}, field `{name}`");
    check_name(cx, at, name);
    let kind = check_kind(cx, at, written)?;
    check_constraints_fit(cx, at, written);
    let cannot_be_unique = matches!(
        kind,
        FieldKind::Boolean | FieldKind::Enum { .. } | FieldKind::Number { .. }
    );
    if written.unique && cannot_be_unique {
        let fault = format!("a field of type `{type_name}` cannot be unique");
        cx.push(at, fault, "remove `unique`");
    }
    let cannot_be_filtered = matches!(
        kind,
        FieldKind::Number { .. } | FieldKind::Timestamp | FieldKind::Uri
    );
    if written.filter && cannot_be_filtered {
        let fault = format!("a list cannot be narrowed to one value of a `{type_name}`");
        cx.push(at, fault, "remove `filter`");
    }
    if let Some(default) = &written.default {
        check_default(cx, at, written, default, &kind);
    }
    Some(Field {
        name: name.clone(),
        description: written.description.clone(),
        kind,
        required: written.required,
        unique: written.unique,
        filterable: written.filter,
        default: written.default.clone(),
    })
}

fn check_kind(cx: &mut Found, at: &str, written: &written::Field) -> Option<FieldKind> {
    Some(match written.type_name.as_str() {
        "string" => {
            let (min_length, max_length) = check_lengths(cx, at, written);
            FieldKind::String {
                min_length,
                max_length,
            }
        }
        "integer" => {
            let (minimum, maximum) = check_range(cx, at, written, EXACT)?;
            if minimum.fract() != 0.0 || maximum.fract() != 0.0 {
                cx.push(at, "a bound of an integer has a fraction", "write a whole number");
            }
            #[allow(
                clippy::cast_possible_truncation,
                reason = "within the whole numbers that an f64 keeps exactly"
            )]
            FieldKind::Integer {
                minimum: minimum as i64,
                maximum: maximum as i64,
            }
        }
        "number" => {
            let (minimum, maximum) = check_range(cx, at, written, 1e12)?;
            FieldKind::Number { minimum, maximum }
        }
        "boolean" => FieldKind::Boolean,
        "date" => FieldKind::Date,
        "timestamp" => FieldKind::Timestamp,
        "email" => FieldKind::Email,
        "uri" => FieldKind::Uri,
        "enum" => check_enum(cx, at, written)?,
        other => {
            let near = names::did_you_mean(other, TYPES);
            let remedy = if near.is_empty() {
                format!("use one of `{}`", TYPES.join("`, `"))
            } else {
                near
            };
            cx.push(at, format_args!("unknown type `{other}`"), remedy);
            return None;
        }
    })
}

fn check_lengths(cx: &mut Found, at: &str, written: &written::Field) -> (u32, u32) {
    let (min, max) = (written.min_length.unwrap_or(0), written.max_length.unwrap_or(200));
    if max == 0 || max > 10_000 {
        cx.push(
            at,
            format_args!("`max_length` of {max} is out of range"),
            "use 1 to 10000",
        );
    }
    if min > max {
        let fault = format!("`min_length` of {min} is more than `max_length` of {max}");
        cx.push(at, fault, "make it no longer than that");
    }
    (min, max)
}

fn check_range(cx: &mut Found, at: &str, written: &written::Field, widest: f64) -> Option<(f64, f64)> {
    let minimum = written.minimum.unwrap_or(-widest);
    let maximum = written.maximum.unwrap_or(widest);
    for (key, bound) in [("minimum", minimum), ("maximum", maximum)] {
        if !(-widest..=widest).contains(&bound) {
            cx.push(
                at,
                format_args!("`{key}` of {bound} is out of range"),
                format_args!("stay within {widest} of zero"),
            );
            return None;
        }
    }
    if minimum > maximum {
        let fault = format!("`minimum` of {minimum} is more than `maximum` of {maximum}");
        cx.push(at, fault, "make it no larger than that");
        return None;
    }
    Some((minimum, maximum))
}

fn check_enum(cx: &mut Found, at: &str, written: &written::Field) -> Option<FieldKind> {
    let Some(values) = written.values.as_ref().filter(|values| !values.is_empty()) else {
        cx.push(at, "it has no value to choose from", "add `values = [\"..\"]`");
        return None;
    };
    check_once(cx, at, "value", values);
    for word in values.iter().filter(|word| !names::is_snake(word)) {
        let fault = format!("the value `{word}` is not in snake_case");
        cx.push(at, fault, "use lower case, digits and `_`");
    }
    let transitions: BTreeMap<_, _> = written.transitions.clone().unwrap_or_default();
    for (from, to) in &transitions {
        let unknown = |word: &&String| !values.contains(word);
        if let Some(wrong) = std::iter::once(from).chain(to).find(unknown) {
            let near = names::did_you_mean(wrong, values.iter().map(String::as_str));
            let remedy = if near.is_empty() {
                String::from("use one of `values`")
            } else {
                near
            };
            let fault = format!("a transition names `{wrong}`, which is no value");
            cx.push(at, fault, remedy);
        }
    }
    Some(FieldKind::Enum {
        values: values.clone(),
        transitions,
    })
}

/// A constraint that means nothing for the type is a misunderstanding, not a detail.
fn check_constraints_fit(cx: &mut Found, at: &str, written: &written::Field) {
    let type_name = written.type_name.as_str();
    let constraints: [(&str, bool, &[&str]); 6] = [
        ("min_length", written.min_length.is_some(), &["string"]),
        ("max_length", written.max_length.is_some(), &["string"]),
        ("minimum", written.minimum.is_some(), &["integer", "number"]),
        ("maximum", written.maximum.is_some(), &["integer", "number"]),
        ("values", written.values.is_some(), &["enum"]),
        ("transitions", written.transitions.is_some(), &["enum"]),
    ];
    for (constraint, is_given, fits) in constraints {
        if is_given && !fits.contains(&type_name) {
            cx.push(
                at,
                format_args!("`{constraint}` means nothing for a `{type_name}`"),
                format_args!("remove it, or use type `{}`", fits.join("` or `")),
            );
        }
    }
}

fn check_default(
    cx: &mut Found,
    at: &str,
    written: &written::Field,
    default: &serde_json::Value,
    kind: &FieldKind,
) {
    if written.required {
        let fault = "it is required, so its default could never stand";
        cx.push(at, fault, "remove `required` or `default`");
    }
    if written.unique {
        let fault = "it is unique, so its default could stand only once";
        cx.push(at, fault, "remove `unique` or `default`");
    }
    if let Err(reason) = crate::service::values::conforms(kind, default) {
        cx.push(
            at,
            format_args!("its default {reason}"),
            "choose one that its own field accepts",
        );
    }
}
