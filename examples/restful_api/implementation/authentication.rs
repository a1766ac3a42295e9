//! Authentication: a token per role, the middleware that knows them, and the proof on a live service that it is in force.

use crate::{
    client::{Call, Client},
    failure::{During, Outcome, ensure},
    outputs::Outputs,
    requirements::access::AccessRules,
    service::{
        definition::ServiceDefinition,
        live::LiveService,
        tokens::{self, TOKENS_FILE, Tokens},
    },
};

/// Issues the tokens and puts authentication in force.
///
/// # Errors
/// When the tokens cannot be written or the live service lets somebody pass who should not.
pub async fn implement(
    service: &ServiceDefinition,
    access: &AccessRules,
    outputs: &Outputs,
) -> Outcome<ServiceDefinition> {
    let (tokens, principals) = tokens::issue_for(&access.roles)?;
    let mut definition = service.clone();
    definition.authentication = Some(principals);
    let scratch = outputs.scratch()?;
    let live = LiveService::start_unthrottled(&definition, &scratch.path().join("authentication.db")).await?;
    let tried = try_tokens(&definition, &tokens, &mut Client::new(live.address())).await;
    live.stop().await?;
    tried?;
    // Only tokens that the finished definition knows are ever written; a repeated step replaces both together.
    let text = serde_json::to_string_pretty(&tokens).during("putting the tokens into JSON")?;
    outputs.write_secret(TOKENS_FILE, &text)?;
    Ok(definition)
}

/// The tokens of a finished service.
///
/// # Errors
/// When the file is missing or not what it should be.
pub fn read_tokens(outputs: &Outputs) -> Outcome<Tokens> {
    serde_json::from_slice(&outputs.read(TOKENS_FILE)?).during(format_args!("reading `{TOKENS_FILE}`"))
}

async fn try_tokens(definition: &ServiceDefinition, tokens: &Tokens, client: &mut Client) -> Outcome<()> {
    for route in definition.routes.iter().filter(|route| route.scope.is_some()) {
        let path = route
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { "999999" } else { part });
        let call = Call::new(route.action.method(), path.collect::<Vec<_>>().join("/"));
        let status = client.send(&call).await?.status;
        ensure(
            status == 401,
            format_args!("`{}` answers {status} without a token", route.operation_id),
        )?;
        let status = client.send(&call.clone().with_token("wrong")).await?.status;
        ensure(
            status == 401,
            format_args!("`{}` answers {status} to a wrong token", route.operation_id),
        )?;
        for principal in definition.authentication.iter().flatten() {
            let token = tokens.get(&principal.name).map_or("", String::as_str);
            let status = client.send(&call.clone().with_token(token)).await?.status;
            let permitted = route
                .scope
                .as_ref()
                .is_some_and(|scope| principal.scopes.contains(scope));
            ensure(
                permitted == !matches!(status, 401 | 403),
                format_args!(
                    "`{}` answers {status} to the role `{}`",
                    route.operation_id, principal.name
                ),
            )?;
        }
    }
    Ok(())
}
