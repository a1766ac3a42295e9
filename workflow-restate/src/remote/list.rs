//! All runs: of those that are over no journal is read, of the others only what says how they stand.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;
use workflow_runtime::__engine::Listed;
use workflow_runtime::RuntimeError;

use super::catalog::{self, Catalog};
use super::invocations::{self, Group, Of, Standing};
use crate::names::{AttemptTask, KEPT_LATE, RUN, TAKE_BACK};
use crate::server::Server;

const WHAT: &str = "listing the runs";

/// Of each invocation the newest thing that was begun, and all promises: whether they were kept, and how much else is
/// open.
#[derive(Debug, Deserialize)]
struct Row {
    id: String,
    index: u32,
    entry_type: String,
    #[serde(default)]
    name: String,
    key: Option<String>,
    completion: Option<u32>,
    parameter: Option<String>,
    open_work: i64,
    open_timers: i64,
    top: u32,
    last_ms: u64,
}

fn sql() -> String {
    let balance = |kinds: &[&str]| {
        let cases = kinds.iter().map(|kind| {
            format!(
                "when entry_type = 'Command: {kind}' then 1 when entry_type = 'Notification: {kind}' then -1"
            )
        });
        let cases: Vec<_> = cases.collect();
        format!("sum(case {} else 0 end) over (partition by id)", cases.join(" "))
    };
    format!(
        "with held as (select id from sys_invocation where status <> 'completed' \
         and target_service_ty = 'workflow' and target_handler_name in ('{RUN}', '{TAKE_BACK}')), \
         kept as (select j.id, j.index, j.entry_type, j.name, j.entry_json, j.appended_at, \
         j.entry_type in ('Command: Run', 'Command: Call') as work from sys_journal j join held on held.id = j.id), \
         ranked as (select *, row_number() over (partition by id, work order by index desc) as newest, \
         {} as open_work, {} as open_timers, max(index) over (partition by id) as top, \
         max(appended_at) over (partition by id) as last from kept) \
         select id, index, entry_type, name, json_get_str(entry_json, 'Command', 'GetPromise', 'key') as key, \
         coalesce(json_get_int(entry_json, 'Command', 'GetPromise', 'completion_id'), \
         json_get_int(entry_json, 'Notification', 'Completion', 'GetPromise', 'completion_id')) as completion, \
         case when entry_type = 'Command: Call' \
         then json_get_json(entry_json, 'Command', 'Call', 'request', 'parameter') end as parameter, \
         open_work, open_timers, top, arrow_cast(last, 'Int64') as last_ms \
         from ranked where (work and newest = 1) or entry_type in ('Command: GetPromise', 'Notification: GetPromise') \
         order by id, index",
        balance(&["Run", "Call"]),
        balance(&["Sleep"]),
    )
}

/// In the order in which they began.
pub(super) async fn list(server: &Server, catalog: &Catalog) -> Result<Vec<Listed>, RuntimeError> {
    let plans = catalog.plans(server, WHAT).await?;
    let known: HashMap<_, _> = plans
        .served
        .iter()
        .map(|served| (served.service.as_str(), served))
        .collect();
    let workflow = |group: &Group| {
        let service = group.run.service.as_str();
        let named = known.get(service).map(|served| served.workflow.as_str());
        named.or_else(|| catalog::workflow_of(service)).map(str::to_owned)
    };
    // Of one that is no longer registered nothing is known.
    let plan = |group: &Group| {
        let served = known.get(group.run.service.as_str());
        served.map_or_else(|| Arc::from(""), |served| Arc::clone(&served.plan))
    };
    let mut groups = invocations::read(server, WHAT, Of::All).await?;
    groups.retain(|group| workflow(group).is_some());
    let causes = invocations::causes(server, WHAT, &groups).await?;
    let rows = match groups.iter().all(|group| group.current().is_over()) {
        true => Vec::new(),
        false => server.rows(WHAT, &sql()).await?,
    };
    let stands = folded(rows);
    let listed = groups.into_iter().map(|group| {
        let (last, standing) = stands.get(&group.current().id).cloned().unwrap_or_default();
        let status = group.status(&standing, &causes);
        let changed_ms = group.changed_ms(&standing);
        Listed {
            workflow: workflow(&group).unwrap_or_default(),
            plan: plan(&group),
            awaits: standing.awaits.filter(|_| !group.current().is_over()),
            last,
            undone: group.undone(),
            status,
            began_ms: group.run.created_ms,
            changed_ms,
            id: group.run.key,
        }
    });
    Ok(listed.collect())
}

