//! Two builds of one program: a changed plan is served beside the one before, and takes nothing from it.

use std::collections::BTreeMap;

use tests::restate::{ask, free};

use crate::desk::{Desk, FERRY, FERRY_CHANGED, SOON, within};

/// Each open run with how it stands and the plan that it is on.
fn open(desk: &Desk) -> Vec<(String, String)> {
    let (_, list) = desk.json(&["list", "--open"]);
    let runs = list["runs"].as_array().expect("they are listed").iter();
    let text = |run: &serde_json::Value, field: &str| run[field].as_str().unwrap_or_default().to_owned();
    let mut runs: Vec<_> = runs.map(|run| (text(run, "id"), text(run, "standing"))).collect();
    runs.sort();
    runs
}

fn open_are(desk: &Desk, expected: &[(&str, &str)]) {
    let expected: Vec<_> = expected
        .iter()
        .map(|(id, standing)| ((*id).to_owned(), (*standing).to_owned()))
        .collect();
    assert_eq!(open(desk), expected);
}

/// The same by the services of their plans, as the README says that they are found.
fn by_plan(desk: &Desk) -> BTreeMap<String, Vec<String>> {
    let sql = "select target_service_name, target_service_key from sys_invocation \
        where target_service_name like 'Ferry.%' and target_handler_name = 'run' and status <> 'completed'";
    let url = format!("{}/query", desk.server.admin_url());
    let answer = ask(&url, Some(&serde_json::json!({ "query": sql }))).expect("it answers");
    let mut plans: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in answer.json()["rows"].as_array().expect("there are rows") {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        plans
            .entry(text("target_service_name"))
            .or_default()
            .push(text("target_service_key"));
    }
    plans.values_mut().for_each(|ids| ids.sort());
    plans
}

#[test]
fn a_changed_plan_at_another_address_takes_the_new_runs_and_leaves_the_old_ones() {
    let Some((mut desk, old)) = Desk::ferrying(&[]) else {
        return;
    };
    desk.well(&["run", "before", "--input", "hay.toml"]);
    desk.well(&["run", "too", "--input", "hay.toml"]);
    let new = desk.worker(FERRY_CHANGED, free(), &[]);

    // New runs are on the new plan, begun by its program.
    desk.folder.program(FERRY_CHANGED);
    desk.well(&["run", "after", "--input", "hay.toml"]);
    desk.well(&["why", "weigh_again", "--run", "after"]);
    open_are(
        &desk,
        &[("after", "waiting"), ("before", "waiting"), ("too", "waiting")],
    );
    let on = by_plan(&desk);
    assert_eq!(on.len(), 2, "{on:?}");
    assert!(
        on.values().any(|ids| ids == &["after"]) && on.values().any(|ids| ids == &["before", "too"]),
        "{on:?}"
    );
    // It looks at old ones as they are, and says that they are of another plan.
    let status = desk.well(&["status", "before"]).out;
    assert!(status.contains("this program's plan does not fit it"), "{status}");
    // An id that an old run has is not begun a second time.
    let said = desk.run(&["run", "before", "--input", "hay.toml"]);
    assert_ne!(said.status, 0, "{}", said.out);

    // The old ones go on where they were, on the old worker, handed in by either program.
    desk.folder.program(FERRY);
    desk.well(&["approve", "clear", "--run", "before"]);
    desk.until("before", "done");
    let (_, shown) = desk.json(&["show", "bill", "--run", "before"]);
    assert!(shown.to_string().contains("21"), "{shown}");
    assert!(
        old.complaints().contains("Unloading.wipe"),
        "{}",
        old.complaints()
    );
    assert!(!new.complaints().contains("before"), "{}", new.complaints());
    desk.folder.program(FERRY_CHANGED);
    desk.well(&["approve", "clear", "--run", "after"]);
    desk.until("after", "done");
    let (_, shown) = desk.json(&["show", "bill", "--run", "after"]);
    assert!(shown.to_string().contains("24"), "{shown}");
    open_are(&desk, &[("too", "waiting")]);
    desk.folder.program(FERRY);
    desk.well(&["approve", "clear", "--run", "too"]);
    desk.until("too", "done");
    open_are(&desk, &[]);
}

#[test]
fn a_changed_plan_at_the_same_address_is_refused_and_touches_nothing() {
    let Some(mut desk) = Desk::new() else {
        return;
    };
    desk.folder.program(FERRY);
    let port = free();
    let mut old = desk.worker(FERRY, port, &[]);
    desk.well(&["run", "before", "--input", "hay.toml"]);
    old.kill();
    desk.folder.program(FERRY_CHANGED);
    let (url, listen) = (desk.server.admin_url(), format!("127.0.0.1:{port}"));
    let words = [
        "worker", "--engine", "restate", "--url", &url, "--listen", &listen,
    ];
    let said = within(SOON, desk.folder.called(&words));
    said.ends(3);
    said.tells("another build was served at")
        .tells("serve this build at another address");
    // Elsewhere it is served; nobody carries out what the old build left, until that is back.
    let _new = desk.worker(FERRY_CHANGED, free(), &[]);
    desk.well(&["run", "after", "--input", "straw.toml"]);
    desk.until("after", "done");
    open_are(&desk, &[("before", "waiting")]);
    desk.folder.program(FERRY);
    old.restart();
    desk.well(&["approve", "clear", "--run", "before"]);
    desk.until("before", "done");
}

#[test]
fn the_same_plan_with_other_code_goes_on_with_it_at_the_same_address() {
    let Some(mut desk) = Desk::new() else {
        return;
    };
    desk.folder.program(FERRY);
    let port = free();
    let mut before = desk.worker(FERRY, port, &[]);
    desk.well(&["run", "same", "--input", "hay.toml"]);
    before.kill();
    // As another build would: it bills otherwise.
    let after = desk.worker(FERRY, port, &[("FERRY_PRICE", "9")]);
    desk.well(&["approve", "clear", "--run", "same"]);
    desk.until("same", "done");
    let (_, shown) = desk.json(&["show", "bill", "--run", "same"]);
    assert!(shown.to_string().contains("27"), "{shown}");
    assert!(
        !after.complaints().contains("Loading.weigh"),
        "{}",
        after.complaints()
    );
}
