//! Ctrl-C and `kill` while a run goes on.

use std::process::Command;

use crate::site::Site;

#[test]
fn ctrl_c_stops_the_run_and_says_how_it_goes_on() {
    let site = Site::at_build().acting("Build.frame until go; Build.engine until go");
    let mut seat = site.seat(80, &["run"]);
    seat.sees_all(&[" frame ", " engine "]);
    seat.presses_ctrl_c();
    assert_eq!(seat.ends(), Some(130));
    let rows = seat.rows();
    let has = |text: &str| rows.iter().filter(|row| row.contains(text)).count();
    // Nobody is told to wait when nobody has to.
    assert!(has("stopping as soon as") <= 1);
    assert_eq!(has("○ Build 0/3"), 1);
    assert_eq!(has("○ `moon` was stopped: 3 of"), 1);
    assert_eq!(has("run moon"), 2, "the fix, and what is next");
    assert_eq!(has("▶"), 0, "a bar is left");
    assert!(!seat.screen(vt100::Screen::hide_cursor));
    // And it does.
    site.lets("go");
    let mut seat = site.seat(80, &["run"]);
    assert_eq!(seat.ends(), Some(0));
}

#[test]
fn a_second_ctrl_c_ends_at_once_what_does_not_stop() {
    let site = Site::at_build().acting("Build.frame block never");
    let mut seat = site.seat(80, &["run"]);
    seat.sees(" frame ");
    seat.presses_ctrl_c();
    seat.waits("stopping, without bars", |rows| {
        rows.iter().any(|row| row.contains("stopping as soon as"))
            && !rows
                .iter()
                .any(|row| row.contains('▶') || row.contains(" frame "))
    });
    seat.presses_ctrl_c();
    assert_eq!(seat.ends(), Some(130));
    assert!(!seat.screen(vt100::Screen::hide_cursor));
    let cursor = seat.screen(vt100::Screen::cursor_position).0;
    assert_eq!(
        usize::from(cursor) + 1,
        seat.rows().len(),
        "it is below all that was told"
    );
    assert!(site.goes(&["status"]).contains("cancelled"), "nothing is lost");
}

#[test]
fn kill_stops_the_run_as_ctrl_c_does() {
    let site = Site::at_build().acting("Build.frame until go");
    let mut seat = site.seat(80, &["run"]);
    seat.sees(" frame ");
    let kill = Command::new("sh")
        .args(["-c", &format!("kill {}", seat.id())])
        .status();
    assert!(kill.expect("there is a shell").success());
    assert_eq!(seat.ends(), Some(130));
    assert!(seat.rows().iter().any(|row| row.contains("`moon` was stopped")));
}

#[test]
fn ctrl_c_stops_a_run_that_waits_for_a_person() {
    let site = Site::new();
    let mut seat = site.seat(80, &["run", "--input", "moon.toml", "--wait"]);
    seat.sees("waits for Reviewer");
    seat.presses_ctrl_c();
    assert_eq!(seat.ends(), Some(130));
    assert!(seat.rows().iter().any(|row| row.contains("stopped")));
}