/// What was begun last, and how it stands, by invocation.
fn folded(rows: Vec<Row>) -> HashMap<String, (String, Standing)> {
    let mut stands: HashMap<String, (String, Standing)> = HashMap::new();
    let mut promises: HashMap<String, Vec<(u32, String)>> = HashMap::new();
    for row in rows {
        let (last, standing) = stands.entry(row.id.clone()).or_default();
        let open = promises.entry(row.id.clone()).or_default();
        standing.open_work = row.open_work.try_into().unwrap_or_default();
        standing.open_timers = row.open_timers.try_into().unwrap_or_default();
        standing.last_ms = row.last_ms;
        match (row.entry_type.as_str(), row.key, row.completion) {
            ("Command: GetPromise", Some(key), Some(completion)) => {
                if let Some(step) = step_of(&key) {
                    *last = step.to_owned();
                }
                standing.awaits_last = row.index == row.top;
                open.retain(|(_, before)| !is_in_vain(before, &key));
                open.push((completion, key));
            }
            (_, _, Some(completion)) => open.retain(|(of, _)| *of != completion),
            ("Command: Run", ..) => *last = row.name.trim_start_matches(KEPT_LATE).to_owned(),
            _ => {
                if let Some(name) = row.parameter.as_deref().and_then(step_in) {
                    *last = name;
                }
            }
        }
        standing.awaits = open.last().map(|(_, key)| key.clone());
    }
    stands
}

/// The step that a promise is for, if it is for one: `hand-in/Build.sign/0`.
fn step_of(key: &str) -> Option<&str> {
    let (step, _) = key.strip_prefix("hand-in/")?.rsplit_once('/')?;
    Some(step)
}

/// Whether somebody was asked in a round that is over, since others are asked in a later one.
fn is_in_vain(before: &str, now: &str) -> bool {
    matches!((round_of(before), round_of(now)), (Some(before), Some(now)) if before < now)
}

fn round_of(key: &str) -> Option<u32> {
    let (_, round) = key.strip_prefix("hand-in/")?.rsplit_once('/')?;
    round.parse().ok()
}

/// The step in the parameter of an attempt, which is a JSON array of bytes.
fn step_in(parameter: &str) -> Option<String> {
    let bytes: Vec<u8> = serde_json::from_str(parameter).ok()?;
    let task: AttemptTask = serde_json::from_slice(&bytes).ok()?;
    Some(task.name)
}

#[cfg(test)]
mod tests {
    use super::folded;

    /// As the server answers for a run that did a step and two attempts, was given `hand-in/Build.sign/0`, and waits.
    const ROWS: &str = r#"[
        {"id": "inv_1", "index": 5, "entry_type": "Command: Call", "name": "",
         "parameter": "[123,34,110,97,109,101,34,58,34,66,34,44,34,116,97,115,107,34,58,49,125]",
         "open_work": 0, "open_timers": 0, "top": 11, "last_ms": 70},
        {"id": "inv_1", "index": 9, "entry_type": "Command: GetPromise", "name": "", "key": "hand-in/Build.sign/0",
         "completion": 6, "open_work": 0, "open_timers": 0, "top": 11, "last_ms": 70},
        {"id": "inv_1", "index": 10, "entry_type": "Notification: GetPromise", "completion": 6,
         "open_work": 0, "open_timers": 0, "top": 11, "last_ms": 70},
        {"id": "inv_1", "index": 11, "entry_type": "Command: GetPromise", "name": "", "key": "word/0",
         "completion": 7, "open_work": 0, "open_timers": 0, "top": 11, "last_ms": 70},
        {"id": "inv_2", "index": 1, "entry_type": "Command: Call", "name": "",
         "parameter": "[123,34,110,97,109,101,34,58,34,66,34,44,34,116,97,115,107,34,58,49,125]",
         "open_work": 1, "open_timers": 1, "top": 3, "last_ms": 80}
    ]"#;

    #[test]
    fn the_newest_promise_that_was_not_kept_is_what_a_run_waits_for() {
        let stands = folded(serde_json::from_str(ROWS).unwrap());
        let (last, standing) = &stands["inv_1"];
        assert_eq!(last, "Build.sign");
        assert_eq!(standing.awaits.as_deref(), Some("word/0"));
        assert!(standing.awaits_last);
        assert_eq!(
            (standing.open_work, standing.open_timers, standing.last_ms),
            (0, 0, 70)
        );

        let (last, standing) = &stands["inv_2"];
        assert_eq!(
            (last.as_str(), standing.open_work, standing.open_timers),
            ("B", 1, 1)
        );
        assert_eq!(standing.awaits, None);
    }

    #[test]
    fn who_was_asked_in_a_round_that_is_over_is_not_waited_for_once_others_are_asked() {
        let asked = |index: u32, key: &str| {
            format!(
                r#"{{"id": "inv_1", "index": {index}, "entry_type": "Command: GetPromise", "key": "{key}",
                "completion": {index}, "open_work": 1, "open_timers": 0, "top": 9, "last_ms": 70}}"#
            )
        };
        let given = asked(2, "").replace("Command", "Notification");
        let (before, now) = (asked(1, "hand-in/Build.sign/0"), asked(2, "hand-in/Build.sign/1"));
        let rows = format!("[{before}, {now}, {given}]");
        let stands = folded(serde_json::from_str(&rows).unwrap());
        assert_eq!(stands["inv_1"].1.awaits, None);
        let rows = format!("[{before}, {}, {given}]", asked(2, "hand-in/Build.look/0"));
        let stands = folded(serde_json::from_str(&rows).unwrap());
        assert_eq!(stands["inv_1"].1.awaits.as_deref(), Some("hand-in/Build.sign/0"));
    }
}
