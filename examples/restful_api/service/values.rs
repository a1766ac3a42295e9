//! Single values: whether one is of a kind, and days and moments in the form of RFC 3339.

use serde_json::Value;

use crate::brief::FieldKind;

/// Whether the value is of the kind and within its constraints.
///
/// # Errors
/// What is wrong, as the rest of a sentence: "must be ..".
pub fn conforms(kind: &FieldKind, value: &Value) -> Result<(), String> {
    match kind {
        FieldKind::String {
            min_length,
            max_length,
        } => {
            let length = text(value)?.chars().count();
            let (least, most) = (*min_length as usize, *max_length as usize);
            holds((least..=most).contains(&length), || {
                format!("must have {least} to {most} characters, not {length}")
            })
        }
        FieldKind::Integer { minimum, maximum } => {
            let number = whole(value).ok_or_else(|| String::from("must be a whole number"))?;
            holds((minimum..=maximum).contains(&&number), || {
                format!("must be {minimum} to {maximum}")
            })
        }
        FieldKind::Number { minimum, maximum } => {
            let number = value.as_f64().ok_or_else(|| String::from("must be a number"))?;
            holds((minimum..=maximum).contains(&&number), || {
                format!("must be {minimum} to {maximum}")
            })
        }
        FieldKind::Boolean => holds(value.is_boolean(), || String::from("must be `true` or `false`")),
        FieldKind::Date => holds(is_date(text(value)?), || {
            String::from("must be a day of the calendar, as `2026-01-31`")
        }),
        FieldKind::Timestamp => holds(is_timestamp(text(value)?), || {
            String::from("must be a moment in UTC, as `2026-01-31T08:00:00Z`")
        }),
        FieldKind::Email => holds(is_email(text(value)?), || {
            String::from("must be an address for mail")
        }),
        FieldKind::Uri => holds(is_uri(text(value)?), || {
            String::from("must be an absolute http or https address")
        }),
        FieldKind::Enum { values, .. } => {
            let word = text(value)?;
            holds(values.iter().any(|known| known == word), || {
                format!("must be one of `{}`", values.join("`, `"))
            })
        }
    }
}

/// A whole number; as in JSON Schema, `2.0` is one.
#[must_use]
pub fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value
            .as_f64()
            .filter(|number| number.fract() == 0.0 && number.abs() < 9e15)?;
        #[allow(
            clippy::cast_possible_truncation,
            reason = "whole, and small enough to be exact"
        )]
        Some(number as i64)
    })
}

/// A whole number that is written with digits only.
#[must_use]
pub fn from_digits<N: std::str::FromStr>(text: &str) -> Option<N> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| String::from("must be a string"))
}

fn holds(holds: bool, reason: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(reason()) }
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) = (digits(year, 4), digits(month, 2), digits(day, 2)) else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// Only the form with whole seconds in UTC, so that moments sort as text does.
fn is_timestamp(text: &str) -> bool {
    let Some((date, time)) = text.strip_suffix('Z').and_then(|text| text.split_once('T')) else {
        return false;
    };
    let parts: Vec<Option<u32>> = time.split(':').map(|part| digits(part, 2)).collect();
    is_date(date) && matches!(parts.as_slice(), [Some(0..=23), Some(0..=59), Some(0..=59)])
}

fn digits(text: &str, count: usize) -> Option<u32> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

fn is_email(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with('.')
            && !part.contains("..")
            && part
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "._%+-".contains(letter))
    };
    text.len() <= 254
        && text
            .split_once('@')
            .is_some_and(|(user, host)| plain(user) && plain(host) && host.contains('.'))
}

fn is_uri(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    text.len() <= 2048
        && rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_alphanumeric()))
        && text
            .chars()
            .all(|letter| letter.is_ascii_graphic() && !"\"<>\\^`{|}".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moments_that_the_service_writes_are_moments() {
        for seconds in [0, 951_782_400, 1_767_225_599] {
            assert!(is_timestamp(&examples::clock::instant(seconds)));
        }
    }

    #[test]
    fn values_out_of_their_kind_are_refused() {
        let cases = [
            (FieldKind::Date, "2026-02-29"),
            (FieldKind::Date, "2026-1-31"),
            (FieldKind::Timestamp, "2026-01-31T24:00:00Z"),
            (FieldKind::Timestamp, "2026-01-31T08:00:00+01:00"),
            (FieldKind::Email, "nobody"),
            (FieldKind::Email, "a@b@c.example"),
            (FieldKind::Uri, "ftp://x.example"),
            (FieldKind::Uri, "https://"),
            (
                FieldKind::String {
                    min_length: 2,
                    max_length: 3,
                },
                "ä",
            ),
        ];
        for (kind, wrong) in cases {
            assert!(conforms(&kind, &Value::from(wrong)).is_err(), "{kind:?}: {wrong}");
        }
        assert!(
            conforms(
                &FieldKind::Integer {
                    minimum: 0,
                    maximum: 9
                },
                &Value::from(1.5)
            )
            .is_err()
        );
        assert!(conforms(&FieldKind::Date, &Value::from("2028-02-29")).is_ok());
        let two = Value::from(2.0);
        let kind = FieldKind::Integer {
            minimum: 0,
            maximum: 9,
        };
        assert!(conforms(&kind, &two).is_ok(), "in JSON, 2.0 is a whole number");
    }
}
