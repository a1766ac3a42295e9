//! A file that is handed in for a manual step.

use serde_json::value::RawValue;

use crate::cli::fault::{Code, Fault};
use crate::cli::source::Source;
use crate::plan::{ArtifactPlan, Check};
use crate::verdict::Verdict;

/// An artifact, read as the type that the plan says, as JSON as that type writes it, and passed by its check. The file is
/// the artifact, or holds it alone under its name: TOML can hold a text, or a list, in no other way.
pub(crate) fn artifact(
    artifact: &ArtifactPlan,
    check: Option<Check>,
    source: &Source,
) -> Result<Box<RawValue>, Fault> {
    let (file, name) = (&*source.name, artifact.name);
    let named = source.data.key(name).filter(|_| source.data.keys().count() == 1);
    let value = source
        .typed(&source.data, None, artifact)
        .or_else(|fault| match named {
            Some(data) => source.typed(data, Some(name), artifact),
            None => Err(fault),
        })?;
    if let Some(Verdict::Reject(reason)) = check.map(|check| check(&*value)) {
        let message = format!("{file}: artifact `{name}` was rejected by its check: {reason}");
        return Err(Fault::new(Code::Input, message).of(file));
    }
    (artifact.codec.encode)(&*value).map_err(|error| {
        let message = format!("{file}: artifact `{name}` cannot be journaled: {error}");
        Fault::new(Code::Input, message).of(file)
    })
}
