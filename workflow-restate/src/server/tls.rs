//! How `https://` addresses are spoken to.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt;

/// Whom this system trusts, this crate does. The cryptography is named here, as a library must not choose it for all of a
/// program, which is where rustls would look for it.
pub(super) fn config() -> Result<ClientConfig, String> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = builder
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| error.to_string())?;
    Ok(config.with_no_client_auth())
}
