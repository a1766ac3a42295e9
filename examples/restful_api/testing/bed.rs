//! A live service to test: on a scratch database, with a token for everything and one for nothing.

use serde_json::Value;

use crate::client::{Call, Client, Reply};
use crate::{
    failure::{During, Failure, Outcome},
    implementation::authentication::read_tokens,
    outputs::{Outputs, sha256_hex},
    requirements::access::Action,
    samples::{self, Extent, Known},
    service::{
        definition::{Route, ServiceDefinition},
        live::{LiveService, Start},
        tokens::{self, Principal, Tokens},
    },
};

/// A live service and what a test needs to talk to it.
#[derive(Debug)]
pub struct TestBed {
    /// The service as it runs.
    pub definition: ServiceDefinition,
    /// Its contract.
    pub document: Value,
    /// A connection to it.
    pub client: Client,
    /// Tokens of the roles.
    pub tokens: Tokens,
    /// A valid token without any scope.
    pub visitor: String,
    /// What was created so far.
    pub known: Known,
    live: LiveService,
    next_sample: u64,
    _scratch: tempfile::TempDir,
}

impl TestBed {
    /// Starts the service on a fresh database.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(
        service: &ServiceDefinition,
        document: &Value,
        outputs: &Outputs,
        throttled: bool,
    ) -> Outcome<Self> {
        let tokens = read_tokens(outputs)?;
        let visitor = tokens::issue()?;
        let mut definition = service.clone();
        definition.authentication.get_or_insert_default().push(Principal {
            name: String::from("visitor"),
            scopes: Vec::new(),
            token_sha256: sha256_hex(visitor.as_bytes()),
        });
        let scratch = outputs.scratch()?;
        let place = scratch.path().join("service.db");
        let live = LiveService::start(&definition, &place, Start { port: 0, throttled }).await?;
        Ok(TestBed {
            client: Client::new(live.address()),
            document: document.clone(),
            definition,
            tokens,
            visitor,
            known: Known::new(),
            live,
            next_sample: 0,
            _scratch: scratch,
        })
    }

    /// Stops the service and removes its database.
    ///
    /// # Errors
    /// When serving had failed.
    pub async fn stop(self) -> Outcome<()> {
        let TestBed { client, live, .. } = self;
        drop(client);
        live.stop().await
    }

    /// The token of a role that may do this, where a token is needed.
    #[must_use]
    pub fn token_for(&self, scope: Option<&str>) -> Option<String> {
        let scope = scope?;
        let holds = |principal: &&Principal| principal.scopes.iter().any(|held| held == scope);
        let holder = self.definition.authentication.iter().flatten().find(holds)?;
        self.tokens.get(&holder.name).cloned()
    }

    /// The call of a route for an id, with the token that it needs.
    #[must_use]
    pub fn call(&self, route: &Route, id: i64) -> Call {
        let parts = route.path.split('/').map(|part| {
            if part.starts_with('{') {
                id.to_string()
            } else {
                part.to_owned()
            }
        });
        let mut call = Call::new(route.action.method(), parts.collect::<Vec<_>>().join("/"));
        call.token = self.token_for(route.scope.as_deref());
        call
    }

    /// The route of an action on a resource.
    ///
    /// # Errors
    /// When there is none.
    pub fn route(&self, resource: &str, action: Action) -> Outcome<Route> {
        let route = self
            .definition
            .routes
            .iter()
            .find(|route| route.resource == resource && route.action == action);
        route
            .cloned()
            .ok_or_else(|| Failure::new(format_args!("there is no route to {action} one of `{resource}`")))
    }

    /// Sends a call.
    ///
    /// # Errors
    /// When the service cannot be reached.
    pub async fn send(&mut self, call: &Call) -> Outcome<Reply> {
        self.client.send(call).await
    }

    /// The published schema for creating (`Create`), changing (`Update`) or showing (empty) a resource.
    #[must_use]
    pub fn schema(&self, resource: &str, suffix: &str) -> &Value {
        let name = self
            .definition
            .entity(resource)
            .map(|entity| entity.resource.schema())
            .unwrap_or_default();
        &self.document["components"]["schemas"][format!("{name}{suffix}")]
    }

    /// A new sample that shares no unique value with an earlier one.
    ///
    /// # Errors
    /// When it would need a resource that does not exist yet.
    pub fn sample(&mut self, resource: &str, extent: Extent) -> Outcome<Value> {
        self.next_sample += 1;
        let sample = samples::body(
            self.schema(resource, "Create"),
            self.next_sample,
            &self.known,
            extent,
        );
        sample
            .map(Value::Object)
            .ok_or_else(|| Failure::new(format_args!("no sample can be made for `{resource}`")))
    }

    /// Creates a resource and remembers its id.
    ///
    /// # Errors
    /// When the service does not create it.
    pub async fn create(&mut self, resource: &str, extent: Extent) -> Outcome<(Value, Reply)> {
        let sample = self.sample(resource, extent)?;
        let call = self
            .call(&self.route(resource, Action::Create)?, 0)
            .with_json(&sample);
        let reply = self.send(&call).await?;
        let id = reply.json()?["id"].as_i64();
        let id = id
            .ok_or_else(|| Failure::new(String::from_utf8_lossy(&reply.body)))
            .during(format_args!("creating {sample}"))?;
        self.known.entry(resource.to_owned()).or_default().push(id);
        Ok((sample, reply))
    }

    /// The resources, so that whatever one requires comes before it; read from the contract.
    #[must_use]
    pub fn creation_order(&self) -> Vec<String> {
        let mut order: Vec<String> = Vec::new();
        while let Some(next) = self
            .definition
            .entities
            .iter()
            .map(|entity| &entity.resource.name)
            .find(|name| {
                let schema = self.schema(name, "Create");
                let required = schema["required"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str);
                let mut needs =
                    required.filter_map(|property| schema["properties"][property]["x-references"].as_str());
                !order.contains(name) && needs.all(|to| order.iter().any(|made| made == to))
            })
        {
            order.push(next.clone());
        }
        order
    }

    /// Creates one of each resource, so that everything has something to point to.
    ///
    /// # Errors
    /// When the service does not create one.
    pub async fn populate(&mut self) -> Outcome<()> {
        for resource in self.creation_order() {
            self.create(&resource, Extent::Full).await?;
        }
        Ok(())
    }
}
