//! The main job, driven as a user drives it: the built program, real briefs, real folders.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use support::{Tested, events, said, steps};

mod misuse;
#[path = "../support/mod.rs"]
mod support;

fn program() -> PathBuf {
    support::program("restful_api")
}

fn shipped(name: &str) -> PathBuf {
    support::shipped("restful_api", name)
}

/// The bookshop with a lighter load, where the load is not what is tested.
fn light(folder: &Path) -> Result<PathBuf, std::io::Error> {
    let brief = folder.join("light.toml");
    let text = std::fs::read_to_string(shipped("bookshop.toml"))?;
    std::fs::write(&brief, text.replace("requests = 2000", "requests = 100"))?;
    Ok(brief)
}

/// The run of a brief that writes to that folder, with its journal beside it, and says what happens line by line.
fn job(brief: &Path, out: &Path) -> Command {
    job_in(&journal(out), brief, out)
}

fn job_in(journal: &Path, brief: &Path, out: &Path) -> Command {
    let mut command = Command::new(program());
    command
        .args(["run", "shop", "--json-lines", "--input"])
        .arg(brief);
    command.arg("--journal").arg(journal);
    command.env("RESTFUL_API_OUT", out);
    command
}

fn journal(out: &Path) -> PathBuf {
    out.with_file_name("journal.db")
}

fn check(out: &Path) -> std::io::Result<Output> {
    Command::new(program()).arg("check").arg(out).output()
}

#[test]
fn a_brief_becomes_a_tested_service() -> Tested {
    for (brief, operations) in [("bookshop.toml", 15), ("clinic.toml", 20)] {
        let folder = tempfile::tempdir()?;
        let out = folder.path().join("out");
        let output = job(&shipped(brief), &out).output()?;
        let text = said(&output);
        assert!(output.status.success(), "{brief}: {text}");
        assert_eq!(steps(&text).len(), 36, "{brief}: {text}");
        let root = out.canonicalize()?;
        let serve = format!("cargo run --example restful_api -- serve {}", root.display());
        assert!(text.contains(&serve), "{brief}: {text}");
        for file in [
            "openapi.json",
            "openapi.yaml",
            "design/entities.mmd",
            "migrations/0001_tables.up.sql",
            "migrations/0002_indexes.down.sql",
            "service.db",
            "service.json",
            "service.toml",
            "dependencies.json",
            "reports/unit.json",
            "reports/contract.json",
            "reports/authentication.json",
            "reports/bad_input.json",
            "reports/load.json",
            "reports/security.json",
            "docs/api.md",
            "docs/examples.md",
            "docs/deployment.md",
            "manifest.json",
        ] {
            assert!(out.join(file).is_file(), "{brief}: {file} is missing");
        }
        assert!(
            !out.join("scratch").exists(),
            "something is left of what was tried"
        );
        let document: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("openapi.json"))?)?;
        let reference = std::fs::read_to_string(out.join("docs/api.md"))?;
        let items = document["paths"]
            .as_object()
            .into_iter()
            .flat_map(serde_json::Map::values);
        let ids: Vec<&str> = items
            .filter_map(serde_json::Value::as_object)
            .flat_map(serde_json::Map::values)
            .filter_map(|operation| operation["operationId"].as_str())
            .collect();
        assert_eq!(ids.len(), operations);
        assert!(
            ids.iter().all(|id| reference.contains(&format!("### {id}\n"))),
            "{ids:?}"
        );
    }
    Ok(())
}

#[test]
fn a_finished_folder_is_left_as_it_is() -> Tested {
    let folder = tempfile::tempdir()?;
    let (brief, out) = (light(folder.path())?, folder.path().join("out"));
    assert!(job(&brief, &out).output()?.status.success());
    let manifest = std::fs::read(out.join("manifest.json"))?;
    let tokens = std::fs::read(out.join("tokens.json"))?;

    let again = job(&brief, &out).output()?;
    assert!(again.status.success(), "{}", said(&again));
    assert_eq!(steps(&said(&again)), Vec::<String>::new());

    let other = job(&shipped("clinic.toml"), &out).output()?;
    assert_eq!(other.status.code(), Some(3), "{}", said(&other));
    assert!(said(&other).contains("other_run"), "{}", said(&other));

    // The same brief by another journal is another run.
    let anew = job_in(&folder.path().join("other.db"), &brief, &out).output()?;
    assert_eq!(anew.status.code(), Some(1), "{}", said(&anew));
    assert!(said(&anew).contains("RESTFUL_API_OUT"), "{}", said(&anew));

    assert!(check(&out)?.status.success());
    assert_eq!(std::fs::read(out.join("manifest.json"))?, manifest);
    assert_eq!(std::fs::read(out.join("tokens.json"))?, tokens);
    std::fs::write(out.join("docs/api.md"), "tampered with")?;
    let tampered = check(&out)?;
    assert_eq!(tampered.status.code(), Some(1));
    assert!(said(&tampered).contains("`docs/api.md`"), "{}", said(&tampered));
    Ok(())
}

