//! What was written for operations is linted: each fault is found by its rule, and linters of others find none.

use std::{path::Path, process::Command};

use super::{Place, Tested, said, skipped_without};

const DOCKERFILE: &str = "infrastructure/Dockerfile";
const COMPOSE: &str = "infrastructure/compose.yaml";
const ALERTS: &str = "infrastructure/alerts.yaml";
const RUNBOOK: &str = "docs/runbook.md";

/// A file, a change to it, and what is said of that.
const FAULTS: &[(&str, &str, &str, &str)] = &[
    (DOCKERFILE, "debian:13.1-slim", "debian", "pinned-base"),
    (DOCKERFILE, "debian:13.1-slim", "debian:latest", "no-latest"),
    (DOCKERFILE, "USER 10001:10001\n", "", "non-root"),
    (DOCKERFILE, "USER 10001:10001", "USER root", "non-root"),
    (DOCKERFILE, "EXPOSE 8080", "ENV DB_PASSWORD=tea", "no-secret"),
    (DOCKERFILE, "EXPOSE 8080", "ARG API_TOKEN", "no-secret"),
    (
        DOCKERFILE,
        "ENTRYPOINT [\"/usr/local/bin/microservice\", \"serve\"]",
        "ENTRYPOINT microservice serve",
        "exec-form",
    ),
    (
        DOCKERFILE,
        "HEALTHCHECK",
        "# HEALTHCHECK\nLABEL note=\"x\"\n#",
        "healthcheck",
    ),
    (
        DOCKERFILE,
        "COPY service.json",
        "ADD service.json",
        "copy-not-add",
    ),
    (
        DOCKERFILE,
        "RUN groupadd",
        "RUN apt-get install curl && groupadd",
        "apt-yes",
    ),
    (
        COMPOSE,
        "read_only: true",
        "read_only: true\n    priviledged: true",
        "unknown field `priviledged`",
    ),
    (
        COMPOSE,
        "'127.0.0.1:8080",
        "'0.0.0.0:8080",
        "is reached from everywhere",
    ),
    (
        COMPOSE,
        "condition: service_healthy",
        "condition: service_started",
        "does not wait until `stock` is well",
    ),
    (
        COMPOSE,
        "image: orders:0.1.0",
        "image: orders:latest",
        "has an image without a version",
    ),
    (
        COMPOSE,
        "limits:\n          cpus: '1.000'\n          memory: 128M",
        "limits: null",
        "has no limits",
    ),
    (
        ALERTS,
        "stock_calls_total",
        "stock_call_total",
        "which nothing exposes",
    ),
    (
        ALERTS,
        "runbook: Stock is slow",
        "runbook: Stock is late",
        "which is not in the runbook",
    ),
    (ALERTS, "for:", "four:", "it cannot be read"),
    (
        RUNBOOK,
        "## Roll back",
        "## Go back",
        "leads to a procedure that is not written",
    ),
    (
        RUNBOOK,
        "microservice roll-out .",
        "microservice rollout .",
        "unrecognized subcommand",
    ),
    (
        RUNBOOK,
        "ls infrastructure/registry",
        "ls 'infrastructure/registry",
        "`Debug`",
    ),
];

pub(super) fn each_fault_is_found(place: &Place) -> Tested {
    let out = place.out();
    let lint = || place.command(&["lint"]).arg(&out).output();
    let output = lint()?;
    assert!(output.status.success(), "{}", said(&output));
    for (file, from, to, expected) in FAULTS {
        let path = out.join(file);
        let good = std::fs::read_to_string(&path)?;
        let changed = good.replacen(from, to, 1);
        assert_ne!(changed, good, "`{from}` is not in {file}: {good}");
        std::fs::write(&path, changed)?;
        let output = lint()?;
        std::fs::write(&path, good)?;
        let text = said(&output);
        assert_eq!(output.status.code(), Some(1), "{file} with `{to}` passes");
        assert!(
            text.contains(file) && text.contains(expected),
            "{file} with `{to}`: {text}"
        );
    }
    Ok(())
}

/// Linters that others wrote, from `tests/tools/containers`.
pub(super) fn others_find_nothing_either(place: &Place) -> Tested {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/tools/containers");
    let bin = tools.join("node_modules/.bin");
    if !bin.is_dir() {
        skipped_without("linters of containers (npm ci --prefix tests/tools/containers)");
        return Ok(());
    }
    let out = place.out();
    for (linter, arguments, file) in [
        ("dclint", &["--quiet", "--max-warnings", "0"][..], COMPOSE),
        ("dockerfile-utils", &["lint"], DOCKERFILE),
        ("markdownlint-cli2", &[], RUNBOOK),
    ] {
        let mut command = Command::new(bin.join(linter));
        // They read their settings from the folder that they are started in.
        command.current_dir(&tools).args(arguments);
        let file = out.join(file);
        let name = match linter {
            "markdownlint-cli2" => format!(":{}", file.display()),
            _ => file.display().to_string(),
        };
        let output = command.arg(name).output()?;
        assert!(output.status.success(), "{linter}: {}", said(&output));
    }
    Ok(())
}
