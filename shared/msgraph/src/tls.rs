//! The HTTP client below everything.

use std::time::Duration;

use reqwest::redirect::Policy;

use crate::error::ConfigError;
use crate::options::Options;

/// Idle connections die without a sign while a Lambda function is frozen, and a function is frozen
/// between any two invocations: keep them for the length of a burst, not longer.
const POOL_IDLE: Duration = Duration::from_secs(10);

/// A client without redirects, which would carry the token along; no
/// proxy but the one in the options; no tries of its own, which would not know the deadline.
///
/// HTTP/1.1, because a time-out then closes the connection that did not answer. With HTTP/2 the next
/// try would go down the same dead connection.
pub(crate) fn client(options: &Options, plain: bool) -> Result<reqwest::Client, ConfigError> {
    let failed = |error: &dyn std::error::Error| ConfigError::Tls(error.to_string());
    // Nothing to trust where both hosts are loopback and speak http.
    let config = if plain { ::tls::without_trust() } else { ::tls::client_config() };
    let mut config = config.map_err(|error| failed(&error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];

    // `no_proxy` first: it also removes what was added before.
    let mut builder = reqwest::Client::builder().no_proxy();
    if let Some(proxy) = &options.proxy {
        builder = builder.proxy(proxy.for_client()?);
    }
    builder
        .tls_backend_preconfigured(config)
        .http1_only()
        .redirect(Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .connect_timeout(options.connect_timeout)
        .pool_idle_timeout(POOL_IDLE)
        .user_agent(&options.user_agent)
        .build()
        .map_err(|error| failed(&error))
}
