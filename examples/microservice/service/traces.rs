//! Traces over services: a span goes on where the caller's ended, by the header `traceparent` of the W3C.

use std::{
    fs::File,
    io::Write,
    sync::{Mutex, PoisonError},
    time::{Duration, UNIX_EPOCH},
};

use axum::http::HeaderMap;
use opentelemetry::{
    propagation::{Extractor, Injector, TextMapPropagator},
    trace::TraceContextExt,
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    propagation::TraceContextPropagator,
    trace::{SpanData, SpanExporter},
};
use serde::{Deserialize, Serialize};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// A span, as it stands in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpanLine {
    /// The service that did it.
    pub service: String,
    /// What was done.
    pub name: String,
    /// The trace that it belongs to.
    pub trace_id: String,
    /// Its own number.
    pub span_id: String,
    /// The span that asked for it; zeros where nobody did.
    pub parent_span_id: String,
    /// How long it took, in microseconds.
    pub took_us: u64,
    /// When it began, in microseconds since 1970.
    pub began_us: u64,
}

/// Writes each span as a line of JSON.
#[derive(Debug)]
pub struct SpanLines {
    service: &'static str,
    file: Mutex<File>,
}

impl SpanLines {
    /// Into that file.
    #[must_use]
    pub fn new(service: &'static str, file: File) -> Self {
        SpanLines {
            service,
            file: Mutex::new(file),
        }
    }

    fn line(&self, span: &SpanData) -> String {
        let began = span.start_time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let took = span.end_time.duration_since(span.start_time).unwrap_or_default();
        let whole = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let line = SpanLine {
            service: self.service.to_owned(),
            name: span.name.to_string(),
            trace_id: span.span_context.trace_id().to_string(),
            span_id: span.span_context.span_id().to_string(),
            parent_span_id: span.parent_span_id.to_string(),
            took_us: whole(took),
            began_us: whole(began),
        };
        let mut text = serde_json::to_string(&line).unwrap_or_default();
        text.push('\n');
        text
    }
}

impl SpanExporter for SpanLines {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let text: String = batch.iter().map(|span| self.line(span)).collect();
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // A full disk must not stop the service; the trace is lost then.
        let _ = file.write_all(text.as_bytes());
        Ok(())
    }
}

struct Sent<'a>(&'a HeaderMap);

impl Extractor for Sent<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}

struct ToSend<'a>(&'a mut Vec<(String, String)>);

impl Injector for ToSend<'_> {
    fn set(&mut self, key: &str, value: String) {
        if !value.is_empty() {
            self.0.push((key.to_owned(), value));
        }
    }
}

/// A span that goes on with the trace of a request, or begins one.
#[must_use]
pub fn continued(name: &str, headers: &HeaderMap) -> Span {
    let span = tracing::info_span!("request", otel.name = name, trace_id = tracing::field::Empty);
    if !span.is_disabled() {
        let _ = span.set_parent(TraceContextPropagator::new().extract(&Sent(headers)));
        let id = span.context().span().span_context().trace_id().to_string();
        span.record("trace_id", id);
    }
    span
}

/// What a call sends along, so that the other side goes on with the trace.
#[must_use]
pub fn headers() -> Vec<(String, String)> {
    let mut headers = Vec::new();
    let context = Span::current().context();
    if context.span().span_context().is_valid() {
        TraceContextPropagator::new().inject_context(&context, &mut ToSend(&mut headers));
    }
    headers
}
