//! What a run is told: that it begins, what it is given, that it is to stop, that it is to be taken back.

use std::hash::{BuildHasher, Hasher, RandomState};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use workflow_runtime::__engine::{PlanName, Seen, Status, other_workflow, refused};
use workflow_runtime::RuntimeError;

use super::catalog::{self, Served};
use super::look::Handle;
use super::{Restate, faults};
use crate::names::{GIVE, Gift, RUN, TAKE_BACK, service_name};
use crate::server::faults::{unexpected, unreadable};
use crate::server::http::{Reply, segment};
use crate::server::quoted;

/// What is longer is not sent: the server takes half of it again as much, and hangs up on what is longer.
const LONGEST: usize = 16 << 20;

/// What the ingress says to something that it is to see to by itself.
#[derive(Deserialize)]
struct Sent {
    #[serde(rename = "invocationId")]
    invocation: String,
    status: String,
}

impl Restate {
    pub(super) async fn tell_begin(
        &self,
        plan: PlanName<'_>,
        id: &str,
        begun: String,
    ) -> Result<bool, RuntimeError> {
        let what = format!("beginning the run `{id}`");
        let service = service_name(plan.workflow, plan.fingerprint);
        if let Some(workflow) = self.holder(&what, &service, id).await? {
            return match workflow == plan.workflow {
                true => Ok(false),
                false => Err(other_workflow(id, &workflow, plan.workflow)),
            };
        }
        let path = format!("/{service}/{}/{RUN}/send", segment(id)?);
        let sent = self.send(&what, &service, &path, None, begun).await?;
        Ok(sent.status == "Accepted")
    }

    /// The workflow of another service that has a run of that id. To ask each of them by name is far cheaper than SQL.
    async fn holder(&self, what: &str, service: &str, id: &str) -> Result<Option<String>, RuntimeError> {
        let plans = self.catalog.plans(&self.server, what).await?;
        for other in plans.served.iter().filter(|other| other.service != service) {
            let path = format!("/restate/workflow/{}/{}/output", other.service, segment(id)?);
            let asked = self
                .server
                .ask_ingress(what, |client, ingress| client.get(format!("{ingress}{path}")));
            match asked.await? {
                Reply { status: 404, .. } => {}
                // There is one that is not over.
                Reply { status: 470, .. } => return Ok(Some(other.workflow.clone())),
                reply if reply.is_success() || reply.from_invocation => {
                    return Ok(Some(other.workflow.clone()));
                }
                reply => return Err(unexpected(what, self.server.ingress(what).await?, &reply)),
            }
        }
        Ok(None)
    }

    pub(super) async fn tell_give(&self, run: &Seen, key: &str, text: String) -> Result<bool, RuntimeError> {
        let what = format!("giving the run `{}` what it waits for", run.id);
        let Handle { service, .. } = Handle::of(run);
        let text = raw(&what, text)?;
        let nonce = nonce();
        let gift = json(
            &what,
            &Gift {
                key: key.to_owned(),
                text,
                nonce: nonce.clone(),
            },
        )?;
        let path = format!("/{service}/{}/{GIVE}/send", segment(&run.id)?);
        // First it is made sure that the server has it; whether the service is there to take it is the second question.
        let sent = self.send(&what, service, &path, Some(&nonce), gift).await?;
        let reply = self
            .server
            .attach(&what, &sent.invocation)
            .await?
            .map_err(|lost| faults::untaken(&what, lost))?;
        let ingress = self.server.ingress(&what).await?;
        if !reply.is_success() {
            return Err(unexpected(&what, ingress, &reply));
        }
        let won = serde_json::from_slice(&reply.body).map_err(|error| unreadable(&what, ingress, error))?;
        if won && matches!(run.status, Status::Stuck { paused: true, .. }) {
            self.resume(&what, run).await?;
        }
        Ok(won)
    }

