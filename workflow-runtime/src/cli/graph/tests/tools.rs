//! The tools that read the pictures read them: Graphviz, Mermaid's own parser, and a browser.
//!
//! A tool that is not there is skipped, loudly; with `REQUIRE_TOOLS=1`, as in `.ci/run`, it must be there.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use super::plans;
use crate::cli::graph::flow::Flow;
use crate::cli::graph::place::{Look, NAME_SIZE, PHASE_SIZE, SMALL_SIZE};
use crate::cli::graph::{Picture, letters, words};
use crate::plan::Plan;

/// Whether a tool is there, by a command that says so.
fn is_there(tool: &str, command: &mut Command) -> bool {
    let is_there = command.output().is_ok_and(|output| output.status.success());
    if !is_there {
        // Past the capture of a test that passes, which would hide it.
        let loud =
            format!("\n!!! SKIPPED: {tool} is not there; REQUIRE_TOOLS=1 makes this a failure !!!\n\n");
        std::io::stderr().write_all(loud.as_bytes()).unwrap();
        assert!(
            std::env::var_os("REQUIRE_TOOLS").is_none_or(|value| value != "1"),
            "{tool} is not there"
        );
    }
    is_there
}

fn given(command: &mut Command, text: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A tool that gives up early closes its end; what it says then is what counts.
    let (sent, output) = std::thread::scope(|scope| {
        let sent = scope.spawn(move || stdin.write_all(text.as_bytes()));
        (sent.join(), child.wait_with_output())
    });
    drop(sent);
    output.unwrap()
}

/// Each plan, plain and with marks.
fn each(check: impl Fn(&str, &Picture<'_>)) {
    for (name, plan) in plans::all_but_the_thousand() {
        each_of(name, plan, &check);
    }
}

fn each_of(name: &str, plan: &'static Plan, check: impl Fn(&str, &Picture<'_>)) {
    let marks = plans::half_way(plan);
    for marks in [None, Some(&marks)] {
        check(name, &Picture { plan, marks });
    }
}

#[test]
fn graphviz_lays_every_plan_out() {
    if !is_there("graphviz", Command::new("dot").arg("-V")) {
        return;
    }
    each(|name, picture| {
        let output = given(Command::new("dot").arg("-Tjson"), &picture.dot());
        assert!(output.status.success(), "{name}: {output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{name}");
        let graph: Value = serde_json::from_slice(&output.stdout).unwrap();
        let objects = graph["objects"].as_array().unwrap();
        let found: HashMap<&str, &Value> = objects
            .iter()
            .map(|object| (object["name"].as_str().unwrap(), object))
            .collect();
        let flow = Flow::of(picture.plan);
        for (step, member) in flow.steps.iter().enumerate() {
            let object = found[format!("s{step}").as_str()];
            assert!(
                object["label"]
                    .as_str()
                    .unwrap()
                    .contains(&escaped(member.plan.name)),
                "{name}: {object}"
            );
            let doc = words::one_line(member.plan.doc);
            assert!(
                object["tooltip"].as_str().unwrap().contains(&escaped(&doc)),
                "{name}: {object}"
            );
        }
        let phases = picture.plan.phases.len();
        let boxes = found.keys().filter(|id| id.starts_with("cluster_")).count();
        assert_eq!(boxes, phases + usize::from(picture.marks.is_some()), "{name}");
        let arrows = graph["edges"].as_array().map_or(0, Vec::len);
        assert_eq!(arrows, arrow_count(picture, &flow), "{name}");
    });
}

/// How Graphviz keeps what it will show as this.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('&', "&amp;")
}

#[test]
fn graphviz_reads_a_plan_of_a_thousand_steps() {
    if !is_there("graphviz's nop", Command::new("nop").arg("-?")) {
        return;
    }
    each_of("thousand", plans::thousand(), |name, picture| {
        let output = given(Command::new("nop").arg("-p"), &picture.dot());
        assert!(output.status.success(), "{name}: {output:?}");
    });
}

