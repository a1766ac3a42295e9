//! Serving plans: the server calls, and a team carries out.

mod discovery;
mod durable;
mod ending;
mod endpoint;
mod listen;
mod register;
#[cfg(test)]
mod tests;
mod text;

use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use restate_sdk::endpoint::Endpoint;
use restate_sdk::service::macro_support::service_definition;
use workflow_runtime::__engine::{self as engine, Doing, Serving, Staffed};
use workflow_runtime::{CarriedOutBy, Observer, RunEvent, RuntimeError, Team, Workflow};

use self::ending::{Signals, Until, Working};
use self::endpoint::{Handlers, Work};
use crate::server::Server;
use crate::{DEFAULT_LISTEN, DEFAULT_URL};

/// Ten years.
const KEEP_FOR: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// Serves a plan with a team: the Restate server calls it, and it carries the runs out.
///
/// It is a builder, and a future: nothing happens until it is awaited, or [run](Service::run).
///
/// # Examples
///
/// ```no_run
/// use workflow_runtime::prelude::*;
///
/// workflow! {
///     workflow Walk() {
///         phase Leaving {
///             step leave();
///         }
///     }
/// }
///
/// struct Dog;
/// impl walk::Leaving for Dog {
///     async fn leave(&self, _: &StepContext) -> StepResult<()> {
///         Ok(())
///     }
/// }
///
/// # async fn example() -> Result<(), RuntimeError> {
/// workflow_restate::serve::<Walk, _>(Dog)
///     .on_ready(|ready| eprintln!("{ready}"))
///     .await
/// # }
/// ```
pub fn serve<W: CarriedOutBy<T> + Workflow, T: Team>(team: T) -> Service {
    Service::of(Staffed::new::<W, T>(team))
}

/// Plans that are served to a Restate server; [`serve`] makes it.
#[must_use = "nothing is served until it is awaited"]
pub struct Service {
    plans: Vec<Staffed>,
    listen: String,
    admin: Option<String>,
    advertise: Option<String>,
    limits: Limits,
    observers: Vec<Arc<dyn Observer>>,
    ready: Option<Ready>,
    until: Option<Doing<'static, ()>>,
}

type Ready = Box<dyn FnOnce(&str) + Send>;

/// What the server is told of how to treat runs.
struct Limits {
    keep_for: Duration,
    longest_step: Option<Duration>,
    /// For tests: the server's own default is a minute.
    inactivity: Option<Duration>,
    /// For tests: else it follows from the longest step.
    abort: Option<Duration>,
}

impl Service {
    pub(crate) fn of(staffed: Staffed) -> Self {
        Service {
            plans: vec![staffed],
            listen: DEFAULT_LISTEN.to_owned(),
            admin: Some(DEFAULT_URL.to_owned()),
            advertise: None,
            limits: Limits {
                keep_for: KEEP_FOR,
                longest_step: None,
                inactivity: None,
                abort: None,
            },
            observers: Vec::new(),
            ready: None,
            until: None,
        }
    }

    /// As a program is told on its command line.
    pub(crate) fn at(staffed: Staffed, at: Serving) -> Self {
        let ready = at.ready;
        Service {
            advertise: at.advertise,
            ..Service::of(staffed)
        }
        .register_at(at.url)
        .listen(at.listen)
        .on_ready(move |sentence| ready(sentence))
    }

    /// Another plan, at the same address.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use workflow_runtime::{CarriedOutBy, RuntimeError};
    /// # async fn example<Walk: CarriedOutBy<Dog>, Swim: CarriedOutBy<Dog>, Dog: Clone + Send + Sync + 'static>(
    /// #     dog: Dog,
    /// # ) -> Result<(), RuntimeError> {
    /// workflow_restate::serve::<Walk, _>(dog.clone()).and::<Swim, _>(dog).await
    /// # }
    /// ```
    pub fn and<W: CarriedOutBy<T> + Workflow, T: Team>(mut self, team: T) -> Self {
        self.plans.push(Staffed::new::<W, T>(team));
        self
    }

