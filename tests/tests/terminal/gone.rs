//! Nobody reads what is printed, or it cannot be written: the run goes on, and nothing of it is lost.

use crate::site::Site;

const RUN: [&str; 3] = ["run", "--input", "moon.toml"];

#[test]
fn a_run_goes_on_when_its_reader_is_gone() {
    for (form, reader) in [
        ("", "head -1"),
        ("--json-lines", "head -1"),
        ("--json", "true"),
        ("2>&1", "head -1"),
    ] {
        let site = Site::new().acting("Design.gather slow 200");
        let line = format!("{{ \"$PROGRAM\" run --input moon.toml {form}; echo $? > status; }} | {reader}");
        let output = site.shell(&line);
        assert!(output.status.success());
        let status = std::fs::read_to_string(site.path().join("status")).unwrap();
        assert_eq!(status.trim(), "0", "{form}");
        assert!(site.goes(&["status"]).contains("is waiting: 2 of"), "{form}");
    }
}

#[test]
fn a_run_that_halts_says_so_by_its_status_when_its_reader_is_gone() {
    let site = Site::new().acting("Design.gather fail");
    site.shell("{ \"$PROGRAM\" run --input moon.toml --json-lines 2>/dev/null; echo $? > status; } | true");
    let status = std::fs::read_to_string(site.path().join("status")).unwrap();
    assert_eq!(status.trim(), "1");
}

#[test]
fn looking_is_quiet_when_the_reader_is_gone() {
    let site = Site::at_build();
    for verb in [
        "log",
        "status",
        "list",
        "plan",
        "next",
        "graph",
        "completions bash",
    ] {
        let line = format!("{{ \"$PROGRAM\" {verb} 2>errors; echo $? > status; }} | head -1");
        site.shell(&line);
        let read = |file| std::fs::read_to_string(site.path().join(file)).unwrap();
        assert_eq!(
            (read("status").trim(), read("errors").as_str()),
            ("0", ""),
            "{verb}"
        );
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error_with_a_message_and_the_run_is_kept() {
    for form in ["", "--json", "--json-lines"] {
        let site = Site::new();
        let line = format!("\"$PROGRAM\" run --input moon.toml {form} > /dev/full");
        let output = site.shell(&line);
        assert_eq!(output.status.code(), Some(1), "{form}");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(errors.contains("standard output cannot be written"), "{errors}");
        assert!(site.goes(&["status"]).contains("is waiting: 2 of"), "{form}");
        for verb in ["log", "status", "plan"] {
            let output = site.shell(&format!("\"$PROGRAM\" {verb} {form} > /dev/full"));
            assert_eq!(output.status.code(), Some(1), "{verb} {form}");
        }
    }
}

#[test]
fn who_does_not_sit_at_a_terminal_gets_a_line_for_each_thing() {
    let site = Site::new().acting("Design.draw fail no pencil");
    let output = site.ends(&RUN);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(!told.contains('\u{1b}'), "{told}");
    let without_time = |line: &str| line.split_once("s] ").map(|(_, rest)| rest.to_owned());
    let lines: Vec<_> = told.lines().map(|line| without_time(line).expect(line)).collect();
    let begins = [
        "  the run begins",
        "▶ Design.gather begins",
        "  Design.gather: 1 parts",
        "✓ Design.gather (",
        "▶ Design.draw begins",
        "✗ Design.draw failed on attempt 1: no pencil; again in ",
        "▶ Design.draw begins again, attempt 2",
        "✓ Design.draw (",
        "? Design.review waits for Reviewer",
    ];
    assert_eq!(lines.len(), begins.len(), "{told}");
    for (line, begin) in lines.iter().zip(begins) {
        assert!(line.starts_with(begin), "{line}");
    }
}

#[test]
fn scripts_get_prose_beside_a_document_and_none_beside_lines() {
    for (form, prose) in [("--json", true), ("--json-lines", false)] {
        let site = Site::new();
        let output = site.ends(&["run", "--input", "moon.toml", form]);
        assert!(output.status.success());
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(told.contains("the run begins"), prose, "{told}");
        assert!(prose || told.is_empty(), "{told}");
        // The same where both are a terminal.
        let site = Site::new();
        let mut seat = site.seat(80, &["run", "--input", "moon.toml", form]);
        assert_eq!(seat.ends(), Some(0));
        assert_eq!(seat.raw().contains("the run begins"), prose);
        assert!(!seat.raw().contains("\u{1b}[2K"), "nothing is drawn");
    }
}
