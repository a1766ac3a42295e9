//! A run as one HTML file, to be read anywhere and handed to anybody: it asks for nothing from any network, and works
//! without its script.

mod chain;
mod decisions;
mod estimates;
mod graph;
mod head;
mod log;
mod page;
mod pretty;
mod scale;
mod steps;
mod text;
mod timeline;

#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::time::SystemTime;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::cli::actions::Action;
use crate::cli::mark::Mark;
use crate::cli::standing;
use crate::cli::view::View;
use page::Page;
use text::Text;

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");
/// What the page should not be larger than, in bytes, by shortening artifacts.
const SIZE: usize = 1_900_000;
/// What it is not larger than, in bytes, by showing fewer attempts, records and words.
const LARGEST: usize = 2_000_000;
/// How often that is halved at most.
const SQUEEZES: u32 = 6;
/// What is shown of an artifact at least and at most.
const SHORTEST: usize = 120;
const LONGEST: usize = 4_000;
/// What the page may do: should anything in it be taken for a script, it would not run.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
     script-src 'sha256-PmGL2PnAMbOu0M6pu4lSDSOMeUY1/rNZwW1PCVY2oKc='; base-uri 'none'; form-action 'none'";

/// By what a report is known, within its first 1,000 bytes.
pub(crate) const GENERATOR: &str = "workflow-runtime";

/// The report of a run, as of now, with what can be done about it.
pub(crate) fn report(view: &View, actions: &[Action], now: SystemTime) -> String {
    let mut html = written(&Page::of(view, actions, now, 0));
    for squeezes in 1..=SQUEEZES {
        if html.len() <= LARGEST {
            break;
        }
        html = written(&Page::of(view, actions, now, squeezes));
    }
    html
}

fn written(page: &Page<'_>) -> String {
    let run = &page.view.history.run;
    let sections = sections(page);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content=(GENERATOR);
                meta name="color-scheme" content="light dark";
                title { (Text(&run.id)) " (" (Text(&run.workflow)) "): " (standing::word(run)) }
                // Else a browser asks for one.
                link rel="icon" href="data:,";
                style { (PreEscaped(marks())) (PreEscaped(STYLE)) }
            }
            body {
                a class="skip" href="#report" { "Skip to the report" }
                (head::head(page))
                nav aria-label="Sections" {
                    ul { @for section in &sections { li { a href={ "#" (section.id) } { (section.title) } } } }
                }
                main id="report" tabindex="-1" {
                    @for section in &sections {
                        section aria-labelledby=(section.id) {
                            h2 id=(section.id) { (section.title) }
                            (section.content)
                        }
                    }
                }
                footer { p { "Written " (page::time(page.now)) ". All times are UTC." } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
    .into_string()
}

struct Section {
    id: &'static str,
    title: &'static str,
    content: Markup,
}

fn sections(page: &Page<'_>) -> Vec<Section> {
    let section = |id, title, content| {
        Some(Section {
            id,
            title,
            content: content?,
        })
    };
    let before = [
        section("graph", "Graph", Some(graph::graph(page))),
        section("timeline", "Timeline", Some(timeline::timeline(page))),
        section("chain", "Longest chain", estimates::longest(page)),
        section("estimates", "Estimates", estimates::estimates(page)),
        section("decisions", "Waivers and rejections", decisions::decisions(page)),
    ];
    let log = section("log", "Log", Some(log::log(page)));
    let others = before.iter().chain([&log]).flatten();
    let others = others.map(|section| section.content.0.len()).sum();
    let steps = section("steps", "Steps", Some(steps_in(page, others)));
    before.into_iter().chain([steps, log]).flatten().collect()
}

/// Of each artifact as much as what else is on the page leaves room for.
fn steps_in(page: &Page<'_>, others: usize) -> Markup {
    let bare = steps::steps(page, 0);
    let made = page
        .view
        .steps
        .iter()
        .filter(|step| step.artifact().is_some())
        .count();
    let room = SIZE.saturating_sub(others + bare.0.len());
    steps::steps(page, (room / made.max(1)).clamp(SHORTEST, LONGEST))
}

/// The colours and signs of all marks, as pictures have them.
fn marks() -> String {
    let (mut day, mut night, mut rules) = (String::new(), String::new(), String::new());
    for mark in Mark::ALL {
        let (word, sign) = (mark.word(), mark.sign());
        // To strings, which cannot fail. What stands after the slash is what a screen reader says: nothing, for the word
        // follows.
        _ = write!(day, "--{word}:{};", mark.by_day().edge);
        _ = write!(night, "--{word}:{};", mark.by_night().edge);
        _ = write!(
            rules,
            ".{word}{{--c:var(--{word})}}.m.{word}::before{{content:\"{sign}\";content:\"{sign}\"/\"\"}}"
        );
    }
    format!(":root{{{day}}}@media (prefers-color-scheme:dark){{:root{{{night}}}}}{rules}\n")
}
