//! The invocations that a run consists of (`run` itself, attempts, `take_back`), and what they say of who has it.

use std::collections::HashMap;

use serde::Deserialize;
use workflow_runtime::__engine::Status;
use workflow_runtime::RuntimeError;

use crate::names::{ATTEMPT, RUN, TAKE_BACK, UNDONE};
use crate::server::{Server, quoted};

/// A row of `sys_invocation`, with the address of its deployment.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Invocation {
    pub(super) id: String,
    pub(super) service: String,
    pub(super) key: String,
    pub(super) handler: String,
    pub(super) status: String,
    pub(super) created_ms: u64,
    pub(super) changed_ms: u64,
    /// The server's clock when it was asked.
    pub(super) now_ms: u64,
    /// Where the server keeps it: the same for all of that key.
    #[serde(default)]
    pub(super) partition: u64,
    /// Of one that is over.
    result: Option<String>,
    failure: Option<String>,
    /// Of one that is tried again.
    trouble: Option<String>,
    endpoint: Option<String>,
}

/// All that there is of one run.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) run: Invocation,
    /// Those that are not over.
    pub(super) attempts: Vec<Invocation>,
    /// More than one if an operator killed the first.
    pub(super) take_backs: Vec<Invocation>,
}

/// What the journal says of whether somebody is at work.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// Begun, and came to nothing yet.
    pub(super) open_work: usize,
    pub(super) open_timers: usize,
    /// The newest promise that nothing was given for.
    pub(super) awaits: Option<String>,
    /// Nothing was kept after that promise was asked for.
    pub(super) awaits_last: bool,
    pub(super) last_ms: u64,
}

/// Why invocations are paused, by their ids.
pub(super) type Causes = HashMap<String, String>;

/// One that is running and has said nothing for that long, though it waits for a promise only, does nothing else.
const QUIET_MS: u64 = 1_000;

/// Which runs.
pub(super) enum Of<'a> {
    All,
    /// Those of one id. The server looks at all that it has for that, unless it is told where.
    Id(&'a str, Option<u64>),
}

/// Runs of all plans, in the order in which they began.
pub(super) async fn read(server: &Server, what: &str, of: Of<'_>) -> Result<Vec<Group>, RuntimeError> {
    Ok(grouped(server.rows(what, &sql(&of)).await?))
}

/// From the tables behind `sys_invocation`, which does not show the partition.
fn sql(of: &Of<'_>) -> String {
    let of = match of {
        Of::All => String::new(),
        Of::Id(id, None) => format!("and i.target_service_key = {} ", quoted(id)),
        Of::Id(id, Some(at)) => {
            format!(
                "and i.target_service_key = {} and i.partition_key = {at} ",
                quoted(id)
            )
        }
    };
    format!(
        "select i.id, i.target_service_name as service, i.target_service_key as key, \
         i.target_handler_name as handler, case when i.status = 'inboxed' then 'pending' \
         when i.status <> 'invoked' then i.status when t.in_flight then 'running' \
         when t.retry_count > 0 then 'backing-off' else 'ready' end as status, \
         arrow_cast(i.created_at, 'Int64') as created_ms, arrow_cast(i.modified_at, 'Int64') as changed_ms, \
         arrow_cast(now(), 'Int64') / 1000000 as now_ms, i.partition_key as partition, \
         i.completion_result as result, i.completion_failure as failure, t.last_failure as trouble, d.endpoint \
         from sys_invocation_status i left join sys_invocation_state t on t.id = i.id \
         left join sys_service s on s.name = i.target_service_name left join sys_deployment d \
         on d.id = coalesce(t.last_attempt_deployment_id, i.pinned_deployment_id, s.deployment_id) \
         where i.target_service_ty = 'workflow' {of}and (i.target_handler_name in ('{RUN}', '{TAKE_BACK}') \
         or (i.target_handler_name = '{ATTEMPT}' and i.status <> 'completed'))"
    )
}

fn grouped(mut rows: Vec<Invocation>) -> Vec<Group> {
    rows.sort_by(|one, other| (one.created_ms, &one.id).cmp(&(other.created_ms, &other.id)));
    let (runs, parts): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.handler == RUN);
    let mut groups: Vec<_> = runs
        .into_iter()
        .map(|run| Group {
            run,
            attempts: Vec::new(),
            take_backs: Vec::new(),
        })
        .collect();
    let mut places = HashMap::new();
    for (place, group) in groups.iter().enumerate() {
        places.insert((group.run.service.clone(), group.run.key.clone()), place);
    }
    for part in parts {
        let place = places.get(&(part.service.clone(), part.key.clone()));
        let Some(group) = place.and_then(|place| groups.get_mut(*place)) else {
            continue;
        };
        match part.handler.as_str() {
            TAKE_BACK => group.take_backs.push(part),
            _ => group.attempts.push(part),
        }
    }
    groups
}

impl Invocation {
    pub(super) fn is_over(&self) -> bool {
        self.status == "completed"
    }

