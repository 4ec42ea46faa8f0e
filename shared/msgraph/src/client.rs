//! The client itself: who we are, where Graph is, and the state that all requests share.

use std::fmt;
use std::sync::Arc;

use pstn_logs::Log;
use tokio::sync::Mutex;

use crate::credential::Credential;
use crate::endpoints::{Endpoints, is_segment};
use crate::error::ConfigError;
use crate::gate::Gate;
use crate::login::Login;
use crate::options::Options;
use crate::rate_limit::RateLimiter;
use crate::tls;
use crate::transport::Transport;

/// A client of one tenant's call records and subscriptions.
///
/// Cheap to clone; clones share the connections, the token and the pause that Microsoft asks for.
#[derive(Clone)]
pub struct Graph(Arc<SharedState>);

struct SharedState {
    endpoints: Endpoints,
    transport: Transport,
    login: Login,
    gate: Gate,
    rate_limit: Option<RateLimiter>,
    /// By the place of the log in [`Log::ALL`].
    phone_log_limits: [Option<Arc<RateLimiter>>; 2],
    large_pages: Arc<Mutex<()>>,
}

impl Graph {
    /// A client that logs in as application `client_id` of tenant `tenant_id` (a GUID or a domain).
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the setting that is wrong. Nothing is sent yet.
    pub fn new(
        endpoints: Endpoints,
        tenant_id: &str,
        client_id: &str,
        credential: Credential,
        options: Options,
    ) -> Result<Self, ConfigError> {
        endpoints.check()?;
        if !is_segment(tenant_id) {
            return Err(ConfigError::Empty("tenant_id"));
        }
        if client_id.is_empty() {
            return Err(ConfigError::Empty("client_id"));
        }
        let client = tls::client(&options, endpoints.are_plain())?;
        let transport = Transport { client, options };
        let login = Login::new(
            transport.clone(),
            endpoints.token(tenant_id),
            client_id,
            endpoints.scope(),
            credential,
        );
        let rate_limit = transport.options.call_records_limit.map(RateLimiter::new);
        let phone_log_limits = Log::ALL.map(|_| {
            transport.options.phone_log_limit.map(|limit| Arc::new(RateLimiter::new(limit)))
        });
        Ok(Self(Arc::new(SharedState {
            endpoints,
            transport,
            login,
            gate: Gate::default(),
            rate_limit,
            phone_log_limits,
            large_pages: Arc::default(),
        })))
    }

    /// Logs in with another credential from now on, for example after the secret was rotated. The
    /// token that the old one brought is forgotten.
    pub fn replace_credential(&self, credential: Credential) {
        self.0.login.replace(credential);
    }

    pub(crate) fn endpoints(&self) -> &Endpoints {
        &self.0.endpoints
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.0.transport
    }

    pub(crate) fn options(&self) -> &Options {
        &self.0.transport.options
    }

    pub(crate) fn login(&self) -> &Login {
        &self.0.login
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.0.gate
    }

    /// Locked by the reader of the one record that may have large pages in memory.
    pub(crate) fn large_pages(&self) -> Arc<Mutex<()>> {
        Arc::clone(&self.0.large_pages)
    }

    pub(crate) fn phone_log_limit(&self, log: Log) -> Option<Arc<RateLimiter>> {
        let of_logs = Log::ALL.into_iter().zip(&self.0.phone_log_limits);
        of_logs.into_iter().find(|(of, _)| *of == log).and_then(|(_, limit)| limit.clone())
    }

    pub(crate) fn rate_limit(&self) -> Option<&RateLimiter> {
        self.0.rate_limit.as_ref()
    }
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Graph").field("endpoints", &self.0.endpoints).finish_non_exhaustive()
    }
}
