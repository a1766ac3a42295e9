use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use super::{POLICY, SCRIPT, report};
use crate::cli::actions::{Action, Verb};
use crate::cli::sample::{
    Diary, Release, began, done, eventful, failed, handed_in, rejected, signature, waiting,
};
use crate::cli::view::View;
use crate::history::RecordKind;
use crate::plan::{Plan, write};
use crate::summary::Standing;

fn written(diary: Diary) -> String {
    let now = diary.now() + Duration::from_secs(5_000);
    report(&diary.view(), &[], now)
}

/// What a reader has before them, without the markup.
fn text(html: &str) -> String {
    let (mut text, mut is_tag) = (String::new(), false);
    let body = &html[html.find("<body").unwrap()..];
    let plain = without(&without(body, "<style", "</style>"), "<script", "</script>");
    for c in plain.chars() {
        match c {
            '<' => is_tag = true,
            '>' => is_tag = false,
            c if !is_tag => text.push(c),
            _ => {}
        }
    }
    text
}

fn without(html: &str, from: &str, to: &str) -> String {
    let mut left = String::new();
    let mut rest = html;
    while let Some(start) = rest.find(from) {
        left.push_str(&rest[..start]);
        let end = rest[start..].find(to).unwrap();
        rest = &rest[start + end + to.len()..];
    }
    left + rest
}

fn assert_has(html: &str, parts: &[&str]) {
    let text = text(html);
    for part in parts {
        assert!(text.contains(part), "no `{part}` in {text}");
    }
}

#[test]
fn tells_where_a_run_stands_and_what_is_next() {
    let html = written(eventful());
    assert_has(
        &html,
        &[
            "Run of Release",
            "till",
            "From a wish to a release.",
            "7 of 9 steps done",
        ],
    );
    assert_has(&html, &["2 passes: sent back once", "Held bynobody", "3 d 6 h"]);
    assert_has(
        &html,
        &["Hand in Launch.date, as Owner. Asked since 2026-03-15 15:29:02."],
    );
}

#[test]
fn tells_what_is_next_however_a_run_stands() {
    let begun = || {
        Diary::of(Release::PLAN)
            .then(0, began())
            .then(9, done("Requirements.gather", 0, 1, 9, "[]"))
    };
    let halted = begun()
        .then(9, failed("Design.draw", 0, 3, 9, "no ink"))
        .stands(Standing::Halted);
    assert_has(
        &written(halted),
        &["Design.draw failed: no ink. Drive the run again"],
    );
    assert_has(
        &written(begun()),
        &["Drive the run: it goes on with Design.draw."],
    );
    let mut held = begun();
    held.held_by = Some("host:1".to_owned());
    assert_has(
        &written(held),
        &["Design.draw is being worked on.", "Held byhost:1"],
    );
    assert_has(
        &written(begun().stands(Standing::Cancelled)),
        &["It was told to stop."],
    );
    assert_has(
        &written(begun().stands(Standing::Done)),
        &["Nothing: the run is done."],
    );
    let refused = begun()
        .then(9, rejected("Design.review", 0, "ugly", None))
        .stands(Standing::Halted);
    assert_has(
        &written(refused),
        &["Design.review rejected: ugly. The rejection stands"],
    );
}

#[test]
fn tells_everything_of_a_step() {
    let html = written(eventful());
    assert_has(
        &html,
        &[
            "With a pencil, to scale.",
            "Tried 3 times at most.",
            "Estimated at 10 min to 30 min.",
        ],
    );
    assert_has(
        &html,
        &["failed, attempt 1, first pass, 10 min, 2026-03-12 09:12:00, record 3the pencil broke\nin two"],
    );
    assert_has(&html, &["handed in by ada as Architect: “looks good”"]);
    assert_has(
        &html,
        &["Waited for a person (first pass) for 3 d, from 2026-03-12 09:22:02"],
    );
    assert_has(
        &html,
        &["It made code, 13 B, in rework 1.", "{\n  \"lines\": 900\n}"],
    );
    assert_has(&html, &["Design.draw is at it", "out of ink"]);
}

#[test]
fn tells_estimates_the_longest_chain_decisions_and_the_log() {
    let html = written(eventful());
    assert_has(
        &html,
        &[
            "within",
            "1 d – 2 d1 h 23 min",
            "over by 1 h 40 min",
            "not done yet",
        ],
    );
    assert_has(
        &html,
        &["The longest chain takes 3 d 7 h: 4 h 29 min of work and 3 d 3 h of waiting for people."],
    );
    assert_has(&html, &["Translationeverybody reads Englisholgarework 1"]);
    assert_has(&html, &["Build.qualitytoo slowthe gatefirst passback to Design"]);
    assert_has(
        &html,
        &[
            "19 records",
            "Build.quality rejected (first pass): too slow; back to Design",
        ],
    );
}

