//! Another process: the same test program, started again for one errand.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::place::Place;
use crate::soon::LONG;

const ERRAND: &str = "WORKFLOW_TEST_ERRAND";
const SAYS: &str = "CHILD ";

/// The other process; it ends with this value at the latest.
#[derive(Debug)]
pub struct Child {
    process: std::process::Child,
    said: Receiver<String>,
}

/// What this process was sent for, and the journal; `None` in the parent.
pub fn errand() -> Option<(String, PathBuf)> {
    let told = std::env::var(ERRAND).ok()?;
    let (what, path) = told.split_once(':').expect("what to do, and where");
    Some((what.to_owned(), path.into()))
}

/// Says something to the parent.
pub fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{SAYS}{text}")
        .and_then(|()| out.flush())
        .expect("the parent listens");
}

impl Child {
    /// Starts the test `as_a_child_process` of this program, which asks for its [`errand`].
    pub fn sent(errand: &str, place: &Place) -> Self {
        let mut process = Command::new(std::env::current_exe().expect("a test has a file"))
            .args(["as_a_child_process", "--exact", "--nocapture", "--test-threads=1"])
            .env(ERRAND, format!("{errand}:{}", place.path().display()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it can be started");
        let out = BufReader::new(process.stdout.take().expect("it is piped"));
        let (saying, said) = channel();
        std::thread::spawn(move || {
            let lines = out.lines().map_while(Result::ok);
            let said = lines.filter_map(|line| line.strip_prefix(SAYS).map(str::to_owned));
            said.for_each(|said| drop(saying.send(said)));
        });
        Child { process, said }
    }

    /// The next thing it says; blocks the thread.
    pub fn says(&self) -> String {
        let said = self.said.recv_timeout(LONG);
        said.expect("the child says something")
    }

    /// Whatever it said last, once it has ended.
    pub fn last_said(&self) -> Option<String> {
        std::iter::from_fn(|| self.said.recv_timeout(LONG).ok()).last()
    }

    /// Presses Ctrl-C.
    pub fn interrupt(&self) {
        self.signal("INT");
    }

    /// Stops it where it is, as a machine does that swaps or sleeps.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    /// Its number, as the system has it.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.id());
        let sent = Command::new("sh").args(["-c", &kill]).status();
        assert!(sent.expect("there is a shell").success());
    }

    /// Ends it as kill -9 does.
    pub fn kill(mut self) {
        self.process.kill().expect("it can be killed");
        self.process.wait().expect("it is gone");
    }

    /// How it ended by itself; blocks the thread.
    pub fn ended(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().expect("it is ours") {
                return status;
            }
            assert!(began.elapsed() < LONG, "the child does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
