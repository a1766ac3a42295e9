//! What is asked at a terminal, and what no key there does.

use crate::site::Site;

#[test]
fn what_cannot_be_taken_back_is_done_when_the_answer_is_yes() {
    for (keys, status, says) in [
        ("y\n", 0, "`moon` was taken back"),
        ("YES\n", 0, "`moon` was taken back"),
        ("n\n", 130, "nothing was done"),
        ("\n", 130, "nothing was done"),
        ("\x04", 130, "nothing was done"),
        ("\x03", 130, "nothing was done"),
    ] {
        let site = Site::at_build();
        let mut seat = site.seat(80, &["undo"]);
        seat.sees("Take back everything that `moon` did? [y/N]");
        seat.types(keys);
        assert_eq!(seat.ends(), Some(status), "{keys:?}");
        let rows = seat.rows();
        let row = rows.iter().find(|row| row.contains(says));
        let row = row.unwrap_or_else(|| panic!("{keys:?}: {}", rows.join("\n")));
        assert!(!row.contains("[y/N]"), "{row}: it begins a row");
        let is_undone = site.goes(&["status"]).contains("was undone");
        assert_eq!(is_undone, status == 0, "{keys:?}");
    }
}

#[test]
fn a_run_is_cancelled_when_the_answer_is_yes() {
    for (keys, status) in [("y\n", 0), ("n\n", 130), ("\x03", 130)] {
        let site = Site::at_build();
        let mut seat = site.seat(80, &["cancel"]);
        seat.sees("Mark `moon` as cancelled? [y/N]");
        seat.types(keys);
        assert_eq!(seat.ends(), Some(status), "{keys:?}");
        let is_cancelled = site.goes(&["status"]).contains("is cancelled");
        assert_eq!(is_cancelled, status == 0, "{keys:?}");
    }
}

#[test]
fn who_said_yes_before_is_not_asked() {
    for verb in ["undo", "cancel"] {
        let site = Site::at_build();
        let mut seat = site.seat(80, &[verb, "--yes"]);
        assert_eq!(seat.ends(), Some(0));
        assert!(!seat.raw().contains("[y/N]"));
    }
}

#[test]
fn where_nobody_sits_it_must_have_been_said_before() {
    for verb in ["undo", "cancel"] {
        let site = Site::at_build();
        let output = site.ends(&[verb]);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("--yes"));
        assert!(site.goes(&["status"]).contains("can go on"));
    }
}

#[test]
fn the_reason_of_a_rejection_is_asked_for() {
    for (keys, status, says) in [
        ("too ugly\n", 0, "was rejected by ada"),
        ("  \n", 2, "a reason is due"),
        ("\x04", 2, "a reason is due"),
        ("\x03", 130, "nothing was done"),
    ] {
        let site = Site::new();
        site.goes(&["run", "--input", "moon.toml"]);
        let mut seat = site.seat(80, &["reject", "review"]);
        seat.sees("Why is `Design.review` rejected?");
        seat.types(keys);
        assert_eq!(seat.ends(), Some(status), "{keys:?}");
        assert!(seat.rows().iter().any(|row| row.contains(says)), "{keys:?}");
        let log = site.goes(&["log"]);
        assert_eq!(log.contains("too ugly"), status == 0, "{log}");
    }
}

#[test]
fn the_reason_for_skipping_is_asked_for() {
    for (keys, status) in [("no paint is left\n", 0), ("\n", 2), ("\x03", 130)] {
        // Whether the phase is waived is asked first, so it is not begun when the run halts.
        let site = Site::at_build().acting("Paint.paint fail");
        assert_eq!(site.ends(&["run"]).status.code(), Some(1));
        let mut seat = site.seat(80, &["skip", "Paint"]);
        seat.sees("Why is `Paint` skipped?");
        seat.types(keys);
        assert_eq!(seat.ends(), Some(status), "{keys:?}");
        let log = site.goes(&["log"]);
        assert_eq!(log.contains("no paint is left"), status == 0, "{log}");
    }
}

#[test]
fn no_gate_is_passed_by_saying_yes() {
    let site = Site::new();
    assert_eq!(
        site.ends(&["run", "--input", "moon.toml", "--yes"]).status.code(),
        Some(2)
    );
    site.goes(&["run", "--input", "moon.toml"]);
    assert_eq!(site.ends(&["approve", "review", "--yes"]).status.code(), Some(2));
    let mut seat = site.seat(80, &["run"]);
    assert_eq!(seat.ends(), Some(0), "it asks nothing");
    assert!(seat.rows().iter().any(|row| row.contains("waits for a person")));
    assert!(seat.raw().contains("approve Design.review --run moon"));
}
