//! Servers that share the work and keep each line on two of them.

use std::path::Path;
use std::time::{Duration, Instant};

use super::binary;
use super::node::{Node, Ports};

/// A cluster that works is there in some three seconds.
const PATIENCE: Duration = Duration::from_secs(90);
const TRIES: usize = 5;
/// So often in a row each node must have a leader for all partitions: they move while a cluster comes up.
const STEADY: usize = 5;

/// Several nodes on loopback.
#[derive(Debug)]
pub struct Cluster(Vec<Node>);

impl Cluster {
    /// Starts so many and waits until each of them sees all; `None`, and a loud word about it, where there is no such
    /// program. Any one of three may be killed without a loss.
    ///
    /// # Panics
    ///
    /// If it does not come up, with the logs; and where there is none, if `REQUIRE_TOOLS=1`.
    pub fn start(count: usize) -> Option<Self> {
        binary::find().map(|program| Cluster::of(&program, count))
    }

    fn of(program: &Path, count: usize) -> Self {
        for _ in 0..TRIES {
            let mut cluster = Cluster::made(program, count);
            cluster.0.iter_mut().for_each(Node::launch);
            if cluster.0.iter_mut().all(Node::is_well) {
                cluster.is_whole();
                return cluster;
            }
        }
        panic!("a node of the Restate server ends as soon as it is started")
    }

    fn made(program: &Path, count: usize) -> Self {
        let ports: Vec<Ports> = (0..count).map(|_| Ports::free()).collect();
        let addresses: Vec<String> = ports
            .iter()
            .map(|ports| format!("\"http://127.0.0.1:{}\"", ports.node))
            .collect();
        let nodes = ports.iter().enumerate().map(|(at, ports)| {
            let more = configuration(at == 0, &addresses.join(", "));
            Node::new(program, &format!("n{}", at + 1), *ports, &more)
        });
        Cluster(nodes.collect())
    }

    /// Waits until all nodes that run see each other, and lead all partitions between them.
    ///
    /// # Panics
    ///
    /// If that does not come, with the logs.
    pub fn is_whole(&self) {
        let began = Instant::now();
        let mut steady = 0;
        while steady < STEADY {
            let running = || self.0.iter().filter(|node| node.id().is_some());
            let whole = running().all(|node| node.members() == self.0.len() && node.lists_runs());
            steady = if whole { steady + 1 } else { 0 };
            assert!(began.elapsed() < PATIENCE, "the nodes do not come together");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Where each node is asked about runs and told about services.
    pub fn admin_urls(&self) -> Vec<String> {
        self.0.iter().map(Node::admin_url).collect()
    }

    /// Where runs are begun, for each node.
    pub fn ingress_urls(&self) -> Vec<String> {
        self.0.iter().map(Node::ingress_url).collect()
    }

    /// The numbers of the processes that run.
    pub fn ids(&self) -> Vec<u32> {
        self.0.iter().filter_map(Node::id).collect()
    }

    /// Ends a node, counted from 0, as kill -9 does.
    pub fn kill(&mut self, node: usize) {
        self.0[node].kill();
    }

    /// Starts a node on the same data and ports, and waits until all see it.
    ///
    /// # Panics
    ///
    /// If it does not come up, with the end of its log.
    pub fn restart(&mut self, node: usize) {
        let restarted = &mut self.0[node];
        restarted.launch();
        assert!(
            restarted.is_well(),
            "it does not start again; its log:\n{}",
            restarted.last_said()
        );
        self.is_whole();
    }
}

/// The first one founds the cluster. A node that nobody hears of is given up after half a second instead of five, which a
/// start waits for as well.
fn configuration(founds: bool, addresses: &str) -> String {
    format!(
        "cluster-name = \"trial\"\nauto-provision = {founds}\ndefault-replication = 2\ngossip-suspect-interval = \"500ms\"\n\
        [metadata-client]\naddresses = [{addresses}]\n"
    )
}
