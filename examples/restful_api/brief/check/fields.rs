//! Fields: types, constraints and defaults that do not contradict one another.

use std::{collections::BTreeMap, ops::Range};

use toml::Spanned;

use super::{check_name, check_once, value};
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
pub(super) fn check_field(cx: &mut Found<'_>, spanned: &Spanned<written::Field>) -> Option<Field> {
    let written = spanned.get_ref();
    let name = written.name.get_ref();
    check_name(cx, &written.name);
    let kind = check_kind(cx, written)?;
    check_constraints_fit(cx, written);
    let (unique, filterable) = (
        value(written.unique.as_ref(), false),
        value(written.filter.as_ref(), false),
    );
    let type_name = written.type_name.get_ref();
    if unique
        && matches!(
            kind,
            FieldKind::Boolean | FieldKind::Enum { .. } | FieldKind::Number { .. }
        )
    {
        let at = written.unique.as_ref().map_or(0..0, Spanned::span);
        cx.push(
            at,
            format_args!("field `{name}` of type `{type_name}` cannot be unique"),
            "remove `unique`",
        );
    }
    if filterable
        && matches!(
            kind,
            FieldKind::Number { .. } | FieldKind::Timestamp | FieldKind::Uri
        )
    {
        let at = written.filter.as_ref().map_or(0..0, Spanned::span);
        let fault = format!("a list cannot be narrowed to one value of `{name}`, a `{type_name}`");
        cx.push(at, fault, "remove `filter`");
    }
    let default = written
        .default
        .as_ref()
        .and_then(|default| check_default(cx, written, default, &kind));
    Some(Field {
        name: name.clone(),
        description: written.description.clone(),
        kind,
        required: written.required,
        unique,
        filterable,
        default,
    })
}

