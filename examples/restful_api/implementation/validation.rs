//! Validation: the rules put in force, shown on a live service, and the finished definition written.

use super::{authentication::read_tokens, project::DEFINITION_FILE};
use crate::{
    client::{Call, Client},
    design::rules::ValidationRules,
    failure::{Outcome, ensure},
    outputs::Outputs,
    requirements::access::Action,
    service::{definition::ServiceDefinition, live::LiveService, tokens::Tokens},
};

/// Puts the rules in force and writes the finished service.
///
/// # Errors
/// When the live service takes what a rule forbids, or says too little about it.
pub async fn implement(
    service: &ServiceDefinition,
    rules: &ValidationRules,
    outputs: &Outputs,
) -> Outcome<ServiceDefinition> {
    let mut definition = service.clone();
    definition.validation = Some(rules.clone());
    let tokens = read_tokens(outputs)?;
    let scratch = outputs.scratch()?;
    let live = LiveService::start_unthrottled(&definition, &scratch.path().join("validation.db")).await?;
    let tried = try_rules(&definition, rules, &tokens, &mut Client::new(live.address())).await;
    live.stop().await?;
    tried?;
    outputs.write_json(DEFINITION_FILE, &definition)?;
    Ok(definition)
}

/// An empty object lacks everything that is required, and the service says so, place by place.
async fn try_rules(
    definition: &ServiceDefinition,
    rules: &ValidationRules,
    tokens: &Tokens,
    client: &mut Client,
) -> Outcome<()> {
    for route in definition
        .routes
        .iter()
        .filter(|route| route.action == Action::Create)
    {
        let scope = route.scope.clone().unwrap_or_default();
        let holder = definition
            .authentication
            .iter()
            .flatten()
            .find(|principal| principal.scopes.contains(&scope));
        let token = holder
            .and_then(|principal| tokens.get(&principal.name))
            .map_or("", String::as_str);
        let call = Call::new("POST", route.path.clone())
            .with_token(token)
            .with_json(&serde_json::json!({}));
        let reply = client.send(&call).await?;
        let required = rules
            .resources
            .iter()
            .filter(|rules| rules.resource == route.resource);
        let required: Vec<String> = required
            .flat_map(|rules| rules.properties.iter().filter(|rule| rule.required))
            .map(|rule| format!("/{}", rule.property))
            .collect();
        if required.is_empty() {
            continue;
        }
        let body = reply.json()?;
        let pointed: Vec<&str> = body["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|error| error["pointer"].as_str())
            .collect();
        ensure(
            reply.status == 422 && required.iter().all(|pointer| pointed.contains(&pointer.as_str())),
            format_args!(
                "`{}` answers {} to an empty object and points to {pointed:?}",
                route.operation_id, reply.status
            ),
        )?;
    }
    Ok(())
}
