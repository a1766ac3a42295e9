//! What whoever is called does: a procedure for each alert and for what operations do anyway, as a page that is linted.

use std::{
    fmt::Write,
    io::Write as _,
    process::{Command, Stdio},
};

use super::deployment;
use crate::{
    artifacts::{ContainerSetup, DependencyMap, MonitoringSetup, OperationsManual, Rollout},
    evidence::Procedure,
    failure::{Outcome, ensure},
    infrastructure::discovery,
    outputs::Outputs,
    verbs,
};

/// Where it lies.
pub const FILE: &str = "docs/runbook.md";

/// Writes it.
///
/// # Errors
/// When a command cannot be read by a shell, or by the program that it is for.
pub fn write(
    monitoring: &MonitoringSetup,
    dependencies: &DependencyMap,
    containers: &ContainerSetup,
    rollout: &Rollout,
    outputs: &Outputs,
) -> Outcome<OperationsManual> {
    let manual = OperationsManual {
        procedures: procedures(dependencies, containers, rollout),
        alerts: monitoring
            .alerts
            .iter()
            .map(|trial| trial.alert.clone())
            .collect(),
    };
    let text = text(&manual);
    let faults = lint(&text);
    ensure(faults.is_empty(), faults.join("; "))?;
    outputs.write(FILE, text)?;
    Ok(manual)
}

fn procedure(title: &str, when: &str, commands: &[&str], expected: &str, takes_min: u32) -> Procedure {
    Procedure {
        title: title.to_owned(),
        when: when.to_owned(),
        commands: commands.iter().map(|command| (*command).to_owned()).collect(),
        expected: expected.to_owned(),
        takes_min,
    }
}

const COMPOSE: &str = "docker compose --file infrastructure/compose.yaml";

fn procedures(
    dependencies: &DependencyMap,
    containers: &ContainerSetup,
    rollout: &Rollout,
) -> Vec<Procedure> {
    let away = dependencies.dependencies.iter().find(|it| it.name == "stock");
    let away = away.map_or("", |it| it.when_away.as_str());
    let ask_stock = "microservice probe http://127.0.0.1:8081/health/alive";
    let metrics = "microservice probe http://127.0.0.1:8080/metrics";
    let alive = "microservice probe http://127.0.0.1:8080/health/alive";
    let ready = "microservice probe http://127.0.0.1:8080/health/ready";
    let compose = |rest: &str| format!("{COMPOSE} {rest}");
    let pending = format!("meanwhile {away}; `orders_pending` falls to 0 when stock answers again");
    let before = rollout.image_before.as_deref().unwrap_or("none");
    vec![
        procedure(
            "Deploy",
            "a new image has passed the pipeline",
            &["microservice lint .", "microservice roll-out ."],
            "each step says `kept`, and the last one has 100 % of the traffic",
            5,
        ),
        procedure(
            "Roll back",
            "a release answers with errors or late",
            &["microservice roll-back .", &format!("cat {}", deployment::FILE)],
            &format!("`percent` is 0: all traffic goes to {before}"),
            2,
        ),
        procedure(
            "Scale",
            "the processors are busy by more than 70 % for an hour",
            &[&compose(&format!(
                "up --detach --scale orders={}",
                containers.instances_at_most
            ))],
            "as many instances are ready, and the registry has them all",
            5,
        ),
        procedure(
            "Restore",
            "the volume of the store is lost",
            &[
                &compose("stop orders"),
                "cp backup/orders.db data/orders.db",
                &compose("start orders"),
                ready,
            ],
            "the last command prints `200`",
            15,
        ),
        procedure(
            "Debug",
            "callers complain and no alert says why",
            &[
                alive,
                metrics,
                &format!("ls {}", discovery::REGISTRY),
                "grep --count '\"level\":\"ERROR\"' logs/orders.log.jsonl",
            ],
            "the log has the trace of each request; the spans of that trace say which service took the time",
            20,
        ),
        procedure(
            "Stock is slow",
            "`StockSlow`: calls of stock time out",
            &[ask_stock, metrics],
            &pending,
            10,
        ),
        procedure(
            "Stock answers with errors",
            "`StockFailing`: stock answers with errors",
            &[ask_stock, metrics, &compose("logs --since 10m stock")],
            &pending,
            10,
        ),
        procedure(
            "Stock answers what nobody can read",
            "`StockGarbled`: an answer of stock is none of its contract",
            &[metrics, &compose("images stock")],
            "the team of stock has been told which release began it; meanwhile orders are pending",
            15,
        ),
        procedure(
            "Stock cannot be reached",
            "`StockUnreachable`: nobody listens where stock was",
            &[ask_stock, &compose("up --detach stock"), ask_stock],
            &pending,
            5,
        ),
        procedure(
            "The store is full",
            "`StoreRefusing`: orders are refused with 503",
            &["df --human-readable data", ready, &compose("restart orders")],
            "after the volume has grown the probe prints `200`, and the instance is in the registry again",
            15,
        ),
    ]
}

