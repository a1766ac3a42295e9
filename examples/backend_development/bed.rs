//! A team's service as tests have it: a child process on the loopback interface, with a fresh database, tokens of its own and
//! stand-ins for its neighbours. It ends with the test, whatever happens.

mod calls;
mod process;
mod stand_in;
mod words;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::PathBuf,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};

use self::stand_in::Neighbour;
pub(crate) use self::{
    calls::{Kept, accepts},
    process::Usage,
    words::Words,
};
use crate::{
    artifacts::{NeighbourFault, Service},
    client::{Call, Client, Reply},
    failure::{During, Failure, Outcome, ensure},
    outputs::Outputs,
};

/// A service under test.
#[derive(Debug)]
pub(crate) struct Bed {
    child: Child,
    address: SocketAddr,
    client: Client,
    tokens: BTreeMap<String, String>,
    neighbours: BTreeMap<String, Neighbour>,
    log: Log,
    database: PathBuf,
    sent: u32,
    /// Holds the database; gone when this is dropped.
    _folder: tempfile::TempDir,
}

/// What the service says, line by line.
type Log = Arc<Mutex<Vec<String>>>;

/// A free port may be taken by somebody else before the service listens on it.
const ATTEMPTS: u32 = 3;
/// How many lines of the log are kept; a test of load says too much.
const LINES_KEPT: usize = 20_000;

impl Bed {
    /// Starts the service and waits until it is ready.
    pub(crate) async fn start(service: &Service, outputs: &Outputs) -> Outcome<Self> {
        let mut attempt = 1;
        loop {
            match Self::try_to_start(service, outputs).await {
                Err(_) if attempt < ATTEMPTS => attempt += 1,
                started => return started,
            }
        }
    }

    async fn try_to_start(service: &Service, outputs: &Outputs) -> Outcome<Self> {
        let folder = outputs.scratch()?;
        let database = folder.path().join("test.db");
        let mut neighbours = BTreeMap::new();
        for stand_in in &service.neighbours {
            neighbours.insert(stand_in.name.clone(), Neighbour::start(stand_in).await?);
        }
        let port = free_port()?;
        let tokens = words::tokens(&service.callers)?;
        let mut words = Words::new(&database);
        words.know("port", port.to_string());
        for (caller, token) in &tokens {
            words.know(format!("token.{caller}"), token.clone());
        }
        for (name, neighbour) in &neighbours {
            words.know(format!("neighbour.{name}"), neighbour.address().to_string());
        }
        let (mut child, name) = spawn(service, &words)?;
        let log = Log::default();
        listen(child.stdout.take(), &log);
        listen(child.stderr.take(), &log);
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut bed = Bed {
            child,
            address,
            client: Client::new(address),
            tokens,
            neighbours,
            log,
            database,
            sent: 0,
            _folder: folder,
        };
        bed.wait_until_ready(service, &name).await?;
        Ok(bed)
    }

    async fn wait_until_ready(&mut self, service: &Service, name: &str) -> Outcome<()> {
        let until = Instant::now() + Duration::from_secs(service.ready_within_s.into());
        let call = Call::new("GET", service.ready.as_str());
        loop {
            if let Some(status) = self.child.try_wait().during("waiting for the service")? {
                let said = self.last_said();
                return Err(Failure::new(format_args!("`{name}` ended with {status}: {said}")));
            }
            if let Ok(reply) = self.client.send(&call).await
                && reply.status == 200
            {
                return Ok(());
            }
            ensure(
                Instant::now() < until,
                format_args!(
                    "`{name}` did not answer 200 to `{}` within {} s: {}",
                    service.ready,
                    service.ready_within_s,
                    self.last_said()
                ),
            )?;
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    fn last_said(&self) -> String {
        let log = self.log();
        log.last()
            .cloned()
            .unwrap_or_else(|| String::from("it said nothing"))
    }

    /// Where the service listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The database of the service.
    pub(crate) fn database(&self) -> &std::path::Path {
        &self.database
    }

    /// How many calls were made by [`Bed::send`].
    pub(crate) fn sent(&self) -> u32 {
        self.sent
    }

    /// What the service has said so far.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The tokens by caller.
    pub(crate) fn tokens(&self) -> &BTreeMap<String, String> {
        &self.tokens
    }

    /// Sends a call; if the service is gone, says what it said last.
    pub(crate) async fn send(&mut self, call: &Call) -> Outcome<Reply> {
        self.sent += 1;
        let reply = self.client.send(call).await;
        reply.map_err(|failure| {
            Failure::new(format_args!(
                "{failure}; the service said last: {}",
                self.last_said()
            ))
        })
    }

    /// Sends a call over a connection of its own: a service may close it on whoever says too much.
    pub(crate) async fn send_apart(&mut self, call: &Call) -> Outcome<Reply> {
        self.sent += 1;
        Client::new(self.address).send(call).await
    }

    /// Lets a neighbour fail, or work again.
    pub(crate) async fn let_fail(&mut self, neighbour: &str, fault: Option<NeighbourFault>) -> Outcome<()> {
        let found = self.neighbours.get_mut(neighbour);
        let neighbour = found
            .ok_or_else(|| Failure::new(format_args!("`{neighbour}` is no neighbour of the service")))?;
        neighbour.let_fail(fault).await
    }

    /// How often a neighbour was asked since it was told to fail or work.
    pub(crate) fn asked(&self, neighbour: &str) -> u32 {
        self.neighbours.get(neighbour).map_or(0, Neighbour::asked)
    }

    /// What the service has used so far, where the system tells.
    pub(crate) fn usage(&self) -> Option<Usage> {
        self.child.id().and_then(process::usage)
    }

    /// Ends the service and waits until it is gone.
    pub(crate) async fn stop(mut self) -> Outcome<()> {
        self.child.kill().await.during("ending the service")
    }
}

fn spawn(service: &Service, words: &Words) -> Outcome<(Child, String)> {
    let mut command: Command = words.command(&service.launch)?.into();
    let child = command
        // Nothing is written to it: a service may take its end for its own.
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let name = service.launch.program.clone();
    let child = child.during(format_args!(
        "starting `{name}` (`service.launch` of the evidence says what is started)"
    ))?;
    Ok((child, name))
}

/// Keeps what is said, without end for the speaker and with an end for us.
fn listen(stream: Option<impl AsyncRead + Send + Unpin + 'static>, log: &Log) {
    let Some(stream) = stream else { return };
    let log = Arc::clone(log);
    tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            if log.len() < LINES_KEPT {
                log.push(line);
            }
        }
    });
}

fn free_port() -> Outcome<u16> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").during("looking for a free port")?;
    let address = listener.local_addr().during("looking for a free port")?;
    Ok(address.port())
}
