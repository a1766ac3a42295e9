//! What the server is told of a plan's service.

use std::time::Duration;

use restate_sdk::discovery::{Handler, HandlerType, InputPayload, OutputPayload, Service, ServiceType};
use workflow_runtime::__engine::{self as engine, Staffed};
use workflow_runtime::RuntimeError;

use super::Limits;
use crate::names::{
    ATTEMPT, FORMAT, GIVE, METADATA_FINGERPRINT, METADATA_FORMAT, METADATA_PLAN, METADATA_WORKFLOW, RUN,
    TAKE_BACK, service_name,
};

/// A service that was down is called again after that long at most.
const LONGEST_BACKOFF: Duration = Duration::from_secs(10);
const FIRST_BACKOFF: Duration = Duration::from_millis(100);

/// What a step may take beyond its time limit until its result has arrived.
const MARGIN: Duration = Duration::from_secs(60);
/// For a plan that has steps without a time limit.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The service of a plan.
pub(super) fn service_of(staffed: &Staffed, limits: &Limits) -> Result<Service, RuntimeError> {
    let name = service_name(staffed.workflow(), staffed.fingerprint());
    let longest = limits.longest_step.or(staffed.longest_step());
    let abort = longest.map_or(A_DAY, |longest| longest.saturating_add(MARGIN));
    let metadata = [
        (METADATA_PLAN, staffed.outline()),
        (METADATA_FINGERPRINT, staffed.fingerprint()),
        (METADATA_WORKFLOW, staffed.workflow()),
        (METADATA_FORMAT, FORMAT),
    ];
    Ok(Service {
        ty: ServiceType::Workflow,
        name: name.try_into().map_err(malformed)?,
        handlers: handlers(limits)?,
        documentation: Some(staffed.doc().to_owned()).filter(|doc| !doc.is_empty()),
        metadata: metadata
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        // A run that waits leaves the service after that long.
        inactivity_timeout: limits.inactivity.map(millis),
        abort_timeout: Some(millis(limits.abort.unwrap_or(abort))),
        journal_retention: Some(millis(limits.keep_for)),
        idempotency_retention: None,
        enable_lazy_state: None,
        ingress_private: None,
        retry_policy_initial_interval: Some(millis(FIRST_BACKOFF)),
        retry_policy_max_interval: Some(millis(LONGEST_BACKOFF)),
        // Without it the server pauses what failed 70 times.
        retry_policy_max_attempts: Some(u64::MAX),
        retry_policy_exponentiation_factor: Some(2.0),
        retry_policy_on_max_attempts: None,
    })
}

fn handlers(limits: &Limits) -> Result<Vec<Handler>, RuntimeError> {
    let keep = Some(millis(limits.keep_for));
    // What these came to is in the journal of the run.
    let forget = Some(0);
    Ok(vec![
        Handler {
            workflow_completion_retention: keep,
            journal_retention: keep,
            ..handler(RUN, HandlerType::Workflow)?
        },
        Handler {
            ingress_private: Some(true),
            journal_retention: forget,
            ..handler(ATTEMPT, HandlerType::Shared)?
        },
        Handler {
            journal_retention: forget,
            ..handler(GIVE, HandlerType::Shared)?
        },
        Handler {
            idempotency_retention: keep,
            journal_retention: keep,
            ..handler(TAKE_BACK, HandlerType::Shared)?
        },
    ])
}

fn handler(name: &str, ty: HandlerType) -> Result<Handler, RuntimeError> {
    Ok(Handler {
        name: name.try_into().map_err(malformed)?,
        ty: Some(ty),
        input: Some(InputPayload {
            content_type: Some("application/json".to_owned()),
            json_schema: None,
            required: Some(true),
        }),
        output: Some(OutputPayload {
            content_type: Some("application/json".to_owned()),
            json_schema: None,
            set_content_type_if_empty: Some(true),
        }),
        documentation: None,
        metadata: Default::default(),
        abort_timeout: None,
        inactivity_timeout: None,
        journal_retention: None,
        idempotency_retention: None,
        workflow_completion_retention: None,
        enable_lazy_state: None,
        ingress_private: None,
        retry_policy_initial_interval: None,
        retry_policy_max_interval: None,
        retry_policy_max_attempts: None,
        retry_policy_exponentiation_factor: None,
        retry_policy_on_max_attempts: None,
    })
}

fn malformed(error: impl std::fmt::Display) -> RuntimeError {
    engine::misplaced(format!(
        "the plan has a name that Restate does not take: {error}; rename it"
    ))
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