#[test]
fn a_timeline_cuts_breaks_short_and_says_what_they_were_for() {
    let html = written(eventful());
    assert_has(&html, &["In 2 breaks, drawn narrow, nothing was recorded:"]);
    assert_has(
        &html,
        &["3 d from 2026-03-12 09:22:02 to 2026-03-15 09:22:02, waiting for Design.review"],
    );
    assert_has(&html, &["3 attempts, 1 not well, from 2026-03-12 09:02:00"]);
    // Two at once, to the percent: they began together.
    let left = |title: &str| {
        let at = html.find(title).unwrap_or_else(|| panic!("no {title}"));
        let style = html[..at].rfind("left:").unwrap();
        html[style + 5..].split('%').next().unwrap().to_owned()
    };
    assert_eq!(
        left("attempt 1, first pass: done after 2 h 40 min"),
        left("attempt 1, first pass: done after 1 h,")
    );
}

#[test]
fn what_goes_on_is_no_break_in_which_nothing_was_done() {
    let mut held = Diary::of(Release::PLAN)
        .then(0, began())
        .then(9, done("Requirements.gather", 0, 1, 9, "[]"));
    held.held_by = Some("host:1".to_owned());
    let html = written(held);
    assert_has(
        &html,
        &[
            "1 h 23 min from 2026-03-12 09:00:09 to 2026-03-12 10:23:29, at work on Design.draw",
            "0 attempts, running",
            "running when this was written",
            "8 steps have not run",
        ],
    );
    assert!(html.contains(r#"<i class="p running" style="left:min("#));

    let left = Diary::of(Release::PLAN)
        .then(0, began())
        .then(9, done("Requirements.gather", 0, 1, 9, "[]"))
        .then(3_600, failed("Design.draw", 0, 1, 9, "no ink"));
    let html = written(left);
    assert_has(&html, &["with no work on record"]);
    assert!(!html.contains("p running"));
}

#[test]
fn tells_what_can_be_done_by_command() {
    let action = |command: &str| Action {
        verb: Verb::Done,
        target: Some("Launch.date".to_owned()),
        role: Some("Owner"),
        people: vec!["olga".to_owned()],
        what: "hand in `date`, a `String`".to_owned(),
        command: Some(command.to_owned()),
    };
    let of = |diary: Diary, command: &str| {
        let now = diary.now();
        report(&diary.view(), &[action(command)], now)
    };
    let html = of(eventful(), "release done date --artifact FILE --run till");
    assert_has(
        &html,
        &["hand in date, a String (Owner: olga)release done date --artifact FILE --run till"],
    );
    assert_eq!(of(eventful(), EVIL).matches("<script").count(), 1);
    let over = of(eventful().stands(Standing::Done), "release report till");
    assert!(!text(&over).contains("release report"));
}

#[test]
fn nobody_is_waited_for_once_a_run_is_taken_back() {
    let diary = Diary::of(Release::PLAN)
        .then(0, began())
        .then(9, done("Requirements.gather", 0, 1, 9, "[]"))
        .then(0, waiting("Design.review", 0))
        .then(60, RecordKind::UndoBegan)
        .then(1, RecordKind::Undone)
        .stands(Standing::Undone);
    let html = written(diary);
    assert_has(
        &html,
        &["Waiting for people1 min", "Waited for a person for 1 min"],
    );
    assert!(!text(&html).contains("until now"));
}

#[test]
fn tells_how_a_run_was_taken_back() {
    let undone = |step: &str| RecordKind::StepUndone {
        step: step.to_owned(),
        round: 0,
        attempt: 2,
    };
    let undo_failed = RecordKind::UndoFailed {
        step: "Build.docs".to_owned(),
        round: 0,
        attempt: 1,
        error: "it does not burn".to_owned(),
        terminal: false,
        halts: false,
    };
    let diary = Diary::of(Release::PLAN)
        .then(0, began())
        .then(9, done("Build.docs", 0, 1, 9, "1"))
        .then(1, RecordKind::Cancelled)
        .then(1, RecordKind::UndoBegan)
        .then(1, undo_failed)
        .then(1, undone("Build.docs"))
        .then(1, RecordKind::Undone)
        .stands(Standing::Undone);
    let html = written(diary);
    assert_has(
        &html,
        &[
            "Nothing: what could be undone was taken back.",
            "failed taking it back: it does not burn",
        ],
    );
    assert_has(
        &html,
        &[
            "undone taken back, attempt 2",
            "Taking back began.",
            "Told to stop.",
        ],
    );
}

#[test]
fn a_run_in_memory_has_a_report_without_times() {
    let now = eventful().now();
    let html = report(&eventful().timeless(), &[], now);
    assert_has(&html, &["none: the run is in memory", "Nothing has a time"]);
    assert_has(&html, &["4 h 29 min of work and no waiting", "not done yet"]);
    assert_eq!(html.matches("<time").count(), 1, "it was written at some time");
}

#[test]
fn asks_nothing_of_any_network() {
    let html = written(eventful());
    let linked: Vec<_> = html
        .match_indices("http")
        .map(|(at, _)| &html[at..at + 27])
        .collect();
    assert!(
        linked
            .iter()
            .all(|link| link.starts_with("http-equiv") || link.starts_with("http://www.w3.org/2000/svg")),
        "{linked:?}"
    );
    for part in [
        " src=",
        "url(",
        "@import",
        "@font-face",
        "fetch(",
        "<iframe",
        "<object",
    ] {
        assert!(!html.contains(part), "{part}");
    }
    assert_eq!(
        (
            html.matches("<link").count(),
            html.matches("href=\"data:,\"").count()
        ),
        (1, 1)
    );
}

#[test]
fn the_policy_lets_that_script_run_and_no_other() {
    let hash = base64(&Sha256::digest(SCRIPT));
    assert!(
        POLICY.contains(&format!("script-src 'sha256-{hash}'")),
        "it is {hash}"
    );
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let triple = |chunk: &[u8]| {
        let bits = chunk
            .iter()
            .chain([&0, &0])
            .take(3)
            .fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        let letter = |at: usize| match at <= chunk.len() {
            true => char::from(LETTERS[bits >> (18 - 6 * at) & 63]),
            false => '=',
        };
        (0..4).map(letter).collect::<String>()
    };
    bytes.chunks(3).map(triple).collect()
}

const EVIL: &str = "</script></pre></title><script>alert(1)</script><img src=x onerror=alert(2)>\" onload=\"x' \0\u{1b}\u{202e}\u{ffff}";

#[test]
fn what_others_wrote_cannot_leave_its_place() {
    let artifact = serde_json::to_string(EVIL).unwrap();
    let waived = RecordKind::Waived {
        phase: EVIL.to_owned(),
        round: 0,
        reason: EVIL.to_owned(),
        by: Some(EVIL.to_owned()),
    };
    let replanned = RecordKind::Replanned {
        differences: vec![EVIL.to_owned()],
    };
    let mut said = done("Requirements.gather", 0, 1, 1, &artifact);
    if let RecordKind::StepDone { said, .. } = &mut said {
        *said = vec![EVIL.to_owned()];
    }
    let mut refused = rejected("Build.quality", 0, EVIL, Some(EVIL));
    if let RecordKind::Rejected { by, .. } = &mut refused {
        *by = Some(signature((EVIL, EVIL, EVIL)));
    }
    let mut diary = Diary::of(Release::PLAN)
        .named(EVIL)
        .then(0, began())
        .then(1, said)
        .then(1, failed("Design.draw", 0, 1, 1, EVIL))
        .then(1, done(EVIL, 0, 1, 1, EVIL))
        .then(1, waiting("Design.review", 0))
        .then(1, handed_in("Design.review", 0, (EVIL, EVIL, EVIL), ""))
        .then(1, waived)
        .then(1, replanned)
        .then(1, refused);
    diary.held_by = Some(EVIL.to_owned());
    let html = written(diary);
    assert_eq!(html.matches("<script").count(), 1);
    assert_eq!(
        (html.matches("<img").count(), html.matches("onload=\"").count()),
        (0, 0)
    );
    assert!(!html.contains(['\0', '\u{1b}', '\u{202e}', '\u{ffff}']));
    assert!(html.matches("&lt;script&gt;alert(1)").count() > 12);
}

/// Whether whatever has an id has it alone, and every link leads somewhere.
fn check_links(html: &str) {
    let values = |name: &str| -> Vec<String> {
        let parts = html.split(name).skip(1);
        parts
            .map(|part| part.split('"').next().unwrap().to_owned())
            .collect()
    };
    let ids = values(" id=\"");
    let unique: HashSet<_> = ids.iter().cloned().collect();
    assert_eq!(ids.len(), unique.len());
    for link in values(" href=\"")
        .iter()
        .filter_map(|href| href.strip_prefix('#'))
    {
        assert!(unique.contains(link), "#{link} leads nowhere");
    }
}

#[test]
fn ids_are_unique_and_links_lead_somewhere() {
    check_links(&written(eventful()));
    check_links(&written(Diary::of(Release::PLAN).then(0, began())));
}

#[test]
fn a_long_artifact_is_cut_and_says_where_it_is_whole() {
    let long = format!("[{}\"end\"]", "\"0123456789\",".repeat(100_000));
    let diary = Diary::of(Release::PLAN)
        .then(0, began())
        .then(1, done("Requirements.gather", 0, 1, 1, &long));
    let html = written(diary);
    assert!(html.len() < 60_000, "{}", html.len());
    assert_has(
        &html,
        &[
            "It made needs, 1.3 MB. The first 4.0 kB:",
            "show STEP --run till prints all of one.",
        ],
    );
}

/// A run of 1,000 steps over 10 phases, every other one parallel, each with an artifact of 2,000 bytes, and each waited for and failed so often.
fn thousand(failures: usize) -> View {
    let name = |kind: &str, at: usize| -> &'static str { format!("{kind}_{at}").leak() };
    let codec = <serde_json::Value as crate::Artifact>::CODEC;
    let artifacts = (0..=1_000).map(|at| write::artifact(name("thing", at), "Thing", codec));
    let artifacts: Vec<_> = artifacts.collect();
    let step = |at: usize| {
        let takes = vec![write::take(u16::try_from(at).unwrap(), false)];
        let step = write::step(name("carry_out", at), "Says what it is about.", takes.leak());
        step.yields(u16::try_from(at + 1).unwrap())
            .estimate(1_000, 60_000)
    };
    let phases = (0..10).map(|phase| {
        let steps: Vec<_> = (0..100).map(|at| step(phase * 100 + at)).collect();
        let order: Vec<u16> = (0..100).collect();
        let written = write::phase(
            name("Stage", phase),
            "What it is for.",
            steps.leak(),
            order.leak(),
        );
        if phase % 2 == 1 {
            written.parallel()
        } else {
            written
        }
    });
    let phases: Vec<_> = phases.collect();
    let plan = write::plan(
        "Thousand",
        "thousand",
        "",
        &[],
        phases.leak(),
        artifacts.leak(),
        1,
    );
    let plan: &'static Plan = Box::leak(Box::new(plan));
    let artifact = serde_json::to_string(&vec!["twenty-four characters <&>"; 70]).unwrap();
    let mut diary = Diary::of(plan).then(0, began());
    for at in 0..1_000 {
        let path = format!("Stage_{}.carry_out_{at}", at / 100);
        for _ in 0..failures {
            let error = "it did not work; try again <\n".repeat(40);
            diary = diary.then(30, waiting(&path, 0));
            diary = diary.then(30, failed(&path, 0, 1, 30, &error));
        }
        if at % 10 == 0 {
            diary = diary.then(30, failed(&path, 0, 1, 30, "it did not work; try again"));
        }
        diary = diary.then(30, done(&path, 0, 2, 30, &artifact));
    }
    diary.stands(Standing::Done).view()
}

#[test]
fn a_run_of_a_thousand_steps_is_under_two_megabytes() {
    let html = report(&thousand(0), &[], SystemTime::now());
    assert!(html.len() < 2_000_000, "{}", html.len());
    assert_has(&html, &["1000 of 1000 steps done", "1101 records"]);
}

#[test]
fn a_run_in_which_everything_failed_five_times_is_under_two_megabytes_too() {
    let html = report(&thousand(5), &[], SystemTime::now());
    assert!(html.len() < 2_000_000, "{}", html.len());
    assert_has(
        &html,
        &[
            "1000 of 1000 steps done",
            "11101 records",
            "earlier attempts not shown",
        ],
    );
}

/// `cargo test --release -p workflow-runtime --lib within_a_second -- --ignored --nocapture`
#[test]
#[ignore = "says nothing unless optimized"]
fn a_run_of_a_thousand_steps_is_written_within_a_second() {
    let view = thousand(0);
    let started = std::time::Instant::now();
    let html = report(&view, &[], SystemTime::now());
    let took = started.elapsed();
    println!("{} bytes in {took:?}", html.len());
    std::fs::write(std::env::temp_dir().join("thousand.html"), html).unwrap();
    assert!(took < Duration::from_secs(1), "{took:?}");
}

/// Writes reports where `REPORTS` says, to be looked at.
#[test]
#[ignore = "it writes files, for eyes"]
fn reports_can_be_looked_at() {
    let Some(folder) = std::env::var_os("REPORTS").map(std::path::PathBuf::from) else {
        return;
    };
    std::fs::write(folder.join("eventful.html"), written(eventful())).unwrap();
    std::fs::write(
        folder.join("memory.html"),
        report(&eventful().timeless(), &[], SystemTime::now()),
    )
    .unwrap();
    std::fs::write(
        folder.join("thousand.html"),
        report(&thousand(0), &[], SystemTime::now()),
    )
    .unwrap();
}
