//! Where on the timeline a moment stands: work to scale, and long breaks cut short, so that a run which waited for three
//! days can still be read.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::cli::moment::written;

/// A stretch of time.
pub(super) type Stretch = (SystemTime, SystemTime);

/// From moments to percent of the width.
pub(super) struct Scale {
    parts: Vec<Part>,
}

/// A part of the timeline: to scale, or cut short.
pub(super) struct Part {
    pub(super) from: SystemTime,
    pub(super) to: SystemTime,
    pub(super) left: f64,
    pub(super) width: f64,
    pub(super) is_break: bool,
}

/// A mark on the axis.
pub(super) struct Tick {
    pub(super) at: SystemTime,
    pub(super) left: f64,
    /// The day, where it is another than that of the tick before.
    pub(super) day: Option<String>,
    pub(super) time: String,
}

/// Nobody wants to see a shorter one cut out.
const SHORTEST_BREAK: Duration = Duration::from_secs(30);
/// Ticks are not closer together than that, in percent.
const APART: f64 = 13.0;

impl Scale {
    /// Of all stretches in which something went on, moments included; `None` if there are none.
    pub(super) fn over(mut busy: Vec<Stretch>) -> Option<Scale> {
        busy.iter_mut().for_each(|stretch| {
            // A clock that was set back.
            if stretch.1 < stretch.0 {
                *stretch = (stretch.1, stretch.0);
            }
        });
        busy.sort();
        let islands = joined(&busy, Duration::ZERO);
        let work: Duration = islands.iter().map(length).sum();
        let islands = joined(&islands, SHORTEST_BREAK.max(work / 3));
        let parts = laid_out(&islands);
        (!parts.is_empty()).then_some(Scale { parts })
    }

    /// In percent of the width.
    pub(super) fn at(&self, at: SystemTime) -> f64 {
        let part = self.parts.iter().find(|part| at <= part.to).or(self.parts.last());
        let Some(part) = part else { return 0.0 };
        let whole = length(&(part.from, part.to)).as_secs_f64();
        let done = length(&(part.from, at)).as_secs_f64();
        let share = if whole > 0.0 { (done / whole).min(1.0) } else { 0.0 };
        part.left + share * part.width
    }

    pub(super) fn breaks(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.is_break)
    }

    pub(super) fn ticks(&self) -> Vec<Tick> {
        let mut ticks: Vec<Tick> = Vec::new();
        for part in self.parts.iter().filter(|part| !part.is_break) {
            let length = length(&(part.from, part.to));
            let step = step(length, part.width);
            let pattern = match step.as_secs() {
                0 => "%H:%M:%S%.3f",
                1..=59 => "%H:%M:%S",
                _ => "%H:%M",
            };
            let inner = round_times(part, step);
            for at in std::iter::once(part.from).chain(inner) {
                let left = self.at(at);
                let is_free = ticks.last().is_none_or(|tick| left - tick.left >= APART);
                if !is_free || left > 100.0 - APART / 2.0 {
                    continue;
                }
                let day = written(at, "%-d %b");
                let is_new = ticks.last().is_none_or(|tick| written(tick.at, "%-d %b") != day);
                ticks.push(Tick {
                    at,
                    left,
                    day: is_new.then_some(day),
                    time: written(at, pattern),
                });
            }
        }
        ticks
    }
}

/// Stretches in order, those together that are no further apart than that.
fn joined(stretches: &[Stretch], apart: Duration) -> Vec<Stretch> {
    let mut joined: Vec<Stretch> = Vec::new();
    for stretch in stretches {
        match joined.last_mut() {
            Some(last) if length(&(last.1, stretch.0)) <= apart => last.1 = last.1.max(stretch.1),
            _ => joined.push(*stretch),
        }
    }
    joined
}

/// Gives each island its share of the width, and each break between them the same narrow one.
fn laid_out(islands: &[Stretch]) -> Vec<Part> {
    let breaks = islands.len().saturating_sub(1);
    let narrow = (30.0 / breaks.max(1) as f64).min(4.0);
    let whole: f64 = islands.iter().map(|island| length(island).as_secs_f64()).sum();
    // A moment must be seen too.
    let least = if whole > 0.0 { whole * 0.03 } else { 1.0 };
    let weight = |island: &Stretch| length(island).as_secs_f64().max(least);
    let unit = (100.0 - narrow * breaks as f64) / islands.iter().map(weight).sum::<f64>();
    let mut parts: Vec<Part> = Vec::new();
    let mut left = 0.0;
    for island in islands {
        if let Some(before) = parts.last() {
            let from = before.to;
            parts.push(Part {
                from,
                to: island.0,
                left,
                width: narrow,
                is_break: true,
            });
            left += narrow;
        }
        let width = weight(island) * unit;
        parts.push(Part {
            from: island.0,
            to: island.1,
            left,
            width,
            is_break: false,
        });
        left += width;
    }
    parts
}

