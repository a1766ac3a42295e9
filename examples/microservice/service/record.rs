//! Logs as JSON lines and traces, for one instance: each has its own, so that several can live in one process.

use std::{
    fs::File,
    future::Future,
    path::{Path, PathBuf},
    sync::Arc,
};

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::{Dispatch, instrument::WithSubscriber, subscriber::NoSubscriber};
use tracing_subscriber::{filter::LevelFilter, layer::SubscriberExt};

use super::traces::SpanLines;
use crate::failure::{During, Outcome};

/// Where an instance records what it does.
#[derive(Clone)]
pub struct Recorder {
    /// The name of the service.
    pub service: &'static str,
    dispatch: Dispatch,
    /// Ends with the last of its users.
    _provider: Option<Arc<SdkTracerProvider>>,
}

/// The files that are written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFiles {
    /// A line of JSON for each thing that happened.
    pub log: PathBuf,
    /// A line of JSON for each span.
    pub spans: PathBuf,
}

impl RecordFiles {
    /// In that folder, named after the service.
    #[must_use]
    pub fn within(folder: &Path, service: &str) -> Self {
        RecordFiles {
            log: folder.join(format!("{service}.log.jsonl")),
            spans: folder.join(format!("{service}.spans.jsonl")),
        }
    }
}

impl Recorder {
    /// Records nothing.
    #[must_use]
    pub fn silent(service: &'static str) -> Self {
        Recorder {
            service,
            dispatch: Dispatch::new(NoSubscriber::default()),
            _provider: None,
        }
    }

    /// Records into files, after what they hold already; of so many traces, one is kept.
    ///
    /// # Errors
    /// When the files cannot be opened.
    pub fn to_files(service: &'static str, files: &RecordFiles, trace_one_in: u32) -> Outcome<Self> {
        let open = |path: &Path| {
            File::options()
                .create(true)
                .append(true)
                .open(path)
                .during(format_args!("opening `{}`", path.display()))
        };
        let share = 1.0 / f64::from(trace_one_in.max(1));
        let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(share)));
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(SpanLines::new(service, open(&files.spans)?))
            .with_sampler(sampler)
            .build();
        let log = tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .with_writer(Arc::new(open(&files.log)?));
        let spans = tracing_opentelemetry::layer().with_tracer(provider.tracer(service));
        let subscriber = tracing_subscriber::registry()
            .with(LevelFilter::INFO)
            .with(log)
            .with(spans);
        Ok(Recorder {
            service,
            dispatch: Dispatch::new(subscriber),
            _provider: Some(Arc::new(provider)),
        })
    }

    /// What is done in there is recorded here.
    pub async fn scope<F: Future>(&self, work: F) -> F::Output {
        work.with_subscriber(self.dispatch.clone()).await
    }
}