    /// Has everything that is paused of a run go on.
    async fn resume(&self, what: &str, run: &Seen) -> Result<(), RuntimeError> {
        #[derive(Deserialize)]
        struct Row {
            id: String,
        }
        let Handle { service, .. } = Handle::of(run);
        let sql = format!(
            "select id from sys_invocation where status = 'paused' \
             and target_service_name = {} and target_service_key = {}",
            quoted(service),
            quoted(&run.id)
        );
        let paused: Vec<Row> = self.server.rows(what, &sql).await?;
        for Row { id } in paused {
            let path = format!("/invocations/{id}/resume");
            let asked = self
                .server
                .ask_admin(what, |client, admin| client.patch(format!("{admin}{path}")));
            let reply = asked.await?;
            // Somebody else was faster.
            if !reply.is_success() && reply.status != 409 {
                return Err(unexpected(what, self.server.admin(), &reply));
            }
        }
        Ok(())
    }

    pub(super) async fn tell_stop(&self, run: &Seen) -> Result<(), RuntimeError> {
        let what = format!("telling the run `{}` to stop", run.id);
        let path = format!("/invocations/{}/cancel", Handle::of(run).invocation);
        let asked = self
            .server
            .ask_admin(&what, |client, admin| client.patch(format!("{admin}{path}")));
        match asked.await? {
            reply if reply.is_success() => Ok(()),
            Reply {
                status: 404 | 409, ..
            } => Err(refused(format!(
                "the run `{}` is over; nothing is left to be stopped",
                run.id
            ))),
            reply => Err(unexpected(&what, self.server.admin(), &reply)),
        }
    }

    pub(super) async fn tell_take_back(&self, run: &Seen, lines: Vec<String>) -> Result<(), RuntimeError> {
        let what = format!("having the run `{}` taken back", run.id);
        let Handle { service, invocation } = Handle::of(run);
        // Once is enough, unless an operator killed that.
        let key = match run.status {
            Status::Killed(_) => format!("take-back after {invocation}"),
            _ => "take-back".to_owned(),
        };
        let lines: Result<Vec<_>, _> = lines.into_iter().map(|line| raw(&what, line)).collect();
        let path = format!("/{service}/{}/{TAKE_BACK}/send", segment(&run.id)?);
        let lines = json(&what, &lines?)?;
        self.send(&what, service, &path, Some(&key), lines).await?;
        Ok(())
    }

    /// Leaves something to the server, under this key if it has one: it is then seen to once, however often it is sent.
    async fn send(
        &self,
        what: &str,
        service: &str,
        path: &str,
        key: Option<&str>,
        body: String,
    ) -> Result<Sent, RuntimeError> {
        if body.len() > LONGEST {
            return Err(faults::too_long(what, body.len(), LONGEST));
        }
        let asked = self.server.ask_ingress(what, |client, ingress| {
            let request = client.post(format!("{ingress}{path}"));
            let request = request
                .header("content-type", "application/json")
                .body(body.clone());
            key.into_iter()
                .fold(request, |request, key| request.header("idempotency-key", key))
        });
        let reply = asked.await?;
        let ingress = self.server.ingress(what).await?;
        match reply.status {
            200..300 => serde_json::from_slice(&reply.body).map_err(|error| unreadable(what, ingress, error)),
            404 => Err(faults::unserved(
                what,
                &self.server.place(),
                service,
                &self.besides(what, service).await?,
            )),
            _ => Err(unexpected(what, ingress, &reply)),
        }
    }

    /// What is registered of the same workflow, as that is the likely mistake.
    async fn besides(&self, what: &str, service: &str) -> Result<String, RuntimeError> {
        let workflow = catalog::workflow_of(service);
        let plans = self.catalog.plans(&self.server, what).await?;
        let same = |other: &&Served| catalog::workflow_of(&other.service) == workflow;
        let others: Vec<_> = plans
            .served
            .iter()
            .filter(same)
            .map(|other| format!("`{}`", other.service))
            .collect();
        Ok(match others.is_empty() {
            true => String::new(),
            false => format!(", but other versions of it are: {}", others.join(", ")),
        })
    }
}

fn raw(what: &str, text: String) -> Result<Box<RawValue>, RuntimeError> {
    RawValue::from_string(text)
        .map_err(|error| refused(format!("{what}: it is no JSON: {error}; give it as JSON")))
}

fn json(what: &str, value: &impl Serialize) -> Result<String, RuntimeError> {
    serde_json::to_string(value).map_err(|error| refused(format!("{what}: {error}; give it as JSON")))
}

/// Tells a gift from all others.
fn nonce() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}