#[test]
fn mermaid_reads_every_plan() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/tools/mermaid");
    let check = || {
        let mut node = Command::new("node");
        node.current_dir(&folder).arg("check.mjs");
        node
    };
    let mut is_installed = Command::new("node");
    is_installed
        .current_dir(&folder)
        .args(["-e", "require.resolve('mermaid/package.json')"]);
    if !is_there("mermaid (npm ci --prefix tests/tools/mermaid)", &mut is_installed) {
        return;
    }
    let broken = given(&mut check(), "flowchart TD\n  a -->");
    assert!(!broken.status.success(), "the parser refuses what is wrong");

    let texts = RefCell::new(Vec::new());
    let write = |_: &str, picture: &Picture<'_>| texts.borrow_mut().push(picture.mermaid());
    each(write);
    each_of("thousand", plans::thousand(), write);
    let output = given(&mut check(), &texts.into_inner().join("\0"));
    assert!(output.status.success(), "{output:?}");
    let output = String::from_utf8(output.stdout).unwrap();
    let found = RefCell::new(output.lines());
    let compare = |name: &str, picture: &Picture<'_>| {
        let line = found.borrow_mut().next().unwrap();
        compare_mermaid(name, picture, &serde_json::from_str(line).unwrap());
    };
    each(compare);
    each_of("thousand", plans::thousand(), compare);
}

fn compare_mermaid(name: &str, picture: &Picture<'_>, found: &Value) {
    let flow = Flow::of(picture.plan);
    for (step, member) in flow.steps.iter().enumerate() {
        let label = found["nodes"][format!("s{step}")].as_str().unwrap();
        assert!(
            label.contains(member.plan.name),
            "{name}: {label} for {}",
            member.plan.name
        );
        let tooltip = found["tooltips"][format!("s{step}")].as_str().unwrap();
        assert_eq!(tooltip, words::one_line(member.plan.doc), "{name}");
    }
    let legend = usize::from(picture.marks.is_some());
    let boxes = found["boxes"].as_object().unwrap().len();
    assert_eq!(boxes, picture.plan.phases.len() + legend, "{name}");
    let arrows = found["arrows"].as_array().unwrap().len();
    assert_eq!(arrows, arrow_count(picture, &flow), "{name}");
}

fn arrow_count(picture: &Picture<'_>, flow: &Flow) -> usize {
    let reworks = flow
        .steps
        .iter()
        .filter(|member| member.plan.rework.is_some())
        .count();
    let between_phases = picture.plan.phases.len().saturating_sub(1);
    flow.arrows.len() + flow.bare_order(picture.plan).len() + between_phases + reworks
}

/// What the browser is to find out about each SVG: whether it is XML, and whether the letters of the fonts that are
/// there fit where the estimate put them.
const ASK: &str = "
    for (const [name, text] of given) {
      const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
      if (parsed.querySelector('parsererror')) { faults.push(name + ': ' + parsed.documentElement.textContent); continue; }
      const svg = document.importNode(parsed.documentElement, true);
      document.body.append(svg);
      const whole = svg.viewBox.baseVal;
      const within = (inner, outer, what) => {
        const fits = inner.x >= outer.x && inner.x + inner.width <= outer.x + outer.width
          && inner.y >= outer.y && inner.y + inner.height <= outer.y + outer.height;
        if (!fits) faults.push(`${name}: ${what}`);
      };
      for (const box of svg.querySelectorAll('.box'))
        for (const text of box.parentNode.querySelectorAll('text'))
          within(text.getBBox(), box.getBBox(), text.textContent);
      for (const frame of svg.querySelectorAll('.frame'))
        for (const text of frame.parentNode.querySelectorAll('text'))
          within(text.getBBox(), frame.getBBox(), text.textContent);
      for (const shape of svg.querySelectorAll('text,path,rect'))
        if (!shape.closest('.ports')) within(shape.getBBox(), whole, shape.outerHTML);
      const right = svg.querySelector('.frame').getBBox();
      for (const text of svg.querySelectorAll('.ports text')) {
        const shift = Number(/\\d+/.exec(text.parentNode.getAttribute('transform'))[0]);
        if (shift + text.getBBox().x + text.getBBox().width > right.x + right.width) faults.push(`${name}: ${text.textContent}`);
      }
      if (svg.querySelector('script')) faults.push(name + ': a doc got out');
      svg.remove();
    }
";

fn chromium(profile: &Path) -> Command {
    let mut command = Command::new("timeout");
    command.args([
        "120",
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]);
    command.arg(format!("--user-data-dir={}", profile.display()));
    command
}

fn chromium_is_there() -> bool {
    is_there("chromium", Command::new("chromium").arg("--version"))
}

