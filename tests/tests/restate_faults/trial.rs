//! Runs on an engine, and what is killed under them.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{env, fs, io::Write, thread};

use tempfile::TempDir;
use tests::dice::Dice;
use tests::ferry::{Ferry, Load};
use tests::restate::{Cluster, Server, Service, Usage, free};
use tokio::sync::oneshot;
use workflow_runtime::{Halted, RunEvent, RunEventKind, Runtime, Standing};

use crate::record::{KILL, Record};

/// Of one step, in milliseconds: a run takes some 0.6 seconds.
const PAUSE: &str = "50";
/// Until all runs of a trial are at their end.
const PATIENCE: Duration = Duration::from_secs(40);

/// What the runs are on.
#[derive(Debug)]
pub(crate) enum Target {
    Server(Server),
    Cluster(Cluster),
}

impl Target {
    fn nodes(&self) -> usize {
        match self {
            Target::Server(_) => 1,
            Target::Cluster(cluster) => cluster.admin_urls().len(),
        }
    }

    fn admin_url(&self, node: usize) -> String {
        match self {
            Target::Server(server) => server.admin_url(),
            Target::Cluster(cluster) => cluster.admin_urls().swap_remove(node),
        }
    }

    fn ids(&self) -> Vec<u32> {
        match self {
            Target::Server(server) => server.id().into_iter().collect(),
            Target::Cluster(cluster) => cluster.ids(),
        }
    }

    fn kill(&mut self, node: usize) {
        match self {
            Target::Server(server) => server.kill(),
            Target::Cluster(cluster) => cluster.kill(node),
        }
    }

    pub(crate) fn restart(&mut self, node: usize) {
        match self {
            Target::Server(server) => server.restart(),
            Target::Cluster(cluster) => cluster.restart(node),
        }
    }
}

/// Some runs of the ferry.
pub(crate) struct Trial {
    name: &'static str,
    pub(crate) target: Target,
    worker: Service,
    folder: TempDir,
    dice: Dice,
    runs: Vec<String>,
    kills: usize,
    began: Instant,
    clock: tokio::runtime::Runtime,
}

impl Trial {
    /// Starts a worker, which makes itself known; no run is begun yet.
    pub(crate) fn on(name: &'static str, target: Target) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let effects = folder.path().join("effects").display().to_string();
        let port = free();
        let seed = seed();
        println!("{name}: RESTATE_SEED={seed} repeats it");
        Trial {
            name,
            worker: worker(&target.admin_url(0), port, &effects),
            target,
            folder,
            dice: Dice::new(seed),
            runs: Vec::new(),
            kills: 0,
            began: Instant::now(),
            clock: tokio::runtime::Runtime::new().expect("threads can be started"),
        }
    }

    /// Begins so many more, all at once, through that node.
    pub(crate) fn begin(&mut self, count: usize, node: usize) {
        let url = self.target.admin_url(node);
        let ids: Vec<_> = (0..count)
            .map(|at| format!("r{}", self.runs.len() + at))
            .collect();
        self.clock.block_on(async {
            let began: Vec<_> = ids
                .iter()
                .map(|id| tokio::spawn(begun(url.clone(), id.clone())))
                .collect();
            for began in began {
                began.await.expect("the engine takes it");
            }
        });
        self.runs.extend(ids);
    }

    /// Kills the worker so often, each time at a moment in which runs are at their steps, and starts it again at the same
    /// address.
    pub(crate) fn killing_the_worker(mut self, kills: usize) {
        for _ in 0..kills {
            self.begin(3, 0);
            self.pass(500);
            self.worker.kill();
            self.is_killed();
            self.pass(100);
            self.worker.restart();
        }
        self.end(true);
    }

    /// The same with two of them at one engine: what one of them has under way is not the other's, as each has an address.
    pub(crate) fn killing_one_of_two_workers(mut self, kills: usize) {
        let effects = self.folder.path().join("effects").display().to_string();
        let mut second = worker(&self.target.admin_url(0), free(), &effects);
        for _ in 0..kills {
            self.begin(3, 0);
            self.pass(400);
            std::mem::swap(&mut self.worker, &mut second);
            self.worker.kill();
            self.is_killed();
            self.pass(100);
            self.worker.restart();
        }
        self.end(true);
    }