/// The time between two ticks: a round one, and wide enough.
fn step(length: Duration, width: f64) -> Duration {
    const MILLIS: [u64; 22] = [
        10,
        50,
        100,
        250,
        500,
        1_000,
        2_000,
        5_000,
        10_000,
        30_000,
        60_000,
        120_000,
        300_000,
        600_000,
        1_800_000,
        3_600_000,
        7_200_000,
        14_400_000,
        21_600_000,
        43_200_000,
        86_400_000,
        604_800_000,
    ];
    let least = length.as_secs_f64() * APART / width.max(0.1) * 1_000.0;
    let step = MILLIS.iter().find(|step| **step as f64 >= least);
    Duration::from_millis(step.copied().unwrap_or(MILLIS[21]))
}

/// The multiples of the step within a part.
fn round_times(part: &Part, step: Duration) -> impl Iterator<Item = SystemTime> {
    let since = part.from.duration_since(UNIX_EPOCH).unwrap_or_default();
    let step = step.as_millis().max(1);
    let first = (since.as_millis() / step + 1) * step;
    let to = part.to;
    (0..64_u128)
        .filter_map(move |at| u64::try_from(first + at * step).ok())
        .map(|millis| UNIX_EPOCH + Duration::from_millis(millis))
        .take_while(move |at| *at <= to)
}

pub(super) fn length((from, to): &Stretch) -> Duration {
    to.duration_since(*from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_773_306_000 + seconds)
    }

    fn scale(stretches: &[(u64, u64)]) -> Scale {
        Scale::over(stretches.iter().map(|(from, to)| (at(*from), at(*to))).collect()).unwrap()
    }

    #[test]
    fn work_is_to_scale() {
        let scale = scale(&[(0, 25), (25, 100)]);
        assert_eq!(
            (scale.at(at(0)), scale.at(at(25)), scale.at(at(100))),
            (0.0, 25.0, 100.0)
        );
        assert_eq!(scale.breaks().count(), 0);
    }

    #[test]
    fn three_days_of_waiting_take_four_percent() {
        let scale = scale(&[(0, 3_600), (259_200, 262_800)]);
        let breaks: Vec<_> = scale.breaks().map(|part| (part.left, part.width)).collect();
        assert_eq!(breaks, [(48.0, 4.0)]);
        assert_eq!(scale.at(at(259_200)), 52.0);
        assert_eq!(scale.at(at(131_400)), 50.0);
    }

    #[test]
    fn many_breaks_leave_most_of_the_width_to_the_work() {
        let days: Vec<_> = (0..200).map(|day| (day * 86_400, day * 86_400 + 60)).collect();
        let scale = scale(&days);
        let narrow: f64 = scale.breaks().map(|part| part.width).sum();
        assert!((narrow - 30.0).abs() < 0.001, "{narrow}");
        assert!((scale.at(at(199 * 86_400 + 60)) - 100.0).abs() < 0.001);
    }

    #[test]
    fn moments_alone_and_a_clock_set_back_have_a_place() {
        let scale = scale(&[(0, 0), (86_400, 86_400), (100, 90)]);
        let places = [
            scale.at(at(0)),
            scale.at(at(95)),
            scale.at(at(86_400)),
            scale.at(at(999_999)),
        ];
        assert!(
            places.iter().all(|place| (0.0..=100.0).contains(place)),
            "{places:?}"
        );
        assert!(places.is_sorted(), "{places:?}");
        // What took from 90 to 100 is no break, whichever of the two was written first.
        let is_clear = |part: &Part| part.to <= at(90) || part.from >= at(100);
        assert!(scale.breaks().all(is_clear));
        assert!(Scale::over(Vec::new()).is_none());
    }

    #[test]
    fn ticks_are_round_and_apart() {
        let ticks = scale(&[(130, 3_700)]).ticks();
        let times: Vec<_> = ticks.iter().map(|tick| tick.time.as_str()).collect();
        assert_eq!(times, ["09:02", "09:10", "09:20", "09:30", "09:40", "09:50"]);
        assert_eq!(ticks[0].day.as_deref(), Some("12 Mar"));
        assert!(ticks[1..].iter().all(|tick| tick.day.is_none()));
    }
}
