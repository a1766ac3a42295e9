//! A folder in which programs are run, with a server, and a worker of the plan.

use std::ffi::OsStr;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tests::restate::{Server, Service, free};
use tests::soon::LONG;

use crate::folder::{Folder, LAUNCH, Said};
use crate::schema::checked;

/// The plan that is carried out for long.
pub(crate) const FERRY: &str = env!("CARGO_BIN_EXE_ferry");
/// The same workflow under a plan that somebody edited.
pub(crate) const FERRY_CHANGED: &str = env!("CARGO_BIN_EXE_ferry_changed");

/// What a ferry is begun with: it waits for the customs, or for nobody.
pub(crate) const HAY: &str = "goods = \"hay\"\ncustoms = true\n";
pub(crate) const STRAW: &str = "goods = \"straw\"\ncustoms = false\n";

/// No command takes longer, unless it is said.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// Programs in a folder, and the engine that they are told of.
pub(crate) struct Desk {
    pub(crate) folder: Folder,
    pub(crate) server: Server,
}

impl Desk {
    /// With a server of its own.
    pub(crate) fn new() -> Option<Self> {
        let server = Server::start()?;
        let folder = Folder::new();
        folder.write("hay.toml", HAY);
        folder.write("straw.toml", STRAW);
        Some(Desk { folder, server })
    }

    /// With a worker of `launch` as well, whose steps act like that.
    pub(crate) fn launching(acts: &str) -> Option<(Self, Service)> {
        let desk = Desk::new()?;
        let worker = desk.worker(LAUNCH, free(), &[("LAUNCH", acts)]);
        Some((desk, worker))
    }

    /// With a worker of `ferry`.
    pub(crate) fn ferrying(settings: &[(&str, &str)]) -> Option<(Self, Service)> {
        let mut desk = Desk::new()?;
        desk.folder.program(FERRY);
        let worker = desk.worker(FERRY, free(), settings);
        Some((desk, worker))
    }

    /// Starts a worker there, and waits until it is registered.
    pub(crate) fn worker(&self, program: &str, port: u16, settings: &[(&str, &str)]) -> Service {
        let (url, listen) = (self.server.admin_url(), format!("127.0.0.1:{port}"));
        let words = [
            "worker", "--engine", "restate", "--url", &url, "--listen", &listen,
        ];
        let worker = Service::start(program, &words, settings, port);
        is_registered(&worker);
        worker
    }

    fn with_engine<'a>(&self, words: &[&'a str], url: &'a str) -> Vec<&'a str> {
        // What comes after `--` is no option.
        let end = words.iter().position(|word| *word == "--").unwrap_or(words.len());
        let (before, after) = words.split_at(end);
        [before, &["--engine", "restate", "--url", url], after].concat()
    }

    /// A command about runs of the engine, and what it says within the time that is given.
    #[track_caller]
    pub(crate) fn run_within(&self, time: Duration, words: &[&str]) -> Said {
        let url = self.server.admin_url();
        within(time, self.folder.called(&self.with_engine(words, &url)))
    }

    #[track_caller]
    pub(crate) fn run(&self, words: &[&str]) -> Said {
        self.run_within(SOON, words)
    }

    /// What must end with status 0.
    #[track_caller]
    pub(crate) fn well(&self, words: &[&str]) -> Said {
        let said = self.run(words);
        assert_eq!(said.status, 0, "{words:?}\n{}{}", said.out, said.err);
        said
    }

    /// The one document that it prints, by its schema.
    #[track_caller]
    pub(crate) fn json(&self, words: &[&str]) -> (Said, Value) {
        let mut with = words.to_vec();
        with.insert(1, "--json");
        let said = self.run(&with);
        let document = checked(words, &said.out);
        (said, document)
    }

    /// Until the run stands like that.
    #[track_caller]
    pub(crate) fn until(&self, run: &str, standing: &str) {
        let began = Instant::now();
        loop {
            let (_, status) = self.json(&["status", "--", run]);
            if status["run"]["standing"] == standing {
                return;
            }
            assert!(
                began.elapsed() < LONG,
                "`{run}` does not come to be {standing}: {status}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Waits until the server knows a worker.
#[track_caller]
pub(crate) fn is_registered(worker: &Service) {
    let began = Instant::now();
    while !worker.complaints().contains("served at") {
        assert!(
            began.elapsed() < LONG,
            "it is not registered: {}",
            worker.complaints()
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// What a command says, which must end in that time.
#[track_caller]
pub(crate) fn within(time: Duration, mut command: Command) -> Said {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("it can be started");
    let id = child.id();
    let (over, is_over) = std::sync::mpsc::channel::<()>();
    let guard = std::thread::spawn(move || {
        let late = is_over.recv_timeout(time) == Err(std::sync::mpsc::RecvTimeoutError::Timeout);
        if late {
            let _ = Command::new("kill").args(["-KILL", &id.to_string()]).status();
        }
        late
    });
    let said = Said::of(child.wait_with_output().expect("it ends"));
    drop(over);
    let late = guard.join().expect("it waits only");
    assert!(
        !late,
        "{command:?} does not end within {time:?}\n{}{}",
        said.out, said.err
    );
    said
}

/// A program that is told of an engine by options alone.
#[track_caller]
pub(crate) fn at<S: AsRef<OsStr>>(folder: &Folder, words: &[S]) -> Said {
    within(SOON, folder.called(words))
}