    /// Listens there instead of at `127.0.0.1:9080`.
    ///
    /// The server calls runs under way at the address at which they were begun, so keep it over restarts; a build with a
    /// changed plan needs another, for as long as runs of the one before are under way.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(service: workflow_restate::Service) -> Result<(), workflow_runtime::RuntimeError> {
    /// service.listen("0.0.0.0:9081").advertise("http://workers.internal:9081").await
    /// # }
    /// ```
    pub fn listen(mut self, address: impl Into<String>) -> Self {
        self.listen = address.into();
        self
    }

    /// Registers at the server with that admin API, instead of the one at `http://127.0.0.1:9070`.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(service: workflow_restate::Service) -> Result<(), workflow_runtime::RuntimeError> {
    /// service.register_at("http://restate.internal:9070").await
    /// # }
    /// ```
    pub fn register_at(mut self, admin: impl Into<String>) -> Self {
        self.admin = Some(admin.into());
        self
    }

    /// Registers at no server: an operator does, as in `restate deployments register http://127.0.0.1:9080`.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(service: workflow_restate::Service) -> Result<(), workflow_runtime::RuntimeError> {
    /// service.without_registering().await
    /// # }
    /// ```
    pub fn without_registering(mut self) -> Self {
        self.admin = None;
        self
    }

    /// Where the server reaches this program, if that is not where it listens: behind a proxy, or in a container.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(service: workflow_restate::Service) -> Result<(), workflow_runtime::RuntimeError> {
    /// service.advertise("http://host.docker.internal:9080").await
    /// # }
    /// ```
    pub fn advertise(mut self, url: impl Into<String>) -> Self {
        self.advertise = Some(url.into());
        self
    }

