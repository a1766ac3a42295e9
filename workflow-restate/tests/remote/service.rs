//! A service with the names and metadata of a plan, written by hand: its runs do what their first line says.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use restate_sdk::context::{RequestTarget, RunFuture};
use restate_sdk::discovery::{self, HandlerType};
use restate_sdk::endpoint::{self, ContextInternal, Endpoint};
use restate_sdk::errors::{HandlerError, HandlerResult, TerminalError};
use restate_sdk::serde::Json;
use restate_sdk::service::Service;
use restate_sdk::service::macro_support::{ServiceBoxFuture, service_definition};
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;

type Raw = Json<Box<RawValue>>;

/// The runs whose step `crash` crashes no more.
pub(crate) static MENDED: Mutex<Vec<String>> = Mutex::new(Vec::new());

#[derive(Deserialize)]
struct Begun {
    script: Vec<String>,
}

#[derive(Deserialize)]
struct Gift {
    key: String,
    text: Box<RawValue>,
    nonce: String,
}

#[derive(Serialize, Deserialize)]
struct Given {
    text: Box<RawValue>,
    nonce: String,
}

#[derive(Serialize, Deserialize)]
struct Task {
    name: String,
    task: Box<RawValue>,
}

struct Scripted;

fn raw(value: serde_json::Value) -> Raw {
    Json(serde_json::value::to_raw_value(&value).expect("it is JSON"))
}

async fn once(ctx: &ContextInternal, name: &str) -> Result<(), TerminalError> {
    let did = json!({ "did": name });
    ctx.run(move || async move { Ok(raw(did)) }).name(name).await?;
    Ok(())
}

async fn both(ctx: &ContextInternal, key: &str, names: &str) -> Result<(), TerminalError> {
    let attempt = |name: &str| {
        let target = RequestTarget::workflow(ctx.service_name(), key, "attempt");
        let task = Task {
            name: name.to_owned(),
            task: raw(json!({"round": 0})).0,
        };
        ctx.call::<Json<Task>, Raw>(target, None, None, None, vec![], Json(task))
    };
    let begun: Vec<_> = names.split(' ').map(attempt).collect();
    for call in begun {
        call.await?;
    }
    Ok(())
}

fn crash(key: &str) -> Result<(), HandlerError> {
    match MENDED
        .lock()
        .expect("nobody panicked")
        .iter()
        .any(|mended| mended == key)
    {
        true => Ok(()),
        false => Err(std::io::Error::other("the disk is full").into()),
    }
}

async fn follow(ctx: &ContextInternal, key: &str, script: &[String]) -> Result<(), HandlerError> {
    for line in script {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb {
            "once" => once(ctx, rest).await?,
            "both" => both(ctx, key, rest).await?,
            "wait" => {
                let stopped = ctx.promise::<Json<Given>>(rest).await.is_err();
                if stopped {
                    once(ctx, "stopped").await?;
                }
            }
            "crash" => crash(key)?,
            "sleep" => {
                ctx.sleep(Duration::from_millis(rest.parse().expect("a number")))
                    .await?
            }
            "fail" => return Err(TerminalError::new_with_code(500, rest).into()),
            _ => {}
        }
    }
    Ok(())
}

async fn handle(ctx: &ContextInternal) -> HandlerResult<Raw> {
    match ctx.handler_name() {
        "run" => {
            let (Json(begun), meta) = ctx.input::<Raw>().await;
            let begun: Begun = serde_json::from_str(begun.get()).expect("a script");
            follow(ctx, &meta.key, &begun.script).await?;
            Ok(raw(json!("done")))
        }
        "attempt" => {
            let (Json(task), meta) = ctx.input::<Json<Task>>().await;
            if task.name.ends_with("crash") {
                crash(&meta.key)?;
            }
            Ok(raw(json!({ "did": task.name })))
        }
        "give" => {
            let (Json(gift), _) = ctx.input::<Json<Gift>>().await;
            if ctx.peek_promise::<Json<Given>>(&gift.key).await?.is_none() {
                let given = Given {
                    text: gift.text,
                    nonce: gift.nonce.clone(),
                };
                ctx.resolve_promise(&gift.key, Json(given));
            }
            let Json(given) = ctx.promise::<Json<Given>>(&gift.key).await?;
            Ok(raw(json!(given.nonce == gift.nonce)))
        }
        _ => {
            let (Json(lines), meta) = ctx.input::<Raw>().await;
            if lines.get().contains("crash") {
                crash(&meta.key)?;
            }
            once(ctx, "undo Build.one").await?;
            Ok(raw(json!("undone")))
        }
    }
}

impl Service for Scripted {
    type Future = ServiceBoxFuture;

    fn handle(&self, ctx: ContextInternal) -> ServiceBoxFuture {
        Box::pin(async move {
            let result = handle(&ctx).await;
            ctx.handle_handler_result(result);
            ctx.end();
            Ok::<(), endpoint::Error>(())
        })
    }
}

fn handler(name: &str, ty: HandlerType) -> discovery::Handler {
    discovery::Handler {
        name: name.try_into().expect("a name"),
        input: Some(discovery::InputPayload::from_metadata::<Raw>()),
        output: Some(discovery::OutputPayload::from_metadata::<Raw>()),
        ty: Some(ty),
        documentation: None,
        metadata: HashMap::default(),
        abort_timeout: None,
        inactivity_timeout: None,
        journal_retention: Some(3_600_000),
        idempotency_retention: None,
        workflow_completion_retention: (name == "run").then_some(3_600_000),
        enable_lazy_state: None,
        ingress_private: (name == "attempt").then_some(true),
        retry_policy_initial_interval: Some(1500),
        retry_policy_max_interval: Some(1500),
        retry_policy_max_attempts: Some(2),
        retry_policy_exponentiation_factor: None,
        retry_policy_on_max_attempts: Some(discovery::RetryPolicyOnMaxAttempts::Pause),
    }
}

fn service(name: &str, metadata: HashMap<String, String>) -> discovery::Service {
    let shared = ["attempt", "give", "take_back"];
    let mut handlers = vec![handler("run", HandlerType::Workflow)];
    handlers.extend(shared.map(|name| handler(name, HandlerType::Shared)));
    discovery::Service {
        ty: discovery::ServiceType::Workflow,
        name: name.to_owned().try_into().expect("a name"),
        handlers,
        documentation: None,
        metadata,
        abort_timeout: None,
        inactivity_timeout: None,
        journal_retention: None,
        idempotency_retention: None,
        enable_lazy_state: None,
        ingress_private: None,
        retry_policy_initial_interval: None,
        retry_policy_max_interval: None,
        retry_policy_max_attempts: None,
        retry_policy_exponentiation_factor: None,
        retry_policy_on_max_attempts: None,
    }
}

/// Each is a workflow and its fingerprint; besides, a service that is not of a plan.
pub(crate) fn endpoint(plans: &[(&str, &str)]) -> Endpoint {
    let mut builder = Endpoint::builder();
    for (workflow, fingerprint) in plans {
        let metadata = [
            ("workflow.plan", json!({ "workflow": workflow }).to_string()),
            ("workflow.fingerprint", (*fingerprint).to_owned()),
            ("workflow.name", (*workflow).to_owned()),
            ("workflow.format", "1".to_owned()),
        ];
        let metadata = metadata.map(|(key, value)| (key.to_owned(), value));
        let name = format!("{workflow}.{}", &fingerprint[..12]);
        builder = builder.bind(service_definition(Scripted, service(&name, metadata.into())));
    }
    let foreign = service("Foreign", HashMap::default());
    builder.bind(service_definition(Scripted, foreign)).build()
}
