//! Roles, limits and the expected load.

use super::{check_name, check_once, resources::place_of};
use crate::brief::{ExpectedLoad, Limits, Resource, Role, faults::Found, names};

/// Every operation must be open to some role, or nobody could ever use it.
pub(super) fn check_roles(cx: &mut Found, roles: &[Role], resources: &[Resource]) {
    let scopes: Vec<String> = resources
        .iter()
        .flat_map(|resource| [resource.read_scope(), resource.write_scope()])
        .collect();
    check_once(cx, "`role`", "role", roles.iter().map(|role| &role.name));
    for role in roles {
        let at = format!("role `{}`", role.name);
        check_name(cx, &at, &role.name);
        check_once(cx, &at, "scope", &role.scopes);
        for scope in role.scopes.iter().filter(|scope| !scopes.contains(scope)) {
            let near = names::did_you_mean(scope, scopes.iter().map(String::as_str));
            let remedy = if near.is_empty() {
                format!("use one of `{}`", scopes.join("`, `"))
            } else {
                near
            };
            cx.push(&at, format_args!("the scope `{scope}` is not known"), remedy);
        }
    }
    let granted = |scope: &String| roles.iter().any(|role| role.scopes.contains(scope));
    for resource in resources {
        let mut needed = vec![(resource.write_scope(), "write")];
        if !resource.public_read {
            needed.push((resource.read_scope(), "read"));
        }
        for (scope, deed) in needed.iter().filter(|(scope, _)| !granted(scope)) {
            cx.push(
                &place_of(&resource.name),
                format_args!("no role may {deed} `{}`", resource.plural),
                format_args!("add the scope `{scope}` to a `[[role]]`"),
            );
        }
    }
}

/// What one client may ask for.
pub(super) fn check_limits(cx: &mut Found, limits: &Limits) {
    let Limits {
        requests_per_minute,
        burst_requests,
        default_page_entries,
        max_page_entries,
        max_body_bytes,
    } = *limits;
    check_within(
        cx,
        "limits.requests_per_minute",
        requests_per_minute,
        1,
        1_000_000,
    );
    check_within(cx, "limits.burst_requests", burst_requests, 1, 2_000);
    check_within(cx, "limits.max_page_entries", max_page_entries, 1, 1_000);
    check_within(cx, "limits.default_page_entries", default_page_entries, 1, 1_000);
    check_within(cx, "limits.max_body_bytes", max_body_bytes, 1_024, 1_048_576);
    if burst_requests > requests_per_minute {
        cx.push(
            "`limits.burst_requests`",
            format_args!("{burst_requests} is more than `requests_per_minute` of {requests_per_minute}"),
            "allow no more at once than in a minute",
        );
    }
    if default_page_entries > max_page_entries {
        cx.push(
            "`limits.default_page_entries`",
            format_args!("{default_page_entries} is more than `max_page_entries` of {max_page_entries}"),
            "make the default no larger than the most",
        );
    }
}

/// The traffic of the load test.
pub(super) fn check_load(cx: &mut Found, load: &ExpectedLoad) {
    let ExpectedLoad {
        clients,
        requests,
        p99_budget_ms,
    } = *load;
    check_within(cx, "load.clients", clients, 1, 64);
    check_within(cx, "load.requests", requests, 1, 100_000);
    check_within(cx, "load.p99_budget_ms", p99_budget_ms, 1, 60_000);
    if clients > requests {
        cx.push(
            "`load.requests`",
            format_args!("{clients} clients cannot share {requests} requests"),
            "ask for at least one request for each client",
        );
    }
}

fn check_within(cx: &mut Found, key: &str, number: u32, least: u32, most: u32) {
    if !(least..=most).contains(&number) {
        cx.push(
            &format!("`{key}`"),
            format_args!("{number} is out of range"),
            format_args!("use {least} to {most}"),
        );
    }
}
