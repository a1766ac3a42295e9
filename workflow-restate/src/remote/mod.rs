//! Runs of a Restate server from outside. Nothing is kept here: what a run is, the server's own journal says.

mod catalog;
mod faults;
mod invocations;
mod journal;
mod list;
mod look;
mod tell;

use workflow_runtime::__engine::{Doing, Listed, PlanName, Remote, Seen};
use workflow_runtime::RuntimeError;

use self::catalog::Catalog;
use self::look::Places;
use crate::server::Server;

/// A Restate server.
#[derive(Debug)]
pub(crate) struct Restate {
    server: Server,
    catalog: Catalog,
    places: Places,
}

impl Restate {
    /// By the address of its admin API.
    pub(crate) fn at(url: &str) -> Result<Self, RuntimeError> {
        Ok(Restate {
            server: Server::at(url)?,
            catalog: Catalog::default(),
            places: Places::default(),
        })
    }
}

impl Remote for Restate {
    fn place(&self) -> String {
        self.server.place()
    }

    fn begin<'a>(
        &'a self,
        plan: PlanName<'a>,
        id: &'a str,
        begun: String,
    ) -> Doing<'a, Result<bool, RuntimeError>> {
        Box::pin(self.tell_begin(plan, id, begun))
    }

    fn look<'a>(&'a self, id: &'a str) -> Doing<'a, Result<Option<Seen>, RuntimeError>> {
        Box::pin(self.see(id))
    }

    fn list(&self) -> Doing<'_, Result<Vec<Listed>, RuntimeError>> {
        Box::pin(list::list(&self.server, &self.catalog))
    }

    fn give<'a>(
        &'a self,
        run: &'a Seen,
        key: &'a str,
        text: String,
    ) -> Doing<'a, Result<bool, RuntimeError>> {
        Box::pin(self.tell_give(run, key, text))
    }

    fn stop<'a>(&'a self, run: &'a Seen) -> Doing<'a, Result<(), RuntimeError>> {
        Box::pin(self.tell_stop(run))
    }

    fn take_back<'a>(&'a self, run: &'a Seen, lines: Vec<String>) -> Doing<'a, Result<(), RuntimeError>> {
        Box::pin(self.tell_take_back(run, lines))
    }
}