#[test]
fn each_run_has_a_folder_by_its_id() -> Tested {
    let folder = tempfile::tempdir()?;
    let brief = light(folder.path())?;
    let run = |words: &[&str]| {
        let mut command = Command::new(program());
        command.current_dir(folder.path()).env_remove("RESTFUL_API_OUT");
        command.args(words).arg("--input").arg(&brief).output()
    };
    let named_by_the_file = run(&["run"])?;
    assert!(named_by_the_file.status.success(), "{}", said(&named_by_the_file));
    let out = folder.path().join("target/restful_api/light");
    assert!(check(&out)?.status.success());
    assert!(folder.path().join("restful_api.db").is_file());

    let outside = run(&["run", "../outside"])?;
    assert_eq!(outside.status.code(), Some(1), "{}", said(&outside));
    assert!(
        said(&outside).contains("no folder can be named"),
        "{}",
        said(&outside)
    );
    Ok(())
}

#[test]
fn a_killed_run_goes_on_where_it_was() -> Tested {
    let briefs = tempfile::tempdir()?;
    let brief = light(briefs.path())?;
    for stop_after in [
        "Requirements.define_resources",
        "DatabaseDesign.establish_migrations",
        "Testing.unit_tests",
    ] {
        let folder = tempfile::tempdir()?;
        let out = folder.path().join("out");
        let mut child = job(&brief, &out).stdout(Stdio::piped()).spawn()?;
        let mut before = String::new();
        for line in BufReader::new(child.stdout.take().ok_or("no output")?).lines() {
            let line = line?;
            before.push_str(&line);
            before.push('\n');
            if line.contains(stop_after) && line.contains("step_done") {
                // SIGKILL: nothing of the program runs after this.
                child.kill()?;
            }
        }
        assert!(
            !child.wait()?.success(),
            "{stop_after}: it ended before it was killed"
        );

        let output = job(&brief, &out).output()?;
        let after = said(&output);
        assert!(output.status.success(), "{stop_after}: {after}");
        assert_eq!(events(&after, "taken_up").len(), 1, "{stop_after}: {after}");
        let (done, redone) = (steps(&before), steps(&after));
        assert!(done.iter().any(|step| step == stop_after), "{before}");
        let twice: Vec<&String> = redone.iter().filter(|step| done.contains(step)).collect();
        assert!(twice.is_empty(), "{stop_after}: {twice:?} ran again");
        // What was journaled in the moment of the kill may have gone unsaid, so the two together may lack a few.
        assert!(
            done.len() + redone.len() > 36 - 6,
            "{stop_after}: {done:?} {redone:?}"
        );
        assert!(check(&out)?.status.success());
    }
    Ok(())
}

#[test]
fn a_service_that_is_too_slow_goes_back_twice_and_then_halts() -> Tested {
    let folder = tempfile::tempdir()?;
    let (brief, out) = (folder.path().join("brief.toml"), folder.path().join("out"));
    let good = std::fs::read_to_string(shipped("bookshop.toml"))?;
    // So many clients at once wait for each other longer than a millisecond.
    let load = "clients = 64\nrequests = 1000\np99_budget_ms = 1\n";
    std::fs::write(
        &brief,
        good.split("clients = ").next().unwrap_or_default().to_owned() + load,
    )?;
    let output = job(&brief, &out).output()?;
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    let rejected = events(&text, "rejected");
    let back: Vec<_> = rejected.iter().map(|event| event["back_to"].as_str()).collect();
    let implementation = Some("Implementation");
    assert_eq!(back, [implementation, implementation, None], "{text}");
    for connections in ["2 reading", "4 reading", "8 reading"] {
        assert!(text.contains(connections), "{text}");
    }
    assert!(!text.contains("Finalization."), "{text}");

    // The rejection stands: asking again does no work.
    let again = job(&brief, &out).output()?;
    assert_eq!(again.status.code(), Some(1));
    assert_eq!(steps(&said(&again)), Vec::<String>::new());
    assert!(said(&again).contains("99th percentile"), "{}", said(&again));
    Ok(())
}

#[test]
fn the_finished_service_serves_and_says_when_its_port_is_in_use() -> Tested {
    let folder = tempfile::tempdir()?;
    let (brief, out) = (light(folder.path())?, folder.path().join("out"));
    assert!(job(&brief, &out).output()?.status.success());
    let serve = |port: u16| {
        let mut command = Command::new(program());
        command.arg("serve").arg(&out).arg("--port").arg(port.to_string());
        command
    };
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    let refused = serve(taken.local_addr()?.port()).output()?;
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(
        said(&refused).contains("choose another with `--port`"),
        "{}",
        said(&refused)
    );

    let mut child = serve(0).stdout(Stdio::piped()).spawn()?;
    let answered = child
        .stdout
        .take()
        .ok_or_else(|| "no output".into())
        .and_then(|stdout| {
            let mut line = String::new();
            BufReader::new(stdout).read_line(&mut line)?;
            ask(&line)
        });
    child.kill()?;
    child.wait()?;
    let answer = answered?;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.ends_with("{\"items\":[],\"next\":null}"), "{answer}");
    Ok(())
}

/// Lists the authors of the service whose address stands in the line.
fn ask(line: &str) -> Result<String, Box<dyn std::error::Error>> {
    use std::io::{Read, Write};
    let address = line
        .split("http://")
        .nth(1)
        .and_then(|rest| rest.split('/').next())
        .ok_or(line)?;
    let mut stream = std::net::TcpStream::connect(address)?;
    write!(
        stream,
        "GET /v1/authors HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
