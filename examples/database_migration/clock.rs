//! Days and times as text, as the artifacts hold them.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds in a day.
pub const DAY_S: i64 = 86_400;

/// Now, as `2026-11-23T21:00:00Z`.
#[must_use]
pub fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    instant(i64::try_from(since.as_secs()).unwrap_or_default())
}

/// So many seconds after the beginning of 1970, as `2026-11-23T21:00:00Z`.
#[must_use]
pub fn instant(seconds: i64) -> String {
    let of_day = seconds.rem_euclid(DAY_S);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!(
        "{}T{hour:02}:{minute:02}:{second:02}Z",
        day(seconds.div_euclid(DAY_S))
    )
}

/// So many days after the first of 1970, as `2026-11-23`, in the calendar of Gregory.
#[must_use]
pub fn day(days: i64) -> String {
    // Counted from the first of March of the year 0, so that a leap day ends its year.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The days of a date as `2026-11-23`, if it is one.
#[must_use]
pub fn days_of(date: &str) -> Option<i64> {
    let mut parts = date.get(..10)?.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let shifted_month = (month + 9) % 12;
    let of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    Some(era * 146_097 + of_era - 719_468)
}
