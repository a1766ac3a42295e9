//! Runs on an engine, and what is killed under them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{env, fs, thread};

use serde_json::json;
use tempfile::TempDir;
use tests::dice::Dice;
use tests::restate::{Cluster, Server, Service, Usage, ask, free, register};

const RUNS: usize = 20;
/// Of one step, in milliseconds: a run takes half a second.
const PAUSE: &str = "50";
/// Until all runs of a trial are at their end.
const PATIENCE: Duration = Duration::from_secs(60);

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

    fn ingress_url(&self, node: usize) -> String {
        match self {
            Target::Server(server) => server.ingress_url(),
            Target::Cluster(cluster) => cluster.ingress_urls().swap_remove(node),
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

/// Some runs of the workflow that is written by hand.
#[derive(Debug)]
pub(crate) struct Trial {
    name: &'static str,
    pub(crate) target: Target,
    service: Service,
    folder: TempDir,
    dice: Dice,
    runs: Vec<String>,
    began: Instant,
}

impl Trial {
    /// Starts a service and makes it known; no run is begun yet.
    pub(crate) fn on(name: &'static str, target: Target) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let effects = folder.path().join("effects").display().to_string();
        let port = free();
        let arguments = [&port.to_string(), &*effects, PAUSE];
        let service = Service::start(env!("CARGO_BIN_EXE_by_hand"), &arguments, &[], port);
        register(&target.admin_url(0), &service.url());
        let seed = seed();
        println!("{name}: RESTATE_SEED={seed} repeats it");
        Trial {
            name,
            target,
            service,
            folder,
            dice: Dice::new(seed),
            runs: Vec::new(),
            began: Instant::now(),
        }
    }

    /// Begins so many more, all at once.
    pub(crate) fn begin(&mut self, count: usize) {
        for _ in 0..count {
            let id = format!("r{}", self.runs.len());
            let url = format!("{}/ByHand/{id}/run/send", self.target.ingress_url(0));
            let begun = ask(&url, Some(&json!("made "))).expect("the engine answers");
            assert!(begun.is_good(), "{id}: {begun:?}");
            self.runs.push(id);
        }
    }

    /// Kills the service so often, each time at a moment in which runs are at their steps.
    pub(crate) fn killing_the_service(mut self, kills: usize) {
        self.begin(RUNS);
        for _ in 0..kills {
            self.pass(400);
            self.service.kill();
            self.pass(100);
            self.service.restart();
        }
        self.end(kills);
    }

    /// Kills one node so often, a different one each time. Others go on meanwhile, which is seen by a run that begins and
    /// ends then: if each line were kept by one node only, it could not.
    pub(crate) fn killing_the_engine(mut self, kills: usize) {
        for kill in 0..kills {
            self.begin(RUNS / kills + 1);
            self.pass(400);
            let node = kill % self.target.nodes();
            self.target.kill(node);
            if self.target.nodes() > 1 {
                let alive = (node + 1) % self.target.nodes();
                let killed = Instant::now();
                self.finish_on(alive);
                println!(
                    "{}: all at their end {:.1?} after node {node} was killed",
                    self.name,
                    killed.elapsed()
                );
                self.check();
            }
            let restarted = Instant::now();
            self.target.restart(node);
            println!(
                "{}: node {node} is back after {:.1?}",
                self.name,
                restarted.elapsed()
            );
        }
        self.end(kills);
    }

    /// A moment, of less than so many milliseconds.
    fn pass(&mut self, end: usize) {
        thread::sleep(Duration::from_millis(self.dice.below(end) as u64));
    }

    /// Waits for all, looks at what they did, and says what it took.
    fn end(mut self, kills: usize) {
        self.finish();
        let again = self.check();
        let usage = Usage::of(&self.target.ids());
        println!(
            "{}: {} runs of 10 steps and {kills} kills in {:.1?}, {again} steps in flight done again; {usage}",
            self.name,
            self.runs.len(),
            self.began.elapsed(),
        );
    }

    /// Waits until all are at their end.
    pub(crate) fn finish(&mut self) {
        self.finish_on(0);
    }

    fn finish_on(&self, node: usize) {
        let began = Instant::now();
        for run in &self.runs {
            let url = format!(
                "{}/restate/workflow/ByHand/{run}/output",
                self.target.ingress_url(node)
            );
            loop {
                let answer = ask(&url, None);
                if let Ok(answer) = &answer
                    && answer.is_good()
                {
                    assert_eq!(answer.json(), json!("made 0123456789"), "{run}");
                    break;
                }
                assert!(began.elapsed() < PATIENCE, "{run} does not end: {answer:?}");
                thread::sleep(Duration::from_millis(20));
            }
        }
    }

    /// Each run did each step, in order; only the one at which it was stopped is there again. Yields how often that was.
    pub(crate) fn check(&self) -> usize {
        let effects = fs::read_to_string(self.folder.path().join("effects")).expect("they were written");
        let mut did: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for line in effects.lines() {
            let (run, step) = line.split_once(' ').expect("a run and a step");
            did.entry(run).or_default().push(step.parse().expect("a number"));
        }
        assert_eq!(did.len(), self.runs.len());
        let mut again = 0;
        for (run, steps) in &did {
            assert!(
                steps.is_sorted(),
                "{run} went back to what it had done: {steps:?}"
            );
            let mut once = steps.clone();
            once.dedup();
            assert_eq!(once, (0..10).collect::<Vec<_>>(), "{run}");
            again += steps.len() - once.len();
        }
        again
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