fn text(manual: &OperationsManual) -> String {
    let mut text = String::from(
        "# Runbook of orders\n\nEach alert leads to one of these procedures.\n\n| alert | procedure |\n| --- | --- |\n",
    );
    for alert in &manual.alerts {
        let anchor = alert.procedure.to_lowercase().replace(' ', "-");
        let _ = writeln!(text, "| `{}` | [{}](#{anchor}) |", alert.name, alert.procedure);
    }
    for procedure in &manual.procedures {
        let _ = write!(
            text,
            "\n## {}\n\nWhen: {}.\n\n```sh\n{}\n```\n\nThen: {}. It takes about {} minutes.\n",
            procedure.title,
            procedure.when,
            procedure.commands.join("\n"),
            procedure.expected,
            procedure.takes_min
        );
    }
    text
}

/// The titles of its procedures.
#[must_use]
pub fn headings(text: &str) -> Vec<String> {
    let headings = text.lines().filter_map(|line| line.strip_prefix("## "));
    headings.map(str::to_owned).collect()
}

/// Everything that is wrong with one: alerts without a procedure, procedures without commands, commands that nothing can read.
#[must_use]
pub fn lint(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let headings = headings(text);
    for row in text.lines().filter(|line| line.starts_with("| `")) {
        let title = row.split('[').nth(1).and_then(|rest| rest.split(']').next());
        let title = title.unwrap_or_default();
        if !headings.iter().any(|heading| heading == title) {
            faults.push(format!("{row} leads to a procedure that is not written"));
        }
    }
    for section in text.split("\n## ").skip(1) {
        let title = section.lines().next().unwrap_or_default();
        let commands = section
            .split("```sh\n")
            .nth(1)
            .and_then(|rest| rest.split("\n```").next());
        match commands.map(str::trim).filter(|commands| !commands.is_empty()) {
            None => faults.push(format!("`{title}` has no commands")),
            Some(commands) => {
                let broken = commands
                    .lines()
                    .filter_map(|line| command_fault(line).map(|it| (line, it)));
                faults.extend(broken.map(|(line, fault)| format!("`{title}`: `{line}`: {fault}")));
            }
        }
    }
    faults
}

/// What a shell has against a line; what this program has, where it is for it.
fn command_fault(line: &str) -> Option<String> {
    if let Some(arguments) = line.strip_prefix("microservice ") {
        return verbs::read(arguments.split_whitespace()).err();
    }
    let mut shell = Command::new("sh")
        .arg("-n")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    if let Some(mut input) = shell.stdin.take() {
        let _ = input.write_all(line.as_bytes());
    }
    let said = shell.wait_with_output().ok()?;
    let fault = String::from_utf8_lossy(&said.stderr).trim().to_owned();
    (!said.status.success()).then_some(fault)
}
