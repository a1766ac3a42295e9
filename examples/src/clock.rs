//! Days and moments as text, in UTC, as artifacts and services hold them.

use jiff::{Span, Timestamp, Unit, civil::Date};

/// Seconds in a day.
pub const DAY_S: i64 = 86_400;

/// The day that days are counted from.
const FIRST: Date = jiff::civil::date(1970, 1, 1);

/// Now, in whole seconds, as `2026-11-23T21:00:00Z`.
#[must_use]
pub fn now() -> String {
    instant(Timestamp::now().as_second())
}

/// So many seconds after the beginning of 1970, as `2026-11-23T21:00:00Z`; that beginning where no calendar reaches.
#[must_use]
pub fn instant(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap_or_default().to_string()
}

/// So many days after the first of 1970, as `2026-11-23`; the last day that there is where no calendar reaches.
#[must_use]
pub fn day(days: i64) -> String {
    let span = Span::new().try_days(days);
    let day = span.and_then(|span| FIRST.checked_add(span));
    day.unwrap_or(Date::MAX).to_string()
}

/// The days from the first of 1970 to the date that a text begins with, as `2026-11-23`, if it is one.
#[must_use]
pub fn days_of(date: &str) -> Option<i64> {
    let date: Date = date.get(..10)?.parse().ok()?;
    let days = FIRST.until((Unit::Day, date)).ok()?.get_days();
    Some(days.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_the_calendar_has_them() {
        for (seconds, text) in [
            (-1, "1969-12-31T23:59:59Z"),
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_767_225_599, "2025-12-31T23:59:59Z"),
        ] {
            assert_eq!(instant(seconds), text);
            assert_eq!(days_of(text), Some(seconds.div_euclid(DAY_S)));
            assert_eq!(Some(day(seconds.div_euclid(DAY_S)).as_str()), text.get(..10));
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["2026-02-29", "2026-11", "yesterday!"] {
            assert_eq!(days_of(text), None, "{text}");
        }
        assert_eq!(day(i64::MAX), "9999-12-31");
        assert_eq!(instant(i64::MAX), "1970-01-01T00:00:00Z");
    }
}
