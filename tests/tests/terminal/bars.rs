//! What is on the screen while a run goes on, and what is left of it.

use crate::site::Site;

const RUN: [&str; 3] = ["run", "--input", "moon.toml"];

/// A run that stands at the beginning of `Build`.
fn at_build(acts: &str) -> Site {
    let site = Site::new();
    site.goes(&RUN);
    site.goes(&["approve", "review", "--by", "grace"]);
    site.acting(acts)
}

#[test]
fn parallel_steps_are_on_the_screen_at_once_with_what_they_say() {
    for columns in [80, 40] {
        let site = at_build("Build.frame until go bends the tubes; Build.engine until go lights it");
        let mut seat = site.seat(columns, &["run"]);
        seat.sees_all(&[
            "▶ Build ────────── 0/3",
            "frame",
            "bends the tub",
            "engine",
            "lights it",
        ]);
        let wrapped = seat.screen(|screen| (0..24).any(|row| screen.row_wrapped(row)));
        println!("{}", seat.rows().join("\n"));
        println!("{wrapped}");
        site.lets("go");
        assert_eq!(seat.ends(), Some(0));
        println!("{}", seat.rows().join("\n"));
    }
}
