//! The HTTP client below `object_store`.

use std::time::Duration;

use lambda_kit::TimeLimits;
use object_store::client::{HttpClient, HttpConnector};
use object_store::{ClientOptions, Error};
use reqwest::redirect::Policy;

/// How long an idle connection is kept: as below the SDK's clients.
const IDLE_CONNECTION: Duration = Duration::from_secs(20);

/// Makes clients that have the process's TLS configuration. `object_store`'s own would read the platform's
/// certificates.
#[derive(Debug)]
pub(crate) struct Connector(pub(crate) TimeLimits);

impl HttpConnector for Connector {
    /// HTTP/1.1 only, no proxy, no redirects, and no retries of its own: those are `object_store`'s.
    fn connect(&self, _: &ClientOptions) -> Result<HttpClient, Error> {
        let mut config = tls::client_config().map_err(failed)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let client = reqwest::Client::builder()
            .no_proxy()
            .tls_backend_preconfigured(config)
            .http1_only()
            .redirect(Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(self.0.connect)
            // An object takes as long as it takes, and silence no longer than a whole request.
            .read_timeout(self.0.operation)
            .pool_idle_timeout(IDLE_CONNECTION)
            .build()
            .map_err(failed)?;
        Ok(HttpClient::new(client))
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Generic { store: "S3", source: Box::new(error) }
}
