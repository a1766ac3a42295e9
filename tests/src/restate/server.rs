//! A server of one node.

use std::path::Path;
use std::sync::OnceLock;

use super::binary;
use super::node::{Node, Ports};

/// Somebody else may take a port between its being found and its being used.
const TRIES: usize = 5;

/// A server on ports of its own, with data of its own, which goes when it is dropped.
#[derive(Debug)]
pub struct Server(Node);

impl Server {
    /// Starts one and waits until it is healthy; `None`, and a loud word about it, where there is no such program.
    ///
    /// # Panics
    ///
    /// If it does not come up, with the end of its log; and where there is none, if `REQUIRE_TOOLS=1`.
    pub fn start() -> Option<Self> {
        binary::find().map(|program| Server::of(&program))
    }

    /// The one that the tests of a program share: nobody can kill it, and it ends with the process.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Server>> = OnceLock::new();
        SHARED.get_or_init(Server::start).as_ref()
    }

    fn of(program: &Path) -> Self {
        for _ in 0..TRIES {
            let mut node = Node::new(program, "n1", Ports::free(), "");
            node.launch();
            if node.is_well() {
                return Server(node);
            }
        }
        panic!("the Restate server ends as soon as it is started")
    }

    /// Where it is asked about runs and told about services: `http://127.0.0.1:..`.
    pub fn admin_url(&self) -> String {
        self.0.admin_url()
    }

    /// Where runs are begun.
    pub fn ingress_url(&self) -> String {
        self.0.ingress_url()
    }

    /// The number of its process, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.0.id()
    }

    /// The end of its log; a test that fails shows it by itself, except of the server that is shared.
    pub fn last_said(&self) -> String {
        self.0.last_said()
    }

    /// Ends it as kill -9 does.
    pub fn kill(&mut self) {
        self.0.kill();
    }

    /// Starts it on the same data and ports, and waits until it is healthy; ends it before if it runs.
    ///
    /// # Panics
    ///
    /// If it does not come up, with the end of its log.
    pub fn restart(&mut self) {
        self.0.launch();
        assert!(
            self.0.is_well(),
            "it does not start again; its log:\n{}",
            self.0.last_said()
        );
    }
}
