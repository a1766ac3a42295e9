//! Roles, limits and the expected load.

use std::fmt::Display;

use toml::Spanned;

use super::{check_name, check_once};
use crate::brief::{ExpectedLoad, Limits, Resource, Role, faults::Found, names, written};

/// The meant roles. Every operation must be open to some role, or nobody could ever use it.
pub(super) fn check_roles(
    cx: &mut Found<'_>,
    written: &[written::Role],
    written_resources: &[Spanned<written::Resource>],
    resources: &[Resource],
) -> Vec<Role> {
    let scopes: Vec<String> = resources
        .iter()
        .flat_map(|resource| [resource.read_scope(), resource.write_scope()])
        .collect();
    check_once(cx, "role", written.iter().map(|role| &role.name));
    for role in written {
        check_name(cx, &role.name);
        check_once(cx, "scope", &role.scopes);
        for scope in role
            .scopes
            .iter()
            .filter(|scope| !scopes.contains(scope.get_ref()))
        {
            let near = names::did_you_mean(scope.get_ref(), scopes.iter().map(String::as_str));
            let remedy = if near.is_empty() {
                format!("use one of `{}`", scopes.join("`, `"))
            } else {
                near
            };
            let fault = format!(
                "role `{}` has the unknown scope `{}`",
                role.name.get_ref(),
                scope.get_ref()
            );
            cx.push(scope.span(), fault, remedy);
        }
    }
    let granted = |scope: &String| {
        written
            .iter()
            .any(|role| role.scopes.iter().any(|word| word.get_ref() == scope))
    };
    for (resource, place) in resources.iter().zip(written_resources) {
        let mut needed = vec![(resource.write_scope(), "write")];
        if !resource.public_read {
            needed.push((resource.read_scope(), "read"));
        }
        for (scope, deed) in needed.iter().filter(|(scope, _)| !granted(scope)) {
            cx.push(
                place.get_ref().name.span(),
                format_args!("no role may {deed} `{}`", resource.plural),
                format_args!("add the scope `{scope}` to a `[[role]]`"),
            );
        }
    }
    written
        .iter()
        .map(|role| Role {
            name: role.name.get_ref().clone(),
            scopes: role.scopes.iter().map(|scope| scope.get_ref().clone()).collect(),
        })
        .collect()
}

/// The meant limits.
pub(super) fn check_limits(cx: &mut Found<'_>, written: &written::Limits) -> Limits {
    let requests_per_minute = within(
        cx,
        "requests_per_minute",
        &written.requests_per_minute,
        1,
        1_000_000,
    );
    let burst_requests = within(cx, "burst_requests", &written.burst_requests, 1, 2_000);
    let max_page_entries = within(cx, "max_page_entries", &written.max_page_entries, 1, 1_000);
    let default_page_entries = within(
        cx,
        "default_page_entries",
        &written.default_page_entries,
        1,
        1_000,
    );
    let max_body_bytes = within(cx, "max_body_bytes", &written.max_body_bytes, 1_024, 1_048_576);
    if burst_requests > requests_per_minute {
        let fault = format!(
            "`burst_requests` of {burst_requests} is more than `requests_per_minute` of {requests_per_minute}"
        );
        cx.push(
            written.burst_requests.span(),
            fault,
            "allow no more at once than in a minute",
        );
    }
    if default_page_entries > max_page_entries {
        let fault = format!(
            "`default_page_entries` of {default_page_entries} is more than `max_page_entries` of {max_page_entries}"
        );
        cx.push(
            written.default_page_entries.span(),
            fault,
            "make the default no larger than the most",
        );
    }
    Limits {
        requests_per_minute,
        burst_requests,
        default_page_entries,
        max_page_entries,
        max_body_bytes,
    }
}

/// The meant load.
pub(super) fn check_load(cx: &mut Found<'_>, written: &written::Load) -> ExpectedLoad {
    let clients = within(cx, "clients", &written.clients, 1, 64);
    let requests = within(cx, "requests", &written.requests, 1, 100_000);
    let p99_budget_ms = within(cx, "p99_budget_ms", &written.p99_budget_ms, 1, 60_000);
    if clients > requests {
        let fault = format!("{clients} clients cannot share {requests} requests");
        cx.push(
            written.requests.span(),
            fault,
            "ask for at least one request for each client",
        );
    }
    ExpectedLoad {
        clients,
        requests,
        p99_budget_ms,
    }
}

fn within(cx: &mut Found<'_>, what: impl Display, value: &Spanned<u32>, least: u32, most: u32) -> u32 {
    let number = *value.get_ref();
    if !(least..=most).contains(&number) {
        cx.push(
            value.span(),
            format_args!("`{what}` of {number} is out of range"),
            format_args!("use {least} to {most}"),
        );
    }
    number
}
