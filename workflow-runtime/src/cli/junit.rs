//! A run as JUnit XML, which every build server shows: a suite for each phase, a test case for each step.

use std::time::{Duration, SystemTime};

use quick_junit::{
    FlakyOrRerun, NonSuccessKind, Property, Report, SerializeError, TestCase, TestCaseStatus, TestRerun,
    TestSuite, XmlString,
};

use crate::cli::mark::Mark;
use crate::cli::moment::rfc3339;
use crate::cli::view::{Attempt, Outcome, PhaseView, StepView, View};

pub(crate) fn junit(view: &View) -> Result<String, SerializeError> {
    let run = &view.history.run;
    let mut report = Report::new(xml(&run.workflow));
    // The type of these times is of a crate that this one does not name; it reads what RFC 3339 says.
    report.timestamp = rfc3339(run.began_at).parse().ok();
    report.time = Some(view.steps.iter().map(StepView::worked).sum());
    report.add_test_suites(view.phases.iter().map(|phase| suite(view, phase)));
    report.to_string()
}

fn suite(view: &View, phase: &PhaseView) -> TestSuite {
    let steps = &view.steps[phase.steps.clone()];
    let mut suite = TestSuite::new(xml(phase.plan.name));
    suite.add_property(Property::new("run", xml(view.id())));
    suite.add_property(Property::new("standing", phase.mark.word()));
    let began = steps
        .iter()
        .flat_map(|step| &step.attempts)
        .filter_map(begun)
        .min();
    suite.timestamp = began.and_then(|at| rfc3339(at).parse().ok());
    suite.time = Some(steps.iter().map(StepView::worked).sum());
    suite.add_test_cases(steps.iter().map(|step| case(view, phase, step)));
    suite
}

fn case(view: &View, phase: &PhaseView, step: &StepView) -> TestCase {
    let mut case = TestCase::new(xml(step.plan.name), status(phase, step));
    case.set_classname(xml(&format!("{}.{}", view.history.run.workflow, phase.plan.name)));
    if let Some(last) = step.last() {
        case.time = last.took;
        case.timestamp = begun(last).and_then(|at| rfc3339(at).parse().ok());
    }
    let said: Vec<_> = step.attempts.iter().flat_map(|attempt| &attempt.said).collect();
    if !said.is_empty() {
        let lines: Vec<_> = said.iter().map(|line| line.as_str()).collect();
        // All of it, in order: what an earlier attempt said stands with its rerun too, which few tools show.
        case.set_system_out(xml(&lines.join("\n")));
    }
    case
}

/// How a step counts as a test.
fn status(phase: &PhaseView, step: &StepView) -> TestCaseStatus {
    let newest = step.attempts.split_last();
    match (step.mark, newest) {
        (Mark::Done, newest) => {
            let mut status = TestCaseStatus::success();
            if let Some((_, earlier)) = newest {
                status.add_reruns(earlier.iter().filter_map(rerun));
            }
            status
        }
        (Mark::Failed | Mark::Rejected, Some((last, earlier))) => failure(last, earlier),
        (Mark::Skipped, _) => {
            let mut status = TestCaseStatus::skipped();
            match &phase.waived {
                Some(waived) => match &waived.by {
                    Some(by) => status.set_message(xml(&format!("waived by {by}: {}", waived.reason))),
                    None => status.set_message(xml(&format!("waived: {}", waived.reason))),
                },
                None => status.set_message("the plan had no such phase when the run went by"),
            };
            status
        }
        // JUnit knows no test that is still to come. A failure would say that something is wrong, and leaving the step out
        // would make a run that has hardly begun look whole: so it is skipped, and the message tells.
        (mark, _) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("not done: {}", mark.word()));
            status
        }
    }
}

/// What the run halted over is the failure; what was tried before are its reruns.
fn failure(last: &Attempt, earlier: &[Attempt]) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let (ty, message) = fault(last).unwrap_or_default();
    status.set_type(ty);
    status.set_message(xml(first_line(message)));
    status.set_description(xml(message));
    status.set_rerun_kind(FlakyOrRerun::Rerun);
    status.add_reruns(earlier.iter().filter_map(rerun));
    status
}

/// An attempt that did not come to anything, before the newest one.
fn rerun(attempt: &Attempt) -> Option<TestRerun> {
    let (ty, message) = fault(attempt)?;
    let mut rerun = TestRerun::new(NonSuccessKind::Failure);
    rerun.set_type(ty);
    rerun.set_message(xml(first_line(message)));
    rerun.set_description(xml(message));
    rerun.time = attempt.took;
    rerun.timestamp = begun(attempt).and_then(|at| rfc3339(at).parse().ok());
    if !attempt.said.is_empty() {
        rerun.set_system_out(xml(&attempt.said.join("\n")));
    }
    Some(rerun)
}

