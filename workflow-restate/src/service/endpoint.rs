//! The handlers of a plan's service, and what happens when they are called.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;

use restate_sdk::endpoint::{self, ContextInternal};
use restate_sdk::errors::{HandlerError, HandlerResult, TerminalError};
use restate_sdk::serde::Json;
use restate_sdk::service::Service;
use restate_sdk::service::macro_support::ServiceBoxFuture;
use serde_json::value::RawValue;
use workflow_runtime::__engine::{Doing, Durable, Ended, Staffed, Stopped};

use super::durable::{Invocation, Names};
use super::ending::Working;
use super::text::Text;
use crate::names::{ATTEMPT, AttemptTask, GIVE, Gift, Given, RUN, TAKE_BACK, UNDONE};

/// A run that was taken back is gone.
const GONE: u16 = 410;
/// Restate's own code of what was cancelled.
const CANCELLED: u16 = 409;

/// What the handlers of a plan's service do.
pub(super) trait Work: Send + Sync + 'static {
    fn drive<'a>(
        &'a self,
        durable: &'a dyn Durable,
        id: &'a str,
        begun: &'a str,
    ) -> Doing<'a, Result<Ended, String>>;

    fn attempt<'a>(
        &'a self,
        durable: &'a dyn Durable,
        id: &'a str,
        task: &'a str,
    ) -> Doing<'a, Result<String, Stopped>>;

    fn take_back<'a>(
        &'a self,
        durable: &'a dyn Durable,
        id: &'a str,
        lines: &'a [String],
    ) -> Doing<'a, Result<Ended, String>>;
}

impl Work for Staffed {
    fn drive<'a>(
        &'a self,
        durable: &'a dyn Durable,
        id: &'a str,
        begun: &'a str,
    ) -> Doing<'a, Result<Ended, String>> {
        self.drive(durable, id, begun)
    }

    fn attempt<'a>(
        &'a self,
        durable: &'a dyn Durable,
        id: &'a str,
        task: &'a str,
    ) -> Doing<'a, Result<String, Stopped>> {
        self.attempt(durable, id, task)
    }

    fn take_back<'a>(
        &'a self,
        durable: &'a dyn Durable,
        id: &'a str,
        lines: &'a [String],
    ) -> Doing<'a, Result<Ended, String>> {
        self.take_back(durable, id, lines)
    }
}

/// The service of a plan.
pub(super) struct Handlers {
    pub(super) work: Arc<dyn Work>,
    pub(super) working: Working,
}

impl Service for Handlers {
    type Future = ServiceBoxFuture;

    fn handle(&self, ctx: ContextInternal) -> ServiceBoxFuture {
        let work = Arc::clone(&self.work);
        let working = self.working.clone();
        Box::pin(async move {
            let handled = match ctx.handler_name() {
                RUN => unwinding(run(&*work, &working, &ctx)).await,
                ATTEMPT => unwinding(attempt(&*work, &working, &ctx)).await,
                GIVE => unwinding(give(&ctx)).await,
                TAKE_BACK => unwinding(take_back(&*work, &working, &ctx)).await,
                other => return Err(endpoint::Error::unknown_handler(ctx.service_name(), other)),
            };
            ctx.handle_handler_result(handled.map(Text));
            ctx.end();
            Ok(())
        })
    }
}

async fn run(work: &dyn Work, working: &Working, ctx: &ContextInternal) -> HandlerResult<String> {
    let (Text(begun), meta) = ctx.input().await;
    let names = Names::new();
    let durable = Invocation::new(ctx, &meta.key, &names, working);
    match work.drive(&durable, &meta.key, &begun).await? {
        Ended::Done => Ok(r#""done""#.to_owned()),
        Ended::Undone => Err(TerminalError::new_with_code(GONE, UNDONE).into()),
    }
}

async fn attempt(work: &dyn Work, working: &Working, ctx: &ContextInternal) -> HandlerResult<String> {
    let (Json(AttemptTask { task, .. }), meta) = ctx.input().await;
    let names = Names::new();
    let durable = Invocation::new(ctx, &meta.key, &names, working);
    let made = work.attempt(&durable, &meta.key, task.get()).await;
    made.map_err(|Stopped| TerminalError::new_with_code(CANCELLED, "the run was told to stop").into())
}

async fn give(ctx: &ContextInternal) -> HandlerResult<String> {
    let (Json(Gift { key, text, nonce }), _) = ctx.input().await;
    let given = Given {
        text,
        nonce: nonce.clone(),
    };
    // Restate refuses it if the promise is resolved; whose it is says what is there then.
    ctx.resolve_promise(&key, Json(given));
    let Json(first) = ctx.promise::<Json<Given>>(&key).await?;
    Ok((first.nonce == nonce).to_string())
}

async fn take_back(work: &dyn Work, working: &Working, ctx: &ContextInternal) -> HandlerResult<String> {
    let (Json(lines), meta) = ctx.input::<Json<Vec<Box<RawValue>>>>().await;
    let lines: Vec<_> = lines.into_iter().map(|line| line.get().to_owned()).collect();
    let names = Names::new();
    let durable = Invocation::new(ctx, &meta.key, &names, working);
    let ended = work.take_back(&durable, &meta.key, &lines).await?;
    let ended = match ended {
        Ended::Done => r#""done""#,
        Ended::Undone => r#""undone""#,
    };
    Ok(ended.to_owned())
}

/// A panic is an error that Restate has tried again: it would end the connection, with all that goes over it.
async fn unwinding(handling: impl Future<Output = HandlerResult<String>>) -> HandlerResult<String> {
    let mut handling = std::pin::pin!(handling);
    poll_fn(move |cx| {
        let polled = catch_unwind(AssertUnwindSafe(|| handling.as_mut().poll(cx)));
        polled.unwrap_or_else(|panic| Poll::Ready(Err(panicked(&*panic))))
    })
    .await
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> HandlerError {
    let said = panic.downcast_ref::<&str>().copied();
    let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", said.unwrap_or("without a text")).into()
}
