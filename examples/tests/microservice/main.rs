//! The service, driven as its team drives it: the built program, the shipped charters and hand-ins, real processes.

use std::{
    error::Error,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use support::{Place, Tested, events, said, shipped, skipped_without, steps};

mod linted;
mod operated;
#[path = "../support/mod.rs"]
mod support;

const EXAMPLE: &str = "microservice";
const SCRIPT: &str = "take_through.sh";

fn place() -> std::io::Result<Place> {
    Place::new(EXAMPLE)
}

fn json(path: &Path) -> Result<Value, Box<dyn Error>> {
    Ok(serde_json::from_slice(&std::fs::read(path)?)?)
}

/// The script with another charter.
fn script_with(place: &Place, input: &str) -> Command {
    let mut script = place.script(SCRIPT);
    script.env("INPUT", input);
    script
}

#[test]
fn a_charter_becomes_a_service_in_operation() -> Tested {
    let place = place()?;
    let output = place.take_through(SCRIPT)?;
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    let done = steps(&text);
    for step in [
        "Testing.behaves",
        "Testing.keeps_objectives",
        "DeploymentAndOperation.document_operations",
    ] {
        assert!(done.iter().any(|it| it == step), "{step} was not done: {done:?}");
    }
    let out = place.out();
    for file in [
        "infrastructure/Dockerfile",
        "infrastructure/alerts.yaml",
        "infrastructure/compose.yaml",
        "infrastructure/environments.yaml",
        "infrastructure/pipeline.yaml",
        "service.json",
        "docs/runbook.md",
        "deployment/traffic.json",
    ] {
        assert!(out.join(file).is_file(), "{file} is missing");
    }
    assert!(
        !out.join("scratch").exists(),
        "something is left of what was tried"
    );
    the_first_guard_was_too_patient(&text, &out)?;
    faults_stayed_where_they_were(&out)?;
    everything_can_be_seen(&out)?;
    linted::others_find_nothing_either(&place)?;
    // Copied before anything happens there.
    let twin = twin_of(&place)?;
    at_the_same_time(&[
        (&place, operated::a_slow_stock_makes_callers_wait_without_a_guard),
        (&place, operated::a_stock_that_fails_is_left_alone),
        (&place, operated::orders_taken_without_stock_are_confirmed_later),
        (&twin, operated::a_late_version_is_rolled_back),
        (&place, operated::a_bad_version_is_rolled_back),
        (&place, linted::each_fault_is_found),
    ])?;
    operated::what_was_done_is_taken_back(&place)
}

type Trial = fn(&Place) -> Tested;

/// Tries what does not touch what the others touch.
fn at_the_same_time(trials: &[(&Place, Trial)]) -> Tested {
    std::thread::scope(|scope| {
        let trying: Vec<_> = trials
            .iter()
            .map(|(place, trial)| scope.spawn(|| trial(place).map_err(|error| error.to_string())))
            .collect();
        for trial in trying {
            trial
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        }
        Ok(())
    })
}

/// The gate sent the code back over what callers saw, and the next round had learned from it.
fn the_first_guard_was_too_patient(text: &str, out: &Path) -> Tested {
    let rejected = text
        .lines()
        .find(|line| line.contains("Testing.behaves") && line.contains("longest wait"));
    let rejected = rejected.ok_or("no gate sent the code back over a wait")?;
    assert!(
        rejected.contains("callers are not answered as promised while stock fails"),
        "{rejected}"
    );
    let lesson = &json(&out.join("reports/lessons/resilience-0.json"))?[0];
    let (longest, promised) = (lesson["longest_ms"].as_u64(), lesson["promised_ms"].as_u64());
    assert!(longest > promised, "{lesson}");
    let guard = &json(&out.join("service.json"))?["calls"][0]["guard"];
    assert!(guard["all_calls_ms"].as_u64() < promised, "{guard}");
    for trial in json(&out.join("reports/resilience.json"))?["trials"]
        .as_array()
        .ok_or("no trials")?
    {
        assert!(trial["longest_wait_ms"].as_u64() <= promised, "{trial}");
    }
    Ok(())
}

fn faults_stayed_where_they_were(out: &Path) -> Tested {
    for (report, faults) in [("resilience", 4), ("isolation", 3)] {
        let report = json(&out.join(format!("reports/{report}.json")))?;
        let trials = report["trials"].as_array().ok_or("no trials")?;
        assert_eq!(trials.len(), faults, "{report}");
        assert!(
            report["findings"].as_array().is_some_and(Vec::is_empty),
            "{report}"
        );
    }
    let load = json(&out.join("reports/load.json"))?;
    // How fast this machine is says nothing; that both were measured does.
    for load in [&load["expected"], &load["doubled"], &load["limit"]] {
        assert!(load["answered_per_second"].as_f64() > Some(0.0), "{load}");
        assert!(load["peak_memory_bytes"].as_u64() > Some(0), "{load}");
    }
    let health = json(&out.join("reports/health.json"))?;
    assert!(health["requests"].as_u64() > Some(0), "{health}");
    assert!(health["budget_left_percent"].as_f64() >= Some(0.0), "{health}");
    Ok(())
}

fn everything_can_be_seen(out: &Path) -> Tested {
    let report = json(&out.join("reports/visibility.json"))?;
    let trials = report["trials"].as_array().ok_or("no trials")?;
    let told: Vec<_> = trials
        .iter()
        .filter_map(|trial| trial["told_by"].as_str())
        .collect();
    let expected = [
        "StockSlow",
        "StockFailing",
        "StockGarbled",
        "StockUnreachable",
        "StoreRefusing",
    ];
    assert_eq!(told, expected);
    assert_eq!(report["complete_traces"], report["tried_traces"]);
    assert_eq!(report["leaked_lines"], serde_json::json!([]));
    assert_eq!(report["incomplete_lines"], 0);
    Ok(())
}

/// With stock far away, the objectives are missed by the first design; and the run is killed again and again meanwhile.
#[test]
fn a_run_that_is_killed_goes_on_where_it_was_and_missed_objectives_send_the_design_back() -> Tested {
    let place = place()?;
    let mut text = String::new();
    for step in [
        "ServiceDefinition.establish_interfaces",
        "InfrastructureSetup.configure_containers",
        "Implementation.add_resilience",
        "Testing.test_function",
        "DeploymentAndOperation.roll_out",
    ] {
        text.push_str(&place.killed_after(script_with(&place, "far_stock.toml"), step)?);
    }
    let twin = twin_of(&place)?;
    let (output, halted) = std::thread::scope(|scope| {
        let halting =
            scope.spawn(|| an_unhealthy_service_halts_the_run(&twin).map_err(|error| error.to_string()));
        let output = script_with(&place, "far_stock.toml").output();
        (output, halting.join())
    });
    halted.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    let output = output?;
    text.push_str(&said(&output));
    assert!(output.status.success(), "{text}");
    // A rework does steps again, in its own round; in one round none is done twice.
    let mut done: Vec<String> = events(&text, "step_done")
        .iter()
        .map(|event| format!("{} in round {}", event["step"], event["round"]))
        .collect();
    done.sort();
    let all = done.len();
    done.dedup();
    assert_eq!(done.len(), all, "a step that was done ran again: {text}");
    assert!(place.out().join("docs/runbook.md").is_file());
    let traffic = json(&place.out().join("deployment/traffic.json"))?;
    assert_eq!(traffic["percent"], 100);
    let rejected = text
        .lines()
        .find(|line| line.contains("Testing.keeps_objectives") && line.contains("`answers in time`"));
    assert!(rejected.is_some(), "the first design was not sent back: {text}");
    // The design of the next round has lines asked for together, and keeps the objective.
    let code = json(&place.out().join("service.json"))?;
    assert!(code["calls"][0]["at_once"].as_u64() > Some(1), "{code}");
    let objectives = json(&place.out().join("reports/load.json"))?["objectives"].clone();
    assert!(
        objectives[1]["good_percent"].as_f64() >= Some(95.0),
        "{objectives}"
    );
    Ok(())
}

/// A place with the same run in it, at the same step.
fn twin_of(place: &Place) -> Result<Place, Box<dyn Error>> {
    let twin = self::place()?;
    let mut copy = Command::new("cp");
    copy.arg("-R").arg(place.path().join(".")).arg(twin.path());
    assert!(copy.status()?.success(), "the run cannot be copied");
    Ok(twin)
}

/// What was rolled out asks for one line after the other from now on, which takes longer than users are promised: the gate
/// halts the run, and it can be taken back.
fn an_unhealthy_service_halts_the_run(place: &Place) -> Tested {
    let file = place.out().join("service.json");
    let mut code = json(&file)?;
    code["calls"][0]["at_once"] = Value::from(1);
    std::fs::write(&file, code.to_string())?;
    let output = script_with(place, "far_stock.toml").output()?;
    let text = said(&output);
    assert!(!output.status.success(), "{text}");
    let rejected = text.lines().find(|line| {
        line.contains("DeploymentAndOperation.healthy_in_production") && line.contains("`answers in time`")
    });
    assert!(rejected.is_some(), "{text}");
    assert!(
        !steps(&text)
            .iter()
            .any(|step| step.ends_with("document_operations"))
    );
    operated::what_was_done_is_taken_back(place)
}

#[test]
fn a_charter_with_a_mistake_is_refused_with_its_field() -> Tested {
    let good = std::fs::read_to_string(shipped(EXAMPLE, "orders.toml"))?;
    let place = place()?;
    for (from, to, expected) in [
        (
            "writes = [\"order\", \"order_line\"]",
            "writes = [\"order\", \"invoice\"]",
            "changes data of billing and orders",
        ),
        (
            "asks = [\"reserve stock\"]",
            "asks = [\"reserve seats\"]",
            "names `reserve seats`, which no neighbour offers",
        ),
        (
            "within 750 ms",
            "within half a second",
            "is not of the form `status below 500`",
        ),
        (
            "reads = [\"order\", \"order_line\"]",
            "reads = [\"ordr\"]",
            "names `ordr`, which is not in `data`",
        ),
        (
            "load_s = 1",
            "load_s = 0",
            "`trials.load_s` is 0, not between 1 and 3600",
        ),
        (
            "target_percent = 99.5",
            "target_percent = 100.0",
            "it leaves no error budget",
        ),
        ("purpose =", "porpoise =", "porpoise"),
    ] {
        let changed = good.replacen(from, to, 1);
        assert_ne!(changed, good, "`{from}` is not in the charter");
        let input = place.path().join("changed.toml");
        std::fs::write(&input, changed)?;
        let output = place
            .command(&["run", "changed", "--input"])
            .arg(&input)
            .output()?;
        assert!(!output.status.success(), "{to} was taken");
        assert!(said(&output).contains(expected), "{to}: {}", said(&output));
        assert!(
            !place.out().join("charter.json").exists(),
            "{to}: something was written"
        );
    }
    Ok(())
}

#[test]
fn the_picture_is_what_the_program_draws() -> Tested {
    let output = place()?.command(&["graph", "--format", "svg"]).output()?;
    let committed = std::fs::read(shipped(EXAMPLE, "plan.svg"))?;
    assert!(
        output.stdout == committed,
        "draw it again: graph --format svg --output examples/microservice/plan.svg"
    );
    Ok(())
}

/// A process that serves, until this is dropped.
struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    fn start(mut command: Command) -> Result<Self, Box<dyn Error>> {
        command
            .arg("--until-closed")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let address = line
            .split("http://")
            .nth(1)
            .ok_or(line.clone())?
            .trim()
            .to_owned();
        Ok(Serving { child, address })
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
