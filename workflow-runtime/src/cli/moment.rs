//! Points in time and spans of it, as people and programs read them; in UTC where nothing else is said.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `2026-03-12T09:00:03.250Z`
pub(crate) fn rfc3339(at: SystemTime) -> String {
    written(at, "%Y-%m-%dT%H:%M:%S%.3fZ")
}

/// `2026-03-12 09:00:03`
pub(crate) fn readable(at: SystemTime) -> String {
    written(at, "%Y-%m-%d %H:%M:%S")
}

/// The same where this machine is.
pub(crate) fn local(at: SystemTime) -> String {
    let here = Timestamp::try_from(at).map(|at| at.to_zoned_datetime(TimeZone::system()));
    here.map_or_else(
        |_| readable(at),
        |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

/// How long ago that was.
pub(crate) fn ago(at: SystemTime, now: SystemTime) -> String {
    // A clock may have been set back since.
    span(now.duration_since(at).unwrap_or_default())
}

/// As a pattern of `strftime` says.
pub(crate) fn written(at: SystemTime, pattern: &str) -> String {
    // A clock may be set to anything; what the calendar does not have is told as its end.
    let end = match at < UNIX_EPOCH {
        true => Timestamp::MIN,
        false => Timestamp::MAX,
    };
    Timestamp::try_from(at)
        .unwrap_or(end)
        .strftime(pattern)
        .to_string()
}

/// `320 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`: two units at most.
pub(crate) fn span(time: Duration) -> String {
    let (millis, seconds) = (time.as_millis(), time.as_secs());
    let two = |big: u64, unit: &str, small: u64, part: &str| match small {
        0 => format!("{big} {unit}"),
        _ => format!("{big} {unit} {small} {part}"),
    };
    match seconds {
        0 if millis == 0 => "under 1 ms".to_owned(),
        0 => format!("{millis} ms"),
        1..=9 => format!("{}.{} s", seconds, millis % 1_000 / 100),
        10..=59 => format!("{seconds} s"),
        60..=3_599 => two(seconds / 60, "min", seconds % 60, "s"),
        3_600..=86_399 => two(seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_two_units() {
        let cases = [
            (0, "under 1 ms"),
            (320, "320 ms"),
            (4_250, "4.2 s"),
            (59_999, "59 s"),
            (60_000, "1 min"),
            (200_000, "3 min 20 s"),
            (7_500_000, "2 h 5 min"),
            (86_400_000, "1 d"),
            (273_600_000, "3 d 4 h"),
        ];
        for (millis, text) in cases {
            assert_eq!(span(Duration::from_millis(millis)), text);
        }
    }

    #[test]
    fn times_are_in_utc_to_the_millisecond() {
        let at = UNIX_EPOCH + Duration::from_millis(1_773_306_003_250);
        assert_eq!(rfc3339(at), "2026-03-12T09:00:03.250Z");
        assert_eq!(readable(at), "2026-03-12 09:00:03");
        assert_eq!(
            rfc3339(UNIX_EPOCH - Duration::from_secs(1)),
            "1969-12-31T23:59:59.000Z"
        );
    }
}
