//! Authentication and authorization, tried from outside: every operation without a token, with wrong ones, and with each role's.

use serde_json::Value;

use super::{
    bed::TestBed,
    contract::Contract,
    report::{Suite, TestReport, same},
};
use crate::{
    failure::Outcome,
    outputs::Outputs,
    service::definition::{Route, ServiceDefinition},
};

/// Tries every operation with every kind of credentials.
///
/// # Errors
/// When the service does not start or cannot be reached.
pub async fn run(service: &ServiceDefinition, document: &Value, outputs: &Outputs) -> Outcome<TestReport> {
    let contract = Contract::of(document)?;
    let mut bed = TestBed::start(service, document, outputs, false).await?;
    let mut suite = Suite::begin("authentication");
    let ran = try_all(&mut bed, &contract, &mut suite).await;
    bed.stop().await?;
    ran?;
    suite.end(outputs)
}

async fn try_all(bed: &mut TestBed, contract: &Contract, suite: &mut Suite) -> Outcome<()> {
    for route in bed.definition.routes.clone() {
        without_a_valid_token(bed, contract, suite, &route).await?;
        with_each_role(bed, contract, suite, &route).await?;
    }
    Ok(())
}

async fn without_a_valid_token(
    bed: &mut TestBed,
    contract: &Contract,
    suite: &mut Suite,
    route: &Route,
) -> Outcome<()> {
    let id = &route.operation_id;
    let mut call = bed.call(route, 999_999);
    let valid = call.token.take();
    let anonymous = bed.send(&call).await?;
    let guarded = contract.scope(id).is_some();
    let held = same(anonymous.status == 401, guarded).and_then(|()| contract.check(id, &anonymous));
    suite.case(format_args!("{id}: without a token"), held);
    let valid = valid.unwrap_or_else(|| bed.visitor.clone());
    let wrong = [
        ("with a made-up token", "0".repeat(64)),
        ("with an empty token", String::new()),
        ("with a token cut short", valid[..valid.len() / 2].to_owned()),
        ("with a token made longer", format!("{valid}0")),
        ("with another case", valid.to_ascii_uppercase()),
        ("with SQL for a token", String::from("' OR '1'='1")),
    ];
    for (case, token) in wrong {
        if token == valid {
            continue;
        }
        let reply = bed.send(&call.clone().with_token(&token)).await?;
        suite.case(
            format_args!("{id}: {case}"),
            same(reply.status, 401).and_then(|()| contract.check(id, &reply)),
        );
    }
    Ok(())
}

async fn with_each_role(
    bed: &mut TestBed,
    contract: &Contract,
    suite: &mut Suite,
    route: &Route,
) -> Outcome<()> {
    let id = &route.operation_id;
    for principal in bed.definition.authentication.clone().into_iter().flatten() {
        let token = bed.tokens.get(&principal.name).unwrap_or(&bed.visitor).clone();
        let reply = bed.send(&bed.call(route, 999_999).with_token(&token)).await?;
        let permitted = contract
            .scope(id)
            .is_none_or(|scope| principal.scopes.iter().any(|held| held == scope));
        let held = match (permitted, reply.status) {
            (true, 401 | 403) => Err(format!("{} although it holds the scope", reply.status)),
            (true, _) => Ok(()),
            (false, status) => same(status, 403),
        };
        let verb = if permitted { "may" } else { "may not" };
        suite.case(
            format_args!("{id}: {} {verb}", principal.name),
            held.and_then(|()| contract.check(id, &reply)),
        );
    }
    Ok(())
}
