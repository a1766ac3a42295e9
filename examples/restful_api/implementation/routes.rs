//! Controllers and routes: exactly the operations of the contract, each one answering on a live port.

use serde_json::Value;

use super::services::ServiceLayer;
use crate::{
    client::{Call, Client},
    failure::{Failure, Outcome, ensure},
    outputs::Outputs,
    requirements::{access::AccessRules, conventions::Conventions},
    service::{
        definition::{Route, ServiceDefinition},
        live::LiveService,
    },
};

/// Adds a route per operation and calls each one on a live service.
///
/// # Errors
/// When routes and contract differ, or a route answers with what the contract does not list.
pub async fn implement(
    services: &ServiceLayer,
    access: &AccessRules,
    conventions: &Conventions,
    document: &Value,
    outputs: &Outputs,
) -> Outcome<ServiceDefinition> {
    let mut definition = services.definition.clone();
    definition.routes = routes(access, conventions)?;
    check_against(&definition, document)?;
    let scratch = outputs.scratch()?;
    let live = LiveService::start_unthrottled(&definition, &scratch.path().join("routes.db")).await?;
    let called = call_each(&definition, document, &mut Client::new(live.address())).await;
    live.stop().await?;
    called?;
    Ok(definition)
}

fn routes(access: &AccessRules, conventions: &Conventions) -> Outcome<Vec<Route>> {
    let route_of = |operation: &crate::requirements::access::OperationAccess| {
        let paths = conventions.of(&operation.resource);
        let paths =
            paths.ok_or_else(|| Failure::new(format_args!("`{}` has no path", operation.resource)))?;
        let path = if operation.action.on_collection() {
            &paths.collection
        } else {
            &paths.item
        };
        Ok(Route {
            operation_id: operation.operation_id.clone(),
            path: format!("{}{path}", conventions.base_path),
            resource: operation.resource.clone(),
            action: operation.action,
            scope: operation.scope.clone(),
        })
    };
    access.operations.iter().map(route_of).collect()
}

fn check_against(definition: &ServiceDefinition, document: &Value) -> Outcome<()> {
    let mut listed = 0;
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in ["get", "post", "patch", "delete", "put"] {
            let Some(id) = item[method]["operationId"].as_str() else {
                continue;
            };
            listed += 1;
            let route = definition.routes.iter().find(|route| route.operation_id == id);
            let fits = route.is_some_and(|route| {
                route.path == format!("{}{path}", definition.base_path)
                    && route.action.method().eq_ignore_ascii_case(method)
            });
            ensure(
                fits,
                format_args!("the operation `{id}` has no route at {method} {path}"),
            )?;
        }
    }
    ensure(
        listed == definition.routes.len(),
        "there are routes that the contract does not list",
    )
}

async fn call_each(definition: &ServiceDefinition, document: &Value, client: &mut Client) -> Outcome<()> {
    for route in &definition.routes {
        // An id that no resource has, and no body: every controller is reached, nothing is changed.
        let path = route
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { "999999" } else { part });
        let call = Call::new(route.action.method(), path.collect::<Vec<_>>().join("/"));
        let reply = client.send(&call).await?;
        let listed = &document["paths"][&route.path[definition.base_path.len()..]]
            [route.action.method().to_ascii_lowercase()]["responses"][reply.status.to_string()];
        ensure(
            listed.is_object(),
            format_args!(
                "`{}` answered with {}, which is not listed",
                route.operation_id, reply.status
            ),
        )?;
        let expected = match (route.action.takes_body(), route.action.on_collection()) {
            (true, _) => 415,
            (false, true) => 200,
            (false, false) => 404,
        };
        ensure(
            reply.status == expected,
            format_args!(
                "`{}` answered with {} instead of {expected}",
                route.operation_id, reply.status
            ),
        )?;
    }
    let nowhere = client.send(&Call::new("GET", "/nowhere")).await?;
    ensure(
        nowhere.status == 404,
        format_args!("an unknown path is answered with {}", nowhere.status),
    )
}