    pub(super) fn is_paused(&self) -> bool {
        self.status == "paused"
    }

    fn was_undone(&self) -> bool {
        // The server puts the code before it: `[500] undone`.
        let message = self
            .failure
            .as_deref()
            .and_then(|failure| failure.split_once("] "));
        message.is_some_and(|(_, message)| message == UNDONE)
    }

    fn who(&self) -> String {
        match &self.endpoint {
            Some(endpoint) => format!("the worker at `{}`", endpoint.trim_end_matches('/')),
            None => format!("a worker of `{}`", self.service),
        }
    }

    fn over(&self) -> Status {
        match &self.failure {
            _ if self.result.as_deref() == Some("success") || self.was_undone() => Status::Over,
            Some(failure) => Status::Killed(failure.clone()),
            None => Status::Killed("it has no result".to_owned()),
        }
    }

    fn stuck(&self, causes: &Causes) -> Option<Status> {
        let paused = self.is_paused();
        if !paused && self.status != "backing-off" {
            return None;
        }
        let cause = self
            .trouble
            .as_deref()
            .or(causes.get(&self.id).map(String::as_str));
        let who = self.who();
        Some(Status::Stuck {
            why: match cause.map(in_a_line) {
                Some(cause) => format!("{who}: {cause}"),
                None => who,
            },
            paused,
        })
    }
}

/// The rest is where it happened in the SDK, and the code before it is the same for all: `[500 Internal] the fault`.
fn in_a_line(cause: &str) -> &str {
    let line = cause.trim().lines().next().unwrap_or_default();
    match line.split_once("] ") {
        Some((code, fault)) if code.starts_with('[') => fault,
        _ => line,
    }
}

impl Group {
    /// The invocation that the run is in.
    pub(super) fn current(&self) -> &Invocation {
        self.take_backs
            .last()
            .filter(|_| self.run.is_over())
            .unwrap_or(&self.run)
    }

    pub(super) fn paused(&self) -> impl Iterator<Item = &Invocation> {
        let all = self.attempts.iter().chain([self.current()]);
        all.filter(|invocation| invocation.is_paused())
    }

    /// When it last changed: that it was suspended, or tried again, is no change of the run.
    pub(super) fn changed_ms(&self, standing: &Standing) -> u64 {
        let current = self.current();
        match current.is_over() || standing.last_ms == 0 {
            true => current.changed_ms,
            false => standing.last_ms,
        }
    }

    /// Whether it is over and was taken back.
    pub(super) fn undone(&self) -> bool {
        match self.take_backs.last() {
            Some(take_back) if self.run.is_over() => take_back.result.as_deref() == Some("success"),
            _ => self.run.was_undone(),
        }
    }

    pub(super) fn status(&self, standing: &Standing, causes: &Causes) -> Status {
        let current = self.current();
        if current.is_over() {
            return current.over();
        }
        // Attempts are invocations of their own: the run may well be suspended while one of them is stuck.
        let all = || [current].into_iter().chain(&self.attempts);
        let mut stuck: Vec<_> = all().filter_map(|invocation| invocation.stuck(causes)).collect();
        stuck.sort_by_key(|status| matches!(status, Status::Stuck { paused: false, .. }));
        if let Some(status) = stuck.into_iter().next() {
            return status;
        }
        match self.attempts.first() {
            Some(attempt) => Status::Busy(attempt.who()),
            None if current.is_at_rest(standing) => Status::Idle,
            None => Status::Busy(current.who()),
        }
    }
}

impl Invocation {
    /// A suspended one is, unless the journal, which was read later, says that it went on. One that waits for a promise
    /// keeps its connection for a minute before it is suspended.
    fn is_at_rest(&self, standing: &Standing) -> bool {
        if standing.open_work > 0 {
            return false;
        }
        let waits = standing.awaits.is_some();
        if self.status == "suspended" {
            return waits || standing.open_timers > 0;
        }
        let quiet = self.now_ms.saturating_sub(standing.last_ms) > QUIET_MS;
        self.status == "running" && waits && standing.open_timers == 0 && (standing.awaits_last || quiet)
    }
}

/// Why these are paused: the server keeps that apart.
pub(super) async fn causes(server: &Server, what: &str, groups: &[Group]) -> Result<Causes, RuntimeError> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
        message: Option<String>,
    }
    let paused = groups.iter().flat_map(Group::paused);
    let ids: Vec<_> = paused.map(|invocation| quoted(&invocation.id)).collect();
    if ids.is_empty() {
        return Ok(Causes::new());
    }
    let sql = format!(
        "select id, json_get_str(event_json, 'last_failure', 'error_message') as message from sys_journal_events \
         where event_type = 'Paused' and id in ({}) order by appended_at",
        ids.join(", ")
    );
    let rows: Vec<Row> = server.rows(what, &sql).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((row.id, row.message?)))
        .collect())
}

#[cfg(test)]
mod tests;
