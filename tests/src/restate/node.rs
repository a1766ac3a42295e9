//! One process of the server, on ports and in a folder that it keeps when it is started again.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::leash::Leash;
use super::{ports, web};

/// A server that works is there in a quarter of a second; a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);
/// Of the log, when something is wrong.
const LAST_LINES: usize = 60;

/// The process, if it runs, and what stays of it.
#[derive(Debug)]
pub(super) struct Node {
    name: String,
    program: PathBuf,
    folder: TempDir,
    ports: Ports,
    runs: Option<Leash>,
}

/// Where a node listens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ports {
    pub(super) node: u16,
    admin: u16,
    ingress: u16,
}

impl Ports {
    pub(super) fn free() -> Self {
        Ports {
            node: ports::free(),
            admin: ports::free(),
            ingress: ports::free(),
        }
    }
}

impl Node {
    /// Makes the folder of one; it does not run yet. `more` are lines of its configuration: tables come last in it.
    pub(super) fn new(program: &Path, name: &str, ports: Ports, more: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("restate-").tempdir();
        let folder = folder.expect("a temporary folder can be made");
        let node = Node {
            name: name.to_owned(),
            program: program.to_owned(),
            folder,
            ports,
            runs: None,
        };
        fs::write(node.path("restate.toml"), node.configuration(more)).expect("it can be written");
        node
    }

    /// Small: tests share a machine. The rest is what the server does by itself, fsync also.
    fn configuration(&self, more: &str) -> String {
        let Ports { node, admin, ingress } = self.ports;
        let data = self.path("data");
        let (name, data) = (&self.name, data.display());
        let mut text = format!(
            "node-name = \"{name}\"\nbind-ip = \"127.0.0.1\"\nbind-port = {node}\nadvertised-host = \"127.0.0.1\"\n\
            listen-mode = \"tcp\"\nbase-dir = \"{data}\"\ndisable-telemetry = true\ndefault-num-partitions = 4\n\
            rocksdb-total-memory-size = \"128 MiB\"\nlog-disable-ansi-codes = true\n"
        );
        let _ = write!(
            text,
            "{more}\n[admin]\nbind-port = {admin}\n[ingress]\nbind-port = {ingress}\n"
        );
        text
    }

    /// Starts the process; it may not answer yet.
    pub(super) fn launch(&mut self) {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.path("log"));
        let log = log.expect("a file for the log");
        let mut command = Command::new(&self.program);
        command
            .arg("--config-file")
            .arg(self.path("restate.toml"))
            .arg("--no-logo");
        command
            .stderr(log.try_clone().expect("a file has two handles"))
            .stdout(Stdio::from(log));
        // What the server reads of the environment would win over its file.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("RESTATE_") || name == "RUST_LOG" {
                command.env_remove(name);
            }
        }
        self.runs = None;
        self.runs = Some(Leash::start(&mut command, Some(self.folder.path())));
    }

    /// Waits until it is healthy and can say what runs there are; `false` if it ended by itself, as it does when somebody
    /// else has one of its ports.
    pub(super) fn is_well(&mut self) -> bool {
        let began = Instant::now();
        loop {
            if self.runs.as_mut().is_none_or(|process| process.ended().is_some()) {
                return false;
            }
            if self.answers() {
                return true;
            }
            let late = began.elapsed() > PATIENCE;
            assert!(
                !late,
                "`{}` does not answer; its log:\n{}",
                self.name,
                self.last_said()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn answers(&self) -> bool {
        let second = Duration::from_secs(1);
        let well = |url: String| web::ask_within(second, &url, None).is_ok_and(|answer| answer.is_good());
        well(format!("{}/health", self.admin_url())) && well(format!("{}/restate/health", self.ingress_url()))
    }

    /// Whether all partitions have a leader, as this node sees it: only then can all runs be listed.
    pub(super) fn lists_runs(&self) -> bool {
        let query = serde_json::json!({"query": "SELECT COUNT(*) AS n FROM sys_invocation_status"});
        let answer = web::ask_within(
            Duration::from_secs(2),
            &format!("{}/query", self.admin_url()),
            Some(&query),
        );
        answer.is_ok_and(|answer| answer.is_good() && answer.json()["rows"][0]["n"].is_u64())
    }

    /// How many nodes keep the cluster's metadata, as this one sees it.
    pub(super) fn members(&self) -> usize {
        let url = format!("{}/cluster-health", self.admin_url());
        let answer = web::ask_within(Duration::from_secs(2), &url, None);
        let members = answer.map(|answer| answer.json()["metadata_cluster_health"]["members"].clone());
        members
            .ok()
            .and_then(|members| Some(members.as_array()?.len()))
            .unwrap_or(0)
    }

    /// As kill -9 does.
    pub(super) fn kill(&mut self) {
        self.runs = None;
    }

    /// The number of its process, while it runs.
    pub(super) fn id(&self) -> Option<u32> {
        self.runs.as_ref().map(Leash::id)
    }

    pub(super) fn admin_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.admin)
    }

    pub(super) fn ingress_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.ingress)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The end of its log.
    pub(super) fn last_said(&self) -> String {
        let log = fs::read(self.path("log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
    }
}

impl Drop for Node {
    #[allow(
        clippy::print_stderr,
        reason = "whoever reads why a test failed wants to see it"
    )]
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("\n== the log of `{}` ends:\n{}\n", self.name, self.last_said());
        }
    }
}