fn check_kind(cx: &mut Found<'_>, written: &written::Field) -> Option<FieldKind> {
    let type_name = written.type_name.get_ref().as_str();
    Some(match type_name {
        "string" => {
            let (min, max) = (
                value(written.min_length.as_ref(), 0),
                value(written.max_length.as_ref(), 200),
            );
            if max == 0 || max > 10_000 {
                let at = written.max_length.as_ref().map_or(0..0, Spanned::span);
                cx.push(
                    at,
                    format_args!("`max_length` of {max} is out of range"),
                    "use 1 to 10000",
                );
            }
            if min > max {
                let at = written.min_length.as_ref().map_or(0..0, Spanned::span);
                let fault = format!("`min_length` of {min} is more than `max_length` of {max}");
                cx.push(at, fault, "make it no longer than that");
            }
            FieldKind::String {
                min_length: min,
                max_length: max,
            }
        }
        "integer" => {
            let (minimum, maximum) = check_range(cx, written, EXACT)?;
            for bound in [&written.minimum, &written.maximum].into_iter().flatten() {
                if bound.get_ref().fract() != 0.0 {
                    cx.push(
                        bound.span(),
                        "a bound of an integer has a fraction",
                        "write a whole number",
                    );
                }
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
            let (minimum, maximum) = check_range(cx, written, 1e12)?;
            FieldKind::Number { minimum, maximum }
        }
        "boolean" => FieldKind::Boolean,
        "date" => FieldKind::Date,
        "timestamp" => FieldKind::Timestamp,
        "email" => FieldKind::Email,
        "uri" => FieldKind::Uri,
        "enum" => check_enum(cx, written)?,
        other => {
            let near = names::did_you_mean(other, TYPES);
            let remedy = if near.is_empty() {
                format!("use one of `{}`", TYPES.join("`, `"))
            } else {
                near
            };
            cx.push(
                written.type_name.span(),
                format_args!("unknown type `{other}`"),
                remedy,
            );
            return None;
        }
    })
}

fn check_range(cx: &mut Found<'_>, written: &written::Field, widest: f64) -> Option<(f64, f64)> {
    let minimum = value(written.minimum.as_ref(), -widest);
    let maximum = value(written.maximum.as_ref(), widest);
    for bound in [&written.minimum, &written.maximum].into_iter().flatten() {
        if !(-widest..=widest).contains(bound.get_ref()) {
            cx.push(
                bound.span(),
                "the bound is out of range",
                format_args!("stay within {widest} of zero"),
            );
            return None;
        }
    }
    if minimum > maximum {
        let at = written.minimum.as_ref().map_or(0..0, Spanned::span);
        let fault = format!("`minimum` of {minimum} is more than `maximum` of {maximum}");
        cx.push(at, fault, "make it no larger than that");
        return None;
    }
    Some((minimum, maximum))
}

fn check_enum(cx: &mut Found<'_>, written: &written::Field) -> Option<FieldKind> {
    let name = written.name.get_ref();
    let Some(values) = written
        .values
        .as_ref()
        .filter(|values| !values.get_ref().is_empty())
    else {
        let at = written
            .values
            .as_ref()
            .map_or(written.type_name.span(), Spanned::span);
        cx.push(
            at,
            format_args!("field `{name}` has no value to choose from"),
            "add `values = [\"..\"]`",
        );
        return None;
    };
    check_once(cx, "value", values.get_ref());
    let mut words: Vec<String> = Vec::new();
    for word in values.get_ref() {
        if !names::is_snake(word.get_ref()) {
            let fault = format!("the value `{}` is not in snake_case", word.get_ref());
            cx.push(word.span(), fault, "use lower case, digits and `_`");
        }
        words.push(word.get_ref().clone());
    }
    let mut transitions = BTreeMap::new();
    if let Some(written) = &written.transitions {
        for (from, to) in written.get_ref() {
            let unknown = |word: &&String| !words.contains(word);
            let to: Vec<String> = to.iter().map(|word| word.get_ref().clone()).collect();
            if let Some(wrong) = std::iter::once(from).chain(&to).find(unknown) {
                let near = names::did_you_mean(wrong, words.iter().map(String::as_str));
                let remedy = if near.is_empty() {
                    String::from("use one of `values`")
                } else {
                    near
                };
                cx.push(
                    written.span(),
                    format_args!("a transition of `{name}` names `{wrong}`, which is no value"),
                    remedy,
                );
            }
            transitions.insert(from.clone(), to);
        }
    }
    Some(FieldKind::Enum {
        values: words,
        transitions,
    })
}

/// A constraint that means nothing for the type is a misunderstanding, not a detail.
fn check_constraints_fit(cx: &mut Found<'_>, written: &written::Field) {
    let type_name = written.type_name.get_ref().as_str();
    let mut refuse = |at: Option<Range<usize>>, constraint: &str, fits: &[&str]| {
        if let Some(at) = at
            && !fits.contains(&type_name)
        {
            let fault = format!("`{constraint}` means nothing for a `{type_name}`");
            cx.push(
                at,
                fault,
                format_args!("remove it, or use type `{}`", fits.join("` or `")),
            );
        }
    };
    refuse(
        written.min_length.as_ref().map(Spanned::span),
        "min_length",
        &["string"],
    );
    refuse(
        written.max_length.as_ref().map(Spanned::span),
        "max_length",
        &["string"],
    );
    refuse(
        written.minimum.as_ref().map(Spanned::span),
        "minimum",
        &["integer", "number"],
    );
    refuse(
        written.maximum.as_ref().map(Spanned::span),
        "maximum",
        &["integer", "number"],
    );
    refuse(written.values.as_ref().map(Spanned::span), "values", &["enum"]);
    refuse(
        written.transitions.as_ref().map(Spanned::span),
        "transitions",
        &["enum"],
    );
}

fn check_default(
    cx: &mut Found<'_>,
    written: &written::Field,
    default: &Spanned<toml::Value>,
    kind: &FieldKind,
) -> Option<serde_json::Value> {
    let name = written.name.get_ref();
    if written.required {
        let fault = format!("field `{name}` is required, so its default could never stand");
        cx.push(default.span(), fault, "remove `required` or `default`");
    }
    if value(written.unique.as_ref(), false) {
        let fault = format!("field `{name}` is unique, so its default could stand only once");
        cx.push(default.span(), fault, "remove `unique` or `default`");
    }
    let json = match default.get_ref() {
        toml::Value::String(text) => serde_json::Value::from(text.as_str()),
        toml::Value::Integer(number) => serde_json::Value::from(*number),
        toml::Value::Float(number) => serde_json::Value::from(*number),
        toml::Value::Boolean(truth) => serde_json::Value::from(*truth),
        toml::Value::Datetime(moment) => serde_json::Value::from(moment.to_string()),
        toml::Value::Array(_) | toml::Value::Table(_) => serde_json::Value::Null,
    };
    if let Err(reason) = crate::service::values::conforms(kind, &json) {
        cx.push(
            default.span(),
            format_args!("the default of `{name}` {reason}"),
            "choose one that its own field accepts",
        );
        return None;
    }
    Some(json)
}
