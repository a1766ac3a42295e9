//! Whether a value is of a type.

use serde_json::Value;

use crate::artifacts::{ApiSpecification, FieldKind};

/// What keeps a value from being of a type.
pub(super) fn faults(api: &ApiSpecification, name: &str, value: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    of_type(api, name, value, "", &mut faults);
    faults
}

fn of_type(api: &ApiSpecification, name: &str, value: &Value, place: &str, faults: &mut Vec<String>) {
    let (Some(data), Some(fields)) = (api.type_named(name), value.as_object()) else {
        faults.push(format!("`{place}` is no `{name}`"));
        return;
    };
    for field in &data.fields {
        let inner = format!("{place}/{}", field.name);
        match fields.get(&field.name) {
            Some(value) => of_kind(api, &field.kind, value, &inner, faults),
            None if field.optional => {}
            None => faults.push(format!("`{inner}` is missing")),
        }
    }
    for known in fields.keys() {
        if !data.fields.iter().any(|field| field.name == *known) {
            faults.push(format!("`{place}/{known}` is not specified"));
        }
    }
}

fn of_kind(api: &ApiSpecification, kind: &FieldKind, value: &Value, place: &str, faults: &mut Vec<String>) {
    let text = value.as_str();
    let fits = match kind {
        FieldKind::Text { at_least, at_most } => {
            text.is_some_and(|text| (*at_least..=*at_most).contains(&text.chars().count()))
        }
        FieldKind::Code(form) => text.is_some_and(|text| has_form(text, form)),
        FieldKind::Integer { at_least, at_most } => value
            .as_i64()
            .is_some_and(|number| (*at_least..=*at_most).contains(&number)),
        FieldKind::OneOf(values) => text.is_some_and(|text| values.iter().any(|value| value == text)),
        FieldKind::Instant => text.is_some_and(|text| has_form(text, "####-##-##T##:##:##Z")),
        FieldKind::Boolean => value.is_boolean(),
        FieldKind::List {
            of,
            at_least,
            at_most,
        } => {
            let items = value.as_array();
            for (at, item) in items.into_iter().flatten().enumerate() {
                of_kind(api, of, item, &format!("{place}/{at}"), faults);
            }
            items.is_some_and(|items| (*at_least..=*at_most).contains(&items.len()))
        }
        FieldKind::Object(name) => {
            of_type(api, name, value, place, faults);
            true
        }
    };
    if !fits {
        faults.push(format!("`{place}` is {value}, which is not as specified"));
    }
}

fn has_form(text: &str, form: &str) -> bool {
    text.chars().count() == form.chars().count()
        && text
            .chars()
            .zip(form.chars())
            .all(|(letter, wanted)| match wanted {
                '#' => letter.is_ascii_digit(),
                '@' => letter.is_ascii_digit() || letter.is_ascii_lowercase(),
                other => letter == other,
            })
}
