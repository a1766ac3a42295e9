//! What is on the screen while a run goes on, and what is left of it.

use crate::seat::Seat;
use crate::site::Site;

/// No row of what goes on went over the edge, and the cursor is where it can be seen.
#[track_caller]
fn is_sane(seat: &Seat) {
    let rows = seat.rows();
    let bar = rows
        .iter()
        .position(|row| row.starts_with('▶') || row.contains('─'));
    let first = u16::try_from(bar.unwrap_or(0)).expect("there are 24 rows");
    let wrapped: Vec<_> = seat.screen(|screen| (first..24).filter(|row| screen.row_wrapped(*row)).collect());
    assert!(wrapped.is_empty(), "rows {wrapped:?} are broken");
    assert!(!seat.screen(vt100::Screen::hide_cursor), "the cursor is hidden");
}

/// How many rows have that.
fn count(rows: &[String], text: &str) -> usize {
    rows.iter().filter(|row| row.contains(text)).count()
}

#[test]
fn parallel_steps_are_on_the_screen_at_once_with_what_they_say() {
    for columns in [80, 40] {
        let long =
            "bends all the tubes of the frame into shape and one after the other and then some more of them";
        let acts = format!("Build.frame until go {long}; Build.engine until go lights it");
        let site = Site::at_build().acting(&acts);
        let mut seat = site.seat(columns, &["run"]);
        seat.waits("two steps below their phase", |rows| {
            rows.iter().any(|row| row.starts_with("▶ Build ────────── 0/3 "))
                && rows
                    .iter()
                    .any(|row| row.starts_with("  ") && row.contains(" frame "))
                && rows
                    .iter()
                    .any(|row| row.contains(" engine ") && row.ends_with("lights it"))
        });
        seat.waits("what does not fit is left out", |rows| {
            let row = rows.iter().find(|row| row.contains(" frame "));
            row.is_some_and(|row| row.contains("  bends all") && row.ends_with('…'))
        });
        is_sane(&seat);
        assert_eq!(seat.rows().last().unwrap(), "· then Paint, Launching");
        site.lets("go");
        assert_eq!(seat.ends(), Some(0));
        let rows = seat.rows();
        for over in [
            "✓ Design 3/3",
            "✓ Build 3/3  ",
            "✓ Paint 1/1  ",
            "? Launching 0/3  ",
        ] {
            assert_eq!(count(&rows, over), 1, "{over}\n{}", rows.join("\n"));
        }
        assert_eq!(count(&rows, "▶"), 0, "a bar is left");
        assert!(
            rows.iter()
                .any(|row| row.starts_with("? `moon` waits for a person: 7 of"))
        );
        assert!(rows.contains(&"next".to_owned()));
        assert!(!seat.screen(vt100::Screen::hide_cursor));
    }
}

#[test]
fn a_bar_fills_as_steps_are_done() {
    let site = Site::at_build().acting("Build.frame until go; Build.assemble until on");
    let mut seat = site.seat(80, &["run"]);
    seat.sees("▶ Build ━━━─────── 1/3");
    site.lets("go");
    seat.sees_all(&["▶ Build ━━━━━━──── 2/3", " assemble "]);
    site.lets("on");
    assert_eq!(seat.ends(), Some(0));
}

#[test]
fn a_step_that_is_tried_again_counts_down_to_its_next_attempt() {
    let site = Site::new();
    let mut seat = site.patience(40);
    seat.sees_all(&["✗ Waiting.knock failed on attempt 1:", "attempt 2/3"]);
    seat.sees("↻ knock  again in 2 s");
    seat.sees("↻ knock  again in 1 s");
    is_sane(&seat);
    assert_eq!(seat.ends(), Some(0));
    let rows = seat.rows();
    assert_eq!(count(&rows, "nobody opens"), 1, "the failure stays");
    assert_eq!(count(&rows, "✓ Waiting 1/1"), 1);
}

#[test]
fn a_halted_run_ends_with_what_failed_and_the_command_that_goes_on() {
    for columns in [80, 40] {
        let site = Site::at_build().acting("Build.frame fail the tube is bent");
        let mut seat = site.seat(columns, &["run"]);
        assert_eq!(seat.ends(), Some(1));
        let shown = seat.rows().join("\n");
        assert!(
            shown.contains("✗ Build.frame failed on attempt 1: the"),
            "{shown}"
        );
        assert!(shown.contains("\n✗ Build 1/3  "), "{shown}");
        // A terminal that is as narrow breaks words and commands, so this is looked at as it was printed.
        let raw = seat.raw();
        let (_, end) = raw.split_once("\u{1b}[0m: ").expect("there is an error");
        assert!(end.contains("the tube is bent"), "{end}");
        assert!(end.contains("run moon`; what is done stays done"), "{end}");
        assert!(end.contains("`moon` halted: 4 of"), "{end}");
        assert!(end.contains("try `Build.frame` again"), "{end}");
    }
}

