//! A terminal of 40 columns: what can be cut or broken fits, and a command stays as it can be copied.

use crate::site::Site;

#[test]
fn only_commands_are_wider_than_the_terminal() {
    let site =
        Site::at_build().acting("Build.frame fail because the tube of the frame is bent and cannot be used");
    assert_eq!(site.ends(&["run"]).status.code(), Some(1));
    for words in [
        ["status"].as_slice(),
        &["list"],
        &["plan"],
        &["next"],
        &["log"],
        &["why", "frame"],
    ] {
        let mut seat = site.seat(40, words);
        assert_eq!(seat.ends(), Some(0), "{words:?}");
        let raw = seat.raw();
        assert!(raw.lines().count() > 1, "{words:?} says nothing");
        for line in raw.lines() {
            let line = plain(line);
            let is_command = line.starts_with("    $ ");
            assert!(is_command || line.chars().count() <= 40, "{words:?}: {line}");
            assert!(!is_command || line.contains("moon"), "{words:?}: {line}");
        }
    }
    // Nothing is lost where it is not cut.
    let mut seat = site.seat(40, &["log"]);
    seat.ends();
    let words = seat.raw().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("because the tube of the frame is bent and cannot be used"),
        "{words}"
    );
}

#[test]
fn a_long_id_is_cut_in_the_list() {
    let site = Site::new();
    let id = "a-rocket-with-a-name-that-is-far-too-long-for-this";
    site.goes(&["run", id, "--input", "moon.toml"]);
    let mut seat = site.seat(40, &["list"]);
    assert_eq!(seat.ends(), Some(0));
    let rows = seat.rows();
    assert!(rows[0].starts_with("? a-rocket-with-a-name"), "{rows:?}");
    assert!(rows[0].ends_with("… waiting"), "{rows:?}");
    assert!(site.goes(&["list"]).contains(id), "programs get all of it");
}

/// Without colours.
fn plain(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| {
        plain + part.split_once('m').map_or("", |(_, rest)| rest)
    })
}