    /// Kills one node so often, a different one each time. Others go on meanwhile, which is seen by runs that begin and end
    /// then: if each line were kept by one node only, they could not.
    pub(crate) fn killing_the_engine(mut self, kills: usize, runs: usize) {
        for kill in 0..kills {
            let node = kill % self.target.nodes();
            let alive = (node + 1) % self.target.nodes();
            self.begin(runs, alive);
            self.pass(500);
            self.target.kill(node);
            self.is_killed();
            if self.target.nodes() > 1 {
                let killed = Instant::now();
                self.begin(1, alive);
                self.finish_on(alive);
                println!(
                    "{}: all at their end {:.1?} after node {node} was killed",
                    self.name,
                    killed.elapsed()
                );
            }
            let restarted = Instant::now();
            self.target.restart(node);
            println!(
                "{}: node {node} is back after {:.1?}",
                self.name,
                restarted.elapsed()
            );
        }
        // The leadership of partitions may move more than once a kill.
        let is_alone = self.target.nodes() == 1;
        self.end(is_alone);
    }

    /// A moment, of less than so many milliseconds.
    fn pass(&mut self, end: usize) {
        thread::sleep(Duration::from_millis(self.dice.below(end) as u64));
    }

    /// Notes it among the effects.
    fn is_killed(&mut self) {
        self.kills += 1;
        let path = self.folder.path().join("effects");
        let effects = fs::File::options().append(true).create(true).open(path);
        let noted = effects.and_then(|mut effects| effects.write_all(format!("{KILL}\n").as_bytes()));
        noted.expect("it can be written");
    }

    /// Waits for all, looks at what they did, and says what it took. `once_a_kill`: what was in flight is begun again once
    /// for each kill, and not more often.
    fn end(mut self, once_a_kill: bool) {
        self.finish();
        let record = self.check();
        if once_a_kill {
            record.repeats_only_after_a_kill();
        }
        let usage = Usage::of(&self.target.ids());
        println!(
            "{}: {} runs of 10 steps and {} kills in {:.1?}, {} attempts in flight done again; {usage}",
            self.name,
            self.runs.len(),
            self.kills,
            self.began.elapsed(),
            record.repeats(),
        );
        assert!(
            self.runs.len() >= 20 && self.kills > 0 || self.kills == 0,
            "too few runs"
        );
    }

    /// Waits until all are at their end.
    pub(crate) fn finish(&mut self) {
        self.finish_on(0);
    }

    fn finish_on(&self, node: usize) {
        let runtime = connected(&self.target.admin_url(node));
        let began = Instant::now();
        loop {
            let runs = self.clock.block_on(runtime.runs());
            let open: Vec<_> = match &runs {
                Ok(runs) => {
                    let done = |id: &&String| {
                        runs.iter()
                            .any(|run| run.id == **id && run.standing == Standing::Done)
                    };
                    self.runs.iter().filter(|id| !done(id)).collect()
                }
                Err(_) => self.runs.iter().collect(),
            };
            if open.is_empty() {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{open:?} do not end: {runs:?}");
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Each run did each step, in order.
    pub(crate) fn check(&self) -> Record {
        let effects = fs::read_to_string(self.folder.path().join("effects")).expect("they were written");
        let record = Record::of(&effects);
        assert_eq!(record.runs(), self.runs.len());
        record.is_in_order();
        record
    }
}

fn worker(admin: &str, port: u16, effects: &str) -> Service {
    let listen = format!("127.0.0.1:{port}");
    Service::start(
        env!("CARGO_BIN_EXE_ferry"),
        &[
            "worker", "--engine", "restate", "--url", admin, "--listen", &listen,
        ],
        &[("FERRY_EFFECTS", effects), ("FERRY_PAUSE", PAUSE)],
        port,
    )
}

fn connected(url: &str) -> Runtime {
    workflow_restate::connect(url).expect("it is an address")
}

/// Begins a run and lets it be; a server that is not ready yet is asked again.
async fn begun(url: String, id: String) {
    let began = Instant::now();
    loop {
        let (told, is_begun) = oneshot::channel();
        let told = std::sync::Mutex::new(Some(told));
        let runtime = connected(&url).with_observer(move |event: &RunEvent<'_>| {
            if let RunEventKind::Began = event.kind
                && let Some(told) = told.lock().expect("nobody panics").take()
            {
                let _ = told.send(());
            }
        });
        let load = Load {
            goods: "hay".to_owned(),
            customs: false,
        };
        let nobody = std::sync::Arc::new(tests::ferry::Crew::idle());
        tokio::select! {
            ran = Ferry::run(&runtime, &id, &nobody, load) => match ran {
                Ok(_) => return,
                Err(Halted { cause, .. }) => {
                    assert!(began.elapsed() < PATIENCE, "{id} does not begin: {cause}");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            _ = is_begun => return,
        }
    }
}

/// Another each time, unless one is asked for.
fn seed() -> u64 {
    let asked = env::var("RESTATE_SEED").ok();
    let asked = asked.map(|seed| seed.parse().expect("RESTATE_SEED is a number"));
    asked.unwrap_or_else(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::from(since.subsec_nanos())
    })
}
