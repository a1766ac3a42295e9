//! What steps and people write does nothing to the terminal.

use crate::site::Site;

/// Without what divides the acts of `LAUNCH`.
const EVIL: &str = "\u{1b}[2J\u{1b}]2pwned\u{7}\u{1b}[31m\u{1b}[5A\rred\u{9b}2J\u{202e}end";

#[test]
fn what_a_step_says_is_shown_and_not_carried_out() {
    let acts = format!("Build.frame until go {EVIL}; Build.assemble fail {EVIL}");
    let site = Site::at_build().acting(&acts);
    let mut seat = site.seat(100, &["run"]);
    seat.sees_all(&["✓ Design 3/3", "▶ Build", "␛[2J␛]2pwned␇␛[5A␍red"]);
    site.lets("go");
    assert_eq!(seat.ends(), Some(1));
    assert_tame(&seat.raw());
    let rows = seat.rows();
    assert!(
        rows.iter().any(|row| row.contains("✗ Build.assemble failed")),
        "{rows:?}"
    );
    for verb in ["log", "status", "next"] {
        let mut seat = site.seat(100, &[verb]);
        assert_eq!(seat.ends(), Some(0));
        assert_tame(&seat.raw());
    }
    let mut seat = site.seat(100, &["why", "assemble"]);
    assert_eq!(seat.ends(), Some(0));
    assert_tame(&seat.raw());
}

#[test]
fn scripts_get_what_was_said_as_it_was() {
    let acts = format!("Design.gather say {EVIL}");
    let site = Site::new().acting(&acts);
    let events = site.goes(&["run", "--input", "moon.toml", "--json-lines"]);
    assert_tame(&events);
    let said = events
        .lines()
        .find(|line| line.contains("\"said\""))
        .expect("it said something");
    let said: serde_json::Value = serde_json::from_str(said).unwrap();
    assert_eq!(said["message"], EVIL);
    let log = site.goes(&["log", "--json"]);
    assert_tame(&log);
    let log: serde_json::Value = serde_json::from_str(&log).unwrap();
    let said = log["lines"]
        .as_array()
        .unwrap()
        .iter()
        .find_map(|line| line["said"].get(0));
    assert_eq!(said.expect("it is in the log"), EVIL);
    // And who reads plain lines is not misled either.
    let site = Site::new().acting(&acts);
    let output = site.ends(&["run", "--input", "moon.toml"]);
    assert_tame(&String::from_utf8(output.stderr).unwrap());
}

#[test]
fn what_is_said_in_several_lines_looks_like_one_thing() {
    let acts = "Design.gather fail one\n✓ Design.review was approved";
    let site = Site::new().acting(acts);
    let output = site.ends(&["run", "--input", "moon.toml"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("one\n"), "{told}");
    assert!(
        !site.goes(&["log"]).lines().any(|line| line.starts_with('✓')),
        "it is set in"
    );
    let mut seat = site.seat(80, &["log"]);
    assert_eq!(seat.ends(), Some(0));
    assert!(
        seat.rows()
            .iter()
            .any(|row| row.starts_with("      ✓ Design.review was approved")
                || row.trim_start().starts_with("✓ Design.review"))
    );
}

/// That nothing but colours, and what draws the bars, goes to the terminal.
#[track_caller]
fn assert_tame(raw: &str) {
    for evil in [
        "\u{1b}[2J",
        "\u{1b}]",
        "\u{7}",
        "\u{1b}[31m\u{1b}",
        "\u{1b}[5A",
        "\rred",
        "\u{9b}",
        "\u{202e}",
    ] {
        assert!(!raw.contains(evil), "{evil:?} in {raw:?}");
    }
}