#[test]
fn a_browser_finds_every_svg_well_formed_and_its_texts_where_they_fit() {
    if !chromium_is_there() {
        return;
    }
    let pictures = RefCell::new(Vec::new());
    each(|name, picture| pictures.borrow_mut().push(json!([name, picture.svg()])));
    let pictures = pictures.into_inner();
    assert_eq!(asked(&json!(pictures), ASK), "");
}

/// Runs a script on a page of a browser; it may push to `faults`, which come back.
fn asked(given: &Value, script: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    // Nothing in a page's script may look like its end.
    let given = given.to_string().replace('<', "\\u003c");
    let text = format!(
        "<!doctype html><meta charset=utf-8><body><script>const given = {given}, faults = [];\n{script}
         document.body.textContent = 'FAULTS<' + faults.join('\\n') + '>END';</script></body>"
    );
    std::fs::write(&page, text).unwrap();
    let output = chromium(&folder.path().join("profile"))
        .arg("--dump-dom")
        .arg(&page)
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    let faults = shown
        .split_once("FAULTS&lt;")
        .and_then(|(_, rest)| rest.rsplit_once("&gt;END"));
    let (faults, _) = faults.unwrap_or_else(|| panic!("the script did not come to its end: {output:?}"));
    faults.to_owned()
}

/// Letters are estimated one by one, so each must have the room that it takes.
#[test]
fn no_letter_is_wider_than_estimated() {
    if !chromium_is_there() {
        return;
    }
    let letters = (' '..='~').chain("äßéłжЖΩ漢字の→✓✗·○▶»↶☺…–".chars());
    let texts: Vec<_> = letters
        .map(|letter| letter.to_string().repeat(20))
        .flat_map(|text| {
            [Look::Name, Look::Small, Look::Phase].map(|look| {
                let font = match look {
                    Look::Name => format!("{NAME_SIZE}px"),
                    Look::Phase => format!("600 {PHASE_SIZE}px"),
                    _ => format!("{SMALL_SIZE}px"),
                };
                json!([font, text, letters::width(&text, look.size())])
            })
        })
        .collect();
    let faults = asked(
        &json!(texts),
        "const canvas = document.createElement('canvas').getContext('2d');
         for (const [font, text, estimate] of given)
           for (const family of ['system-ui', 'Arial', 'sans-serif', 'DejaVu Sans']) {
             canvas.font = `${font} ${family}`;
             const width = canvas.measureText(text).width;
             if (width > estimate) faults.push(`${font} ${family} ${text[0]}: ${width} > ${estimate}`);
           }",
    );
    assert_eq!(faults, "");
}

#[test]
fn a_browser_shows_an_svg_by_itself() {
    if !chromium_is_there() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (drawing, shot) = (folder.path().join("poster.svg"), folder.path().join("poster.png"));
    let plan = plans::poster();
    let marks = plans::half_way(plan);
    let picture = Picture {
        plan,
        marks: Some(&marks),
    };
    std::fs::write(&drawing, picture.svg()).unwrap();
    let output = chromium(&folder.path().join("profile"))
        .arg(format!("--screenshot={}", shot.display()))
        .arg("--window-size=500,1600")
        .arg(&drawing)
        .output()
        .unwrap();
    let png = std::fs::read(&shot).unwrap_or_else(|_| panic!("{output:?}"));
    assert!(png.starts_with(b"\x89PNG"));
    // Nothing but paper takes a twentieth of that.
    assert!(png.len() > 40_000, "{} bytes", png.len());
}

/// Writes all pictures into the folder that `PICTURES` names, to be looked at.
#[test]
#[ignore = "it writes files, for eyes"]
fn pictures_can_be_looked_at() {
    let Some(folder) = std::env::var_os("PICTURES").map(PathBuf::from) else {
        return;
    };
    let write = |name: &str, picture: &Picture<'_>| {
        let of = if picture.marks.is_some() { "run" } else { "plan" };
        let kinds = [
            ("mmd", picture.mermaid()),
            ("dot", picture.dot()),
            ("svg", picture.svg()),
        ];
        for (kind, text) in kinds {
            std::fs::write(folder.join(format!("{name}_{of}.{kind}")), text).unwrap();
        }
    };
    each(write);
    each_of("thousand", plans::thousand(), write);
}