/// What kind of fault it came to, and in which words.
fn fault(attempt: &Attempt) -> Option<(&'static str, &str)> {
    match &attempt.outcome {
        Outcome::Failed { error, .. } => Some(("failed", error)),
        Outcome::Rejected { reason, .. } => Some(("rejected", reason)),
        Outcome::Done { .. } | Outcome::Stands { .. } => None,
    }
}

fn begun(attempt: &Attempt) -> Option<SystemTime> {
    let at = attempt.at?;
    at.checked_sub(attempt.took.unwrap_or(Duration::ZERO))
}

fn first_line(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
}

/// Text without the two characters that XML has no way to write and `XmlString` lets through.
fn xml(text: &str) -> XmlString {
    XmlString::new(text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::sample::{Diary, Release, began, done, eventful, failed, rejected};
    use crate::summary::Standing;

    fn case_of(xml: &str, name: &str) -> String {
        let start = xml
            .find(&format!("<testcase name=\"{name}\""))
            .unwrap_or_else(|| panic!("no case {name} in {xml}"));
        let rest = &xml[start..];
        let end = rest.find('>').unwrap();
        match rest[..end].ends_with('/') {
            true => rest[..=end].to_owned(),
            false => rest[..rest.find("</testcase>").unwrap()].to_owned(),
        }
    }

    fn assert_has(text: &str, parts: &[&str]) {
        for part in parts {
            assert!(text.contains(part), "no {part} in {text}");
        }
    }

    #[test]
    fn a_phase_is_a_suite_and_a_step_is_a_case() {
        let xml = junit(&eventful().view()).unwrap();
        let suites = xml.matches("<testsuite ").count();
        assert_eq!((suites, xml.matches("<testcase ").count()), (5, 10));
        assert_has(
            &xml,
            &[r#"<testsuites name="Release" tests="10" skipped="3" failures="0""#],
        );
        assert_has(
            &xml,
            &[r#"<testsuite name="Translation" tests="1" skipped="1" errors="0" failures="0""#],
        );
    }

    #[test]
    fn what_was_tried_again_passed_with_its_failures_told() {
        let xml = junit(&eventful().view()).unwrap();
        let draw = case_of(&xml, "draw");
        assert_has(
            &draw,
            &[
                r#"<flakyFailure timestamp="2026-03-12T09:02:00.000+00:00" time="600.000" message="the pencil broke" type="failed""#,
            ],
        );
        assert_has(
            &draw,
            &[
                "the pencil broke\nin two",
                "<system-out>out of ink\nDesign.draw is at it",
            ],
        );
        assert_has(
            &draw,
            &[r#"timestamp="2026-03-15T12:08:02.000+00:00" time="900.000""#],
        );
        // Sent back, then passed.
        assert_has(
            &case_of(&xml, "quality"),
            &[r#"message="too slow" type="rejected""#],
        );
    }

    #[test]
    fn what_was_waived_or_is_still_to_come_is_skipped_and_says_why() {
        let xml = junit(&eventful().view()).unwrap();
        let translate = case_of(&xml, "translate");
        assert_has(
            &translate,
            &[r#"<skipped message="waived by olga: everybody reads English"/>"#],
        );
        assert_has(
            &case_of(&xml, "date"),
            &[r#"<skipped message="not done: waiting"/>"#],
        );
        assert_has(
            &case_of(&xml, "publish"),
            &[r#"<skipped message="not done: open"/>"#],
        );
    }

    #[test]
    fn what_a_run_halted_over_is_a_failure() {
        let run = Diary::of(Release::PLAN)
            .then(0, began())
            .then(9, done("Requirements.gather", 0, 1, 9, "[]"))
            .then(9, failed("Design.draw", 0, 2, 9, "no ink"))
            .then(9, failed("Design.draw", 0, 3, 9, "no \u{1}pencil \u{fffe}\"<]]>"))
            .stands(Standing::Halted);
        let xml = junit(&run.view()).unwrap();
        let draw = case_of(&xml, "draw");
        assert_has(
            &draw,
            &["<failure message=\"no pencil \u{fffd}&quot;&lt;]]&gt;\" type=\"failed\">"],
        );
        assert_has(&draw, &[r#"message="no ink" type="failed">"#, "<rerunFailure"]);

        let run = Diary::of(Release::PLAN)
            .then(0, began())
            .then(9, rejected("Build.quality", 0, "too slow", None));
        let xml = junit(&run.stands(Standing::Halted).view()).unwrap();
        assert_has(
            &case_of(&xml, "quality"),
            &[r#"<failure message="too slow" type="rejected">"#],
        );
    }

    #[test]
    fn a_run_without_times_has_a_report_too() {
        let xml = junit(&eventful().timeless()).unwrap();
        assert!(!case_of(&xml, "draw").contains("timestamp"));
    }
}
