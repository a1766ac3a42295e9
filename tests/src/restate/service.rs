//! A program that serves, which can be killed and started again.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::leash::Leash;

/// A machine may be busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// The program, and how it is started.
#[derive(Debug)]
pub struct Service {
    program: PathBuf,
    arguments: Vec<String>,
    settings: Vec<(String, String)>,
    port: u16,
    folder: TempDir,
    runs: Option<Leash>,
}

impl Service {
    /// Starts it with these arguments and environment, and waits until it listens on that port.
    ///
    /// # Panics
    ///
    /// If it does not, with what it complained of.
    pub fn start(
        program: impl Into<PathBuf>,
        arguments: &[&str],
        settings: &[(&str, &str)],
        port: u16,
    ) -> Self {
        let mut service = Service {
            program: program.into(),
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            settings: settings
                .iter()
                .map(|&(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            port,
            folder: tempfile::tempdir().expect("a temporary folder can be made"),
            runs: None,
        };
        service.restart();
        service
    }

    /// Where the engine finds it.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The number of its process, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.runs.as_ref().map(Leash::id)
    }

    /// Ends it as kill -9 does.
    pub fn kill(&mut self) {
        self.runs = None;
    }

    /// Starts it again, and waits until it listens; ends it before if it runs.
    ///
    /// # Panics
    ///
    /// If it does not listen, with what it complained of.
    pub fn restart(&mut self) {
        self.kill();
        let complaints = File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("stderr"));
        let complaints = complaints.expect("a file for what it complains of");
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).envs(self.settings.iter().cloned());
        command
            .stdout(complaints.try_clone().expect("a file has two handles"))
            .stderr(complaints);
        self.runs = Some(Leash::start(&mut command, Some(self.folder.path())));
        self.listens();
    }

    fn listens(&mut self) {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let began = Instant::now();
        while TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_err() {
            let ended = self.runs.as_mut().and_then(Leash::ended);
            let vain = ended.is_some() || began.elapsed() > PATIENCE;
            assert!(
                !vain,
                "{:?} does not listen ({ended:?}): {}",
                self.program,
                self.complaints()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What it said and complained of so far.
    pub fn complaints(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("stderr")).unwrap_or_default()
    }
}

impl Drop for Service {
    #[allow(
        clippy::print_stderr,
        reason = "whoever reads why a test failed wants to see it"
    )]
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("\n== {:?} said:\n{}\n", self.program, self.complaints());
        }
    }
}
