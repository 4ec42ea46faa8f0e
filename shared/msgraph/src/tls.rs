//! The HTTP client below everything.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::error::ConfigError;
use crate::options::Options;

/// Idle connections die without a sign while a Lambda function is frozen, and a function is frozen
/// between any two invocations: keep them for the length of a burst, not longer.
const POOL_IDLE: Duration = Duration::from_secs(10);

/// A client without redirects, which would carry the token along; no
/// proxy from the environment; no tries of its own, which would not know the deadline.
///
/// HTTP/1.1, because a time-out then closes the connection that did not answer. With HTTP/2 the next
/// try would go down the same dead connection.
pub(crate) fn client(options: &Options, plain: bool) -> Result<reqwest::Client, ConfigError> {
    let failed = |error: &dyn std::error::Error| ConfigError::Tls(error.to_string());
    // ring is named here and not installed for the process: a library has no say in what else the
    // process does, and AWS-LC costs tens of milliseconds of CPU at its first use.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?;
    let mut config = if plain {
        // Nothing to trust: both hosts are loopback and speak http.
        config.with_root_certificates(RootCertStore::empty())
    } else {
        config.with_platform_verifier().map_err(|error| failed(&error))?
    }
    .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];

    reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .http1_only()
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .retry(reqwest::retry::never())
        .connect_timeout(options.connect_timeout)
        .pool_idle_timeout(POOL_IDLE)
        .user_agent(&options.user_agent)
        .build()
        .map_err(|error| failed(&error))
}
