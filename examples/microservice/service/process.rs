//! An instance as a process of its own, started by this program from itself. It ends when this is dropped, and by itself when
//! whoever started it is gone: it serves until its standard input closes.

use std::{
    ffi::OsString,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::failure::{During, Failure, Outcome, ensure};

/// A process that serves.
#[derive(Debug)]
pub struct Instance {
    child: Child,
    address: SocketAddr,
}

/// How long a process may take until it serves; a busy machine takes long.
const STARTS_WITHIN: Duration = Duration::from_secs(20);
/// How long it may take to stop when it is told to.
const STOPS_WITHIN: Duration = Duration::from_secs(10);

/// What an instance is started with.
#[derive(Debug, Clone)]
pub struct Launch {
    arguments: Vec<OsString>,
    memory_kib: Option<u64>,
    one_heap: bool,
}

impl Launch {
    /// An instance of the orders service, by the file of its definition.
    #[must_use]
    pub fn orders(definition: &Path, stock: SocketAddr) -> Self {
        let launch = Launch {
            arguments: vec!["serve".into(), "orders".into()],
            memory_kib: None,
            one_heap: false,
        };
        launch
            .with("--definition", definition)
            .with("--stock", format!("http://{stock}"))
    }

    /// With one more option.
    #[must_use]
    pub fn with(mut self, option: &str, value: impl Into<OsString>) -> Self {
        self.arguments.push(option.into());
        self.arguments.push(value.into());
        self
    }

    /// With one heap for all threads, instead of one for each with addresses to spare.
    #[must_use]
    pub fn with_one_heap(mut self) -> Self {
        self.one_heap = true;
        self
    }

    /// With so much room for addresses; where it is used up, memory is refused.
    #[must_use]
    pub fn with_memory_kib(mut self, memory_kib: u64) -> Self {
        self.memory_kib = Some(memory_kib);
        self
    }

    /// Starts it, and waits until it says where it listens.
    ///
    /// # Errors
    /// When it does not start, or not in time.
    pub async fn start(&self) -> Outcome<Instance> {
        let program = program()?;
        let mut command = match self.memory_kib {
            None => Command::new(program),
            Some(kib) => {
                let mut shell = Command::new("sh");
                shell
                    .arg("-c")
                    .arg(format!("ulimit -v {kib} && exec \"$0\" \"$@\""));
                shell.arg(program);
                shell
            }
        };
        if self.one_heap {
            command.env("MALLOC_ARENA_MAX", "1");
        }
        command
            .args(&self.arguments)
            .args(["--listen", "127.0.0.1:0", "--until-closed"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let mut child = command.spawn().during("starting an instance")?;
        let said = child.stdout.take().ok_or_else(|| Failure::new("no output"))?;
        let mut said = BufReader::new(said).lines();
        let line = tokio::time::timeout(STARTS_WITHIN, said.next_line())
            .await
            .during("waiting for an instance to serve")?
            .during("reading what an instance says")?
            .unwrap_or_default();
        let address = line
            .split("http://")
            .nth(1)
            .and_then(|rest| rest.trim().parse().ok());
        let address = address.ok_or_else(|| {
            Failure::new(format_args!(
                "an instance says `{line}` instead of where it listens"
            ))
        })?;
        Ok(Instance { child, address })
    }
}

/// This program.
///
/// # Errors
/// When the system does not say.
pub fn program() -> Outcome<PathBuf> {
    std::env::current_exe().during("looking for this program")
}

impl Instance {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it with SIGKILL.
    ///
    /// # Errors
    /// When it cannot be ended.
    pub async fn kill(mut self) -> Outcome<()> {
        self.child.kill().await.during("killing an instance")
    }

    /// Tells it to stop, and waits until it has.
    ///
    /// # Errors
    /// When it does not, or not well.
    pub async fn stop(mut self) -> Outcome<()> {
        drop(self.child.stdin.take());
        let ended = tokio::time::timeout(STOPS_WITHIN, self.child.wait()).await;
        let ended = ended
            .during("waiting for an instance to stop")?
            .during("stopping")?;
        ensure(ended.success(), format_args!("an instance stopped with {ended}"))
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// What it uses.
    ///
    /// # Errors
    /// When the system does not say; only Linux does.
    pub fn usage(&self) -> Outcome<Usage> {
        let id = self
            .child
            .id()
            .ok_or_else(|| Failure::new("the instance has ended"))?;
        Usage::of(id)
    }
}

/// What a process uses, as Linux says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Time of processors, in milliseconds.
    pub cpu_ms: u64,
    /// The most memory that it held, in bytes.
    pub peak_bytes: u64,
    /// Addresses that it has, in KiB.
    pub addresses_kib: u64,
}

impl Usage {
    fn of(id: u32) -> Outcome<Self> {
        let read = |name: &str| {
            std::fs::read_to_string(format!("/proc/{id}/{name}"))
                .during("asking what a process uses (only Linux says so)")
        };
        let status = read("status")?;
        let kib = |name: &str| {
            let rest = status
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            let value = rest.and_then(|rest| rest.split_whitespace().next());
            value
                .and_then(|value| value.parse::<u64>().ok())
                .unwrap_or_default()
        };
        let stat = read("stat")?;
        // The name of the program stands in parentheses and may hold anything; ticks are hundredths of a second.
        let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks = |at: usize| {
            let field = fields.split_whitespace().nth(at);
            field
                .and_then(|field| field.parse::<u64>().ok())
                .unwrap_or_default()
        };
        Ok(Usage {
            cpu_ms: (ticks(11) + ticks(12)) * 10,
            peak_bytes: kib("VmHWM") * 1_024,
            addresses_kib: kib("VmPeak"),
        })
    }
}
