//! Examples on the Restate engine, by the script that a user calls.

#![cfg(unix)]

use std::sync::atomic::{AtomicU16, Ordering};
use std::{
    io::Read,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use shop::Shop;
use support::{Place, Tested, said};

#[path = "../database_migration/shop.rs"]
#[allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "it serves the tests of the example as well"
)]
mod shop;
#[path = "../support/mod.rs"]
mod support;

const PORTS: [&str; 4] = ["INGRESS_PORT", "ADMIN_PORT", "NODE_PORT", "WORKER_PORT"];
const LONG: Duration = Duration::from_secs(60);

/// What must end well.
fn succeeds(command: &mut Command) -> Tested {
    let output = command.output()?;
    if output.status.success() {
        Ok(())
    } else {
        Err(said(&output).into())
    }
}

/// The program of the server: what is named, or installed for the tests.
fn server() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("RESTATE_SERVER") {
        return Some(named.into());
    }
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/tools/restate/node_modules/@restatedev");
    let machines = std::fs::read_dir(tools).into_iter().flatten().flatten();
    let found = machines
        .map(|machine| machine.path().join("bin/restate-server"))
        .find(|server| server.is_file());
    if found.is_none() {
        support::skipped_without("the Restate server");
    }
    found
}

/// A port that nobody listens on, below those that systems hand out to outgoing connections; each once in a process.
fn free() -> u16 {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    let first = 20_000 + std::process::id() % 10_000;
    loop {
        let next = u32::from(GIVEN.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(first + next).expect("it is far below 65,536");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// The script, which carries the example out in that folder.
struct Script {
    command: Command,
    ports: [u16; 4],
}

impl Script {
    fn of(example: &str, work: &Path) -> std::io::Result<Option<Self>> {
        let Some(server) = server() else {
            return Ok(None);
        };
        let ports = [free(), free(), free(), free()];
        let mut command = Command::new("sh");
        command
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("on_restate.sh"))
            .arg(example);
        command.envs(
            PORTS
                .iter()
                .zip(ports)
                .map(|(name, port)| (name, port.to_string())),
        );
        command
            .env("RESTATE_SERVER", server)
            .env("WORK", work)
            .env("PROGRAM", support::program(example));
        command.env(format!("{}_OUT", example.to_uppercase()), work.join("out"));
        for unset in [
            "WORKFLOW_JOURNAL",
            "WORKFLOW_ROSTER",
            "WORKFLOW_ACTOR",
            "INPUT",
            "RUN",
        ] {
            command.env_remove(unset);
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Ok(Some(Script { command, ports }))
    }

    /// Nothing that it started goes on: nobody listens.
    fn left_nothing(&self) {
        for port in self.ports {
            assert!(
                TcpListener::bind(("127.0.0.1", port)).is_ok(),
                "something is left at port {port}"
            );
        }
    }
}

#[test]
fn a_brief_becomes_a_tested_service_on_the_engine() -> Tested {
    let place = Place::new("restful_api")?;
    // With a lighter load.
    let brief = std::fs::read_to_string(support::shipped("restful_api", "bookshop.toml"))?;
    let input = place.path().join("light.toml");
    std::fs::write(&input, brief.replace("requests = 2000", "requests = 100"))?;
    let Some(mut script) = Script::of("restful_api", place.path())? else {
        return Ok(());
    };
    let output = script.command.env("INPUT", &input).output()?;
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("`sample` is done: 36 of 36 steps done"), "{text}");
    assert!(place.out().join("reports/contract.json").is_file(), "{text}");
    script.left_nothing();
    Ok(())
}

#[test]
fn a_shop_is_migrated_on_the_engine_with_the_people_who_hand_in() -> Tested {
    let shop = Shop::of(2_000)?;
    let Some(mut script) = Script::of("database_migration", shop.place.path())? else {
        return Ok(());
    };
    let output = script.command.env("INPUT", shop.input()).output()?;
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("done"), "{text}");
    assert!(
        shop.place
            .out()
            .join("reports/production-integrity.json")
            .is_file(),
        "{text}"
    );
    let database = shop::open(&shop.file())?;
    assert!(
        database.prepare("SELECT total FROM orders").is_err(),
        "the old column is there"
    );
    script.left_nothing();
    Ok(())
}

#[test]
fn each_port_that_is_taken_is_told_and_nothing_is_left() -> Tested {
    for (taken, name) in PORTS.iter().enumerate() {
        let place = Place::new("restful_api")?;
        let Some(mut script) = Script::of("restful_api", place.path())? else {
            return Ok(());
        };
        let held = TcpListener::bind(("127.0.0.1", script.ports[taken]))?;
        let began = Instant::now();
        let output = script.command.output()?;
        let text = said(&output);
        println!("{} after {:.1?}: {text}", name, began.elapsed());
        assert!(!output.status.success(), "{text}");
        assert!(
            text.contains("choose other ports with INGRESS_PORT"),
            "{}: {text}",
            name
        );
        assert!(began.elapsed() < LONG);
        drop(held);
        script.left_nothing();
    }
    Ok(())
}

#[test]
fn a_script_that_is_interrupted_ends_what_it_started() -> Tested {
    for signal in ["INT", "TERM"] {
        let folder = tempfile::tempdir()?;
        let work = folder.path().join("a folder with spaces");
        std::fs::create_dir(&work)?;
        let Some(mut script) = Script::of("restful_api", &work)? else {
            return Ok(());
        };
        let program = work.join("a program");
        std::os::unix::fs::symlink(support::program("restful_api"), &program)?;
        script.command.env("PROGRAM", program).env("TMPDIR", &work);
        let mut child = script.command.spawn()?;
        until_it_works(&mut child, &work);
        let interrupt = format!("kill -{signal} {}", child.id());
        assert!(Command::new("sh").args(["-c", &interrupt]).status()?.success());
        let began = Instant::now();
        let output = ended(child)?;
        assert_eq!(output.status.code(), Some(130), "{}", said(&output));
        assert!(began.elapsed() < LONG, "it took {:?}", began.elapsed());
        script.left_nothing();
        let left: Vec<_> = std::fs::read_dir(&work)?
            .flatten()
            .map(|entry| entry.file_name())
            .collect();
        assert!(
            !left.iter().any(|name| name.to_string_lossy().starts_with("tmp")),
            "{left:?}"
        );
    }
    Ok(())
}

/// Waits until the run has written something.
fn until_it_works(child: &mut Child, work: &Path) {
    let began = Instant::now();
    while !work.join("out").exists() {
        let ended = child.try_wait().expect("it is ours");
        assert!(
            ended.is_none() && began.elapsed() < LONG,
            "it does not begin: {ended:?}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What it said, which it does not say at length.
fn ended(mut child: Child) -> std::io::Result<Output> {
    let began = Instant::now();
    while child.try_wait()?.is_none() {
        assert!(began.elapsed() < LONG, "it does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
    let (mut out, mut err) = (Vec::new(), Vec::new());
    if let (Some(mut from), Some(mut errors)) = (child.stdout.take(), child.stderr.take()) {
        // Whoever was not ended holds these open.
        from.read_to_end(&mut out)?;
        errors.read_to_end(&mut err)?;
    }
    Ok(Output {
        status: child.wait()?,
        stdout: out,
        stderr: err,
    })
}
