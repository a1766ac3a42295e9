//! Restate as the engine that programs offer.

use std::sync::Arc;

use workflow_runtime::__engine::{self as engine, Doing, EngineKind, Remote, Serving, Staffed};
use workflow_runtime::RuntimeError;

use crate::DEFAULT_URL;
use crate::service::Service;

/// Makes the plans' programs offer `--engine restate`: call it first in `main`.
///
/// # Examples
///
/// ```
/// workflow_restate::install();
/// ```
pub fn install() {
    engine::install(KIND);
}

/// The engine, as the runtime knows it.
pub(crate) const KIND: &dyn EngineKind = &Restate;

struct Restate;

impl EngineKind for Restate {
    fn name(&self) -> &'static str {
        "restate"
    }

    fn default_url(&self) -> &'static str {
        DEFAULT_URL
    }

    fn connect(&self, url: &str) -> Result<Arc<dyn Remote>, RuntimeError> {
        crate::__remote(url)
    }

    fn serve(&self, staffed: Staffed, at: Serving) -> Doing<'static, Result<(), RuntimeError>> {
        Box::pin(Service::at(staffed, at).run())
    }
}