#[test]
fn who_waits_for_a_person_sees_for_whom_and_how_they_answer() {
    let site = Site::new().acting("Launching.ready until go");
    let mut seat = site.seat(100, &["run", "--input", "moon.toml", "--wait"]);
    seat.sees_all(&[
        "? Design.review waits for Reviewer",
        "approve Design.review --run moon",
        "reject Design.review -m REASON --run moon",
        "? Design ━━━━━━──── 2/3",
        "  ? review  ",
        "  waits for Reviewer",
    ]);
    site.goes(&["approve", "review"]);
    seat.sees_all(&[
        "✓ Design 3/3",
        "? forecast  ",
        "done Launching.forecast --artifact FILE",
    ]);
    site.goes(&["done", "forecast", "--artifact", "weather.toml"]);
    seat.sees_all(&["▶ Launching ━━━─────── 1/3", " ready "]);
    assert_eq!(count(&seat.rows(), "? forecast  "), 0, "nobody waits any more");
    site.lets("go");
    assert_eq!(seat.ends(), Some(0));
    let rows = seat.rows();
    assert_eq!(count(&rows, "✓ Design 3/3"), 1);
    assert_eq!(count(&rows, "✓ Launching 3/3"), 1);
    assert_eq!(count(&rows, "✓ `moon` is done: 10 of 10 steps done"), 1);
}

#[test]
fn a_terminal_that_is_resized_is_drawn_anew() {
    let site =
        Site::at_build().acting("Build.frame until go bends all the tubes of the frame and then some more");
    let mut seat = site.seat(80, &["run"]);
    seat.sees_all(&["▶ Build", "and then some", "· then Paint"]);
    for columns in [30, 60, 40] {
        seat.makes_it(columns);
        seat.waits("the rows in the new width, once", |rows| {
            let row = rows.iter().find(|row| row.contains(" frame "));
            let fills =
                row.is_some_and(|row| row.ends_with('…') && row.chars().count() + 3 == usize::from(columns));
            let once = ["▶ Build", " frame ", "· then", "✓ Design"]
                .iter()
                .all(|text| count(rows, text) == 1);
            fills && once
        });
        is_sane(&seat);
    }
    site.lets("go");
    assert_eq!(seat.ends(), Some(0));
    assert_eq!(count(&seat.rows(), "✓ Build 3/3"), 1);
    assert_eq!(count(&seat.rows(), "▶"), 0);
}

#[test]
fn a_step_that_panics_leaves_its_words_and_no_bar_above_them() {
    let site = Site::at_build().acting("Build.frame until go; Build.assemble panic out of oil");
    let mut seat = site.seat(80, &["run"]);
    seat.sees_all(&["▶ Build ━━━─────── 1/3", " frame "]);
    site.lets("go");
    assert_eq!(seat.ends(), Some(1));
    let rows = seat.rows();
    assert_eq!(count(&rows, "panicked at"), 1);
    assert_eq!(
        count(
            &rows,
            "✗ Build.assemble failed on attempt 1: panicked: out of oil"
        ),
        1
    );
    assert_eq!(count(&rows, "✗ Build 2/3"), 1);
    assert_eq!(count(&rows, "─"), 0, "a bar is left");
}

#[test]
fn taking_a_run_back_is_seen_too() {
    let site = Site::at_build();
    site.goes(&["run"]);
    let mut seat = site.seat(80, &["undo", "--yes"]);
    assert_eq!(seat.ends(), Some(0));
    let rows = seat.rows();
    assert_eq!(count(&rows, "↶ Build.frame was undone"), 1);
    assert_eq!(count(&rows, "↶ `moon` was taken back"), 1);
}

#[test]
fn no_color_leaves_the_bars_and_takes_the_colours() {
    let colored = Site::at_build().acting("Build.frame until go");
    let plain = [
        Site::at_build()
            .acting("Build.frame until go")
            .with("NO_COLOR", "1"),
        Site::at_build().acting("Build.frame until go"),
    ];
    let words = [vec!["run"], vec!["run", "--color", "never"]];
    for (site, words) in plain.iter().zip(words) {
        let mut seat = site.seat(80, &words);
        seat.sees("▶ Build ━");
        site.lets("go");
        assert_eq!(seat.ends(), Some(0));
        let raw = seat.raw();
        let sequences = raw.split("\u{1b}[").skip(1);
        let last = |sequence: &str| sequence.chars().find(|c| !(c.is_ascii_digit() || *c == ';'));
        assert!(
            sequences.clone().all(|sequence| last(sequence) != Some('m')),
            "{raw:?}"
        );
        assert!(sequences.count() > 0, "nothing was drawn");
    }
    let mut seat = colored.seat(80, &["run"]);
    seat.sees("▶ Build ━");
    colored.lets("go");
    assert_eq!(seat.ends(), Some(0));
    assert!(seat.raw().contains("\u{1b}[36m▶ Build"), "there are colours else");
}

#[test]
fn a_dumb_terminal_is_told_plain_lines_with_times() {
    let site = Site::at_build().acting("Build.frame fail").with("TERM", "dumb");
    let mut seat = site.seat(80, &["run"]);
    assert_eq!(seat.ends(), Some(1));
    let raw = seat.raw();
    assert!(!raw.contains('\u{1b}'), "{raw:?}");
    let (line, _) = raw.split_once("▶ Build.frame begins").expect("there are lines");
    assert!(line.ends_with(" s] "), "{line:?}");
    assert!(raw.contains("✗ Build.frame failed on attempt 1"));
}
