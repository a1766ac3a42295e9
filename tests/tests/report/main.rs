//! The report of a run, read by a browser.

#![allow(missing_docs, reason = "a test")]

mod browser;
mod run;

use std::path::Path;

use serde_json::{Value, json};

use browser::Browser;
use run::{EVIL, Told};

/// What is wrong with the page as it is shown now; nothing, if all is well.
const CHECKS: &str = include_str!("checks.js");
const ENTER: char = '\u{e007}';
const TAB: char = '\u{e004}';

fn text(browser: &Browser) -> String {
    let text = browser.script("document.querySelectorAll('details').forEach((one) => { one.open = true; }); return document.body.innerText;");
    text.as_str().expect("a page has text").to_owned()
}

fn on_a_phone(browser: &Browser) {
    let phone = json!({ "width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": true });
    browser.devtools("Emulation.setDeviceMetricsOverride", phone);
}

fn by(browser: &Browser, scheme: &str) {
    let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
    browser.devtools("Emulation.setEmulatedMedia", features);
    let is_dark = browser.script("return matchMedia('(prefers-color-scheme: dark)').matches");
    assert_eq!(is_dark, scheme == "dark");
}

#[test]
fn a_report_tells_what_happened_to_a_run() {
    let told = Told::halted();
    let Some(browser) = Browser::open(&told.report()) else {
        return;
    };
    let text = text(&browser);
    let evil = EVIL.replace('\u{202e}', "⟨U+202E⟩");
    let parts = [
        "Run of Launch",
        "Launching.lift_off failed: no fuel. Drive the run again to take it up from there.",
        "2 passes: sent back once",
        "handed in by ada as Reviewer",
        evil.as_str(),
        "\"title\": \"plain\"",
        "10 of 10 parts",
        "Launching.ready rejected (first pass): too windy; back to Build",
        "nobody looks",
        "Waited for a person",
        "The longest chain takes",
        "under by",
    ];
    for part in parts {
        assert!(text.contains(part), "no `{part}` in {text}");
    }
    assert_eq!(
        browser.script("return document.querySelectorAll('.timeline tbody tr:not(.phase)').length"),
        9
    );
    assert_eq!(
        browser.script("return document.querySelectorAll('.timeline .b.failed').length"),
        2
    );
}

#[test]
fn a_report_asks_for_nothing_and_complains_of_nothing() {
    let told = Told::halted();
    let Some(browser) = Browser::open(&told.report()) else {
        return;
    };
    assert_eq!(browser.log("browser"), Vec::<Value>::new());
    let loaded = browser.script("return performance.getEntriesByType('resource').map((entry) => entry.name)");
    assert_eq!(loaded, json!([]));
    // What the browser itself saw sent: the file and the icon that is in it.
    let sent = browser.log("performance");
    let sent = sent.iter().filter_map(|entry| {
        let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
        let is_request = message["message"]["method"] == "Network.requestWillBeSent";
        let url = message["message"]["params"]["request"]["url"]
            .as_str()?
            .to_owned();
        is_request.then_some(url)
    });
    let is_elsewhere = |url: &String| !url.starts_with("data:") && !url.starts_with("file:");
    assert_eq!(
        sent.filter(is_elsewhere).collect::<Vec<_>>(),
        Vec::<String>::new()
    );
    assert_eq!(browser.script("return document.images.length"), 0);
}

#[test]
fn a_node_of_the_graph_leads_to_its_step() {
    let told = Told::halted();
    let Some(browser) = Browser::open(&told.report()) else {
        return;
    };
    let step = "document.getElementById('step-Design.draw')";
    assert_eq!(
        browser.script(&format!("return {step}.closest('details').open")),
        false
    );
    browser.click("svg a[href='#step-Design.draw'] .box");
    browser.until(&format!(
        "const [step, at] = [{step}, {step}.getBoundingClientRect()];\
         return step.closest('details').open && at.top >= 0 && at.top < innerHeight"
    ));
    // In one that was opened by its link, too.
    let told = format!("{}#step-Build.frame", told.report().display());
    let browser = Browser::open(Path::new(&told)).expect("it was there a moment ago");
    browser.until("return document.getElementById('step-Build.frame').closest('details').open");
}

#[test]
fn a_report_is_for_the_keyboard() {
    let told = Told::halted();
    let Some(browser) = Browser::open(&told.report()) else {
        return;
    };
    browser.press(TAB);
    let skip = "const at = document.activeElement.getBoundingClientRect();\
                return document.activeElement.className === 'skip' && at.top >= 0";
    browser.until(skip);
    browser.press(ENTER);
    browser.until("return document.activeElement.id === 'report'");
    browser.script("document.querySelector('details summary').focus()");
    let ring = "return getComputedStyle(document.activeElement).outlineStyle";
    browser.press(TAB);
    assert_eq!(browser.script(ring), "solid");
    let is_open = "return document.activeElement.parentElement.open";
    assert_eq!(browser.script(is_open), false);
    browser.press(ENTER);
    browser.until(is_open);
    browser.press(' ');
    browser.until("return !document.activeElement.parentElement.open");
}

#[test]
fn a_report_is_well_built_by_day_and_by_night() {
    let told = Told::halted();
    let Some(browser) = Browser::open(&told.report()) else {
        return;
    };
    for scheme in ["light", "dark"] {
        by(&browser, scheme);
        text(&browser);
        assert_eq!(browser.script(CHECKS), json!([]), "{scheme}");
    }
}

#[test]
fn a_report_fits_a_phone() {
    let told = Told::halted();
    let Some(browser) = Browser::open(&told.report()) else {
        return;
    };
    on_a_phone(&browser);
    let overflow = "return [document.scrollingElement.scrollWidth, innerWidth]";
    assert_eq!(browser.script(overflow), json!([360, 360]));
    text(&browser);
    assert_eq!(browser.script(overflow), json!([360, 360]), "with all steps open");
    let scrolls = "const wide = document.querySelector('.wide:has(.timeline)'); return wide.scrollWidth > wide.clientWidth";
    assert_eq!(browser.script(scrolls), true);
}

#[test]
fn a_report_works_without_its_script() {
    let told = Told::halted();
    let Some(browser) = Browser::open(&told.report()) else {
        return;
    };
    browser.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    browser.devtools("Page.reload", json!({}));
    browser.click("svg a[href='#step-Design.draw'] .box");
    browser.until("return document.getElementById('step-Design.draw').closest('details').open");
}