    /// Tells an observer what happens to runs in this program: each attempt once, and whom a run waits for each time that
    /// the run is carried out from its beginning, as it is after an interruption.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(service: workflow_restate::Service) -> Result<(), workflow_runtime::RuntimeError> {
    /// use workflow_runtime::RunEvent;
    ///
    /// service.with_observer(|event: &RunEvent<'_>| eprintln!("{event:?}")).await
    /// # }
    /// ```
    pub fn with_observer(mut self, observer: impl Observer) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }

    /// For how long the server keeps runs that are over, instead of ten years; after that, they were never begun.
    ///
    /// The server's own default, a day, does not apply.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(service: workflow_restate::Service) -> Result<(), workflow_runtime::RuntimeError> {
    /// use std::time::Duration;
    ///
    /// service.keep_for(Duration::from_secs(90 * 24 * 60 * 60)).await
    /// # }
    /// ```
    pub fn keep_for(mut self, time: Duration) -> Self {
        self.limits.keep_for = time;
        self
    }

    /// How long a single attempt at a step may take, instead of the longest time limit in the plan; a day if it has steps
    /// without one.
    ///
    /// The server takes a program that works for longer, and a minute or two more, to be hung: it has the attempt made a
    /// second time.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(service: workflow_restate::Service) -> Result<(), workflow_runtime::RuntimeError> {
    /// use std::time::Duration;
    ///
    /// service.longest_step(Duration::from_secs(30 * 60)).await
    /// # }
    /// ```
    pub fn longest_step(mut self, time: Duration) -> Self {
        self.limits.longest_step = Some(time);
        self
    }

    #[cfg(test)]
    fn inactivity(mut self, time: Duration) -> Self {
        self.limits.inactivity = Some(time);
        self
    }

    #[cfg(test)]
    fn abort(mut self, time: Duration) -> Self {
        self.limits.abort = Some(time);
        self
    }

    /// Says so, in a sentence, once it is served and registered.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(service: workflow_restate::Service) -> Result<(), workflow_runtime::RuntimeError> {
    /// service.on_ready(|ready| eprintln!("{ready}")).await
    /// # }
    /// ```
    pub fn on_ready(mut self, ready: impl FnOnce(&str) + Send + 'static) -> Self {
        self.ready = Some(Box::new(ready));
        self
    }

    /// Serves until that is ready, instead of until Ctrl-C or a request to terminate.
    ///
    /// Steps under way then have ten seconds to end, and no other is begun; the server has the rest carried out when the
    /// service is back. A second Ctrl-C does not wait.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(service: workflow_restate::Service) -> Result<(), workflow_runtime::RuntimeError> {
    /// let (end, ended) = tokio::sync::oneshot::channel::<()>();
    /// tokio::spawn(service.until(async { drop(ended.await) }).run());
    /// drop(end);
    /// # Ok(())
    /// # }
    /// ```
    pub fn until(mut self, end: impl Future<Output = ()> + Send + 'static) -> Self {
        self.until = Some(Box::pin(end));
        self
    }

    /// Serves until the program is told to end.
    ///
    /// # Errors
    ///
    /// If a plan is served twice, or it cannot listen there, or be registered: there is no server or one of another
    /// version, it does not reach this program, or another build was served at this address.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(service: workflow_restate::Service) -> Result<(), workflow_runtime::RuntimeError> {
    /// service.run().await
    /// # }
    /// ```
    pub async fn run(self) -> Result<(), RuntimeError> {
        self.run_by(|staffed| Arc::new(staffed)).await
    }

    async fn run_by(mut self, work: impl Fn(Staffed) -> Arc<dyn Work>) -> Result<(), RuntimeError> {
        let until = match self.until.take() {
            Some(until) => Until::Ready(until),
            None => Until::Signals(Signals::listen()?),
        };
        let working = Working::default();
        let (endpoint, services) = self.endpoint(work, &working)?;
        let (listener, bound) = listen::bind(&self.listen).await?;
        let address = self.advertise.take().unwrap_or_else(|| reached_at(bound));
        let mut serving = std::pin::pin!(listen::serve(endpoint, listener, working, until));
        // The server asks back while it registers.
        tokio::select! {
            () = &mut serving => return Ok(()),
            registered = registered(self.admin.as_deref(), &address, &services) => registered?,
        }
        if let Some(ready) = self.ready {
            ready(&is_ready(&self.plans, &address, self.admin.as_deref()));
        }
        serving.await;
        Ok(())
    }

    /// What answers the server, and the names of its services.
    fn endpoint(
        &self,
        work: impl Fn(Staffed) -> Arc<dyn Work>,
        working: &Working,
    ) -> Result<(Endpoint, Vec<String>), RuntimeError> {
        let mut services = Vec::new();
        let mut endpoint = Endpoint::builder();
        for staffed in &self.plans {
            let service = discovery::service_of(staffed, &self.limits)?;
            let name = service.name.to_string();
            if services.contains(&name) {
                return Err(engine::refused(format!(
                    "`{}` is served twice at one address; serve it once",
                    staffed.workflow()
                )));
            }
            services.push(name);
            let observers = self.observers.iter().cloned();
            let observed = observers.fold(staffed.clone(), |staffed, observer| {
                staffed.with_observer(move |event: &RunEvent<'_>| observer.observe(event))
            });
            let handlers = Handlers {
                work: work(observed),
                working: working.clone(),
            };
            endpoint = endpoint.bind(service_definition(handlers, service));
        }
        Ok((endpoint.build(), services))
    }
}

async fn registered(admin: Option<&str>, address: &str, services: &[String]) -> Result<(), RuntimeError> {
    match admin {
        Some(admin) => register::register(&Server::at(admin)?, address, services).await,
        None => Ok(()),
    }
}

fn reached_at(bound: SocketAddr) -> String {
    let port = bound.port();
    match bound {
        // All addresses of this machine, of which the server is on one, unless somebody advertises another.
        all if all.ip().is_unspecified() => format!("http://127.0.0.1:{port}"),
        one => format!("http://{one}"),
    }
}

fn is_ready(plans: &[Staffed], address: &str, admin: Option<&str>) -> String {
    let names: Vec<_> = plans
        .iter()
        .map(|plan| format!("`{}`", plan.workflow()))
        .collect();
    let names = names.join(", ");
    let is = if plans.len() == 1 { "is" } else { "are" };
    match admin {
        Some(admin) => format!("{names} {is} served at `{address}` to the Restate server at `{admin}`"),
        None => format!("{names} {is} served at `{address}`, and registered at no Restate server"),
    }
}

impl IntoFuture for Service {
    type Output = Result<(), RuntimeError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("plans", &self.plans)
            .field("listen", &self.listen)
            .field("admin", &self.admin)
            .finish_non_exhaustive()
    }
}
