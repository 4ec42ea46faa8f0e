//! The secret, fetched and kept.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::{Error, Secret};

/// After this time a secret is fetched anew: a rotation is noticed without anything being refused.
const CACHE_TTL: Duration = Duration::from_secs(5 * 60);

/// The shortest time between two fetches while there is a secret to go on with. A sender of
/// wrong client states causes fetches at most this often.
const MIN_REFRESH_INTERVAL: Duration = Duration::from_secs(10);

/// How long a fetch may take. The caller may be the webhook, which has to answer within 2 s.
const FETCH_TIMEOUT: Duration = Duration::from_secs(1);

/// The secret of Secrets Manager, cached. Cheap to clone; clones share the cache.
#[derive(Debug, Clone)]
pub struct Secrets(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    source: Source,
    cached: RwLock<Cached>,
    /// Held while fetching: single flight.
    fetching: Mutex<()>,
}

#[derive(Debug)]
enum Source {
    SecretsManager { client: Client, secret_id: String },
    Fixed,
}

#[derive(Debug, Default, Clone)]
struct Cached {
    secret: Option<Arc<Secret>>,
    fetched_at: Option<Instant>,
    tried_at: Option<Instant>,
}

impl Cached {
    fn is_fresh(&self) -> bool {
        self.fetched_at.is_some_and(|at| at.elapsed() < CACHE_TTL)
    }

    fn was_just_tried(&self) -> bool {
        self.tried_at.is_some_and(|at| at.elapsed() < MIN_REFRESH_INTERVAL)
    }
}

impl Secrets {
    /// The secret that `secret_id` (an ARN or a name) names in Secrets Manager.
    pub fn new(config: &SdkConfig, secret_id: impl Into<String>) -> Self {
        let client = Client::new(config);
        Self::from_source(
            Source::SecretsManager { client, secret_id: secret_id.into() },
            Cached::default(),
        )
    }

    /// A secret that never changes: for tests.
    pub fn fixed(secret: Secret) -> Self {
        let secret = Some(Arc::new(secret));
        Self::from_source(Source::Fixed, Cached { secret, fetched_at: None, tried_at: None })
    }

    fn from_source(source: Source, cached: Cached) -> Self {
        Self(Arc::new(Inner { source, cached: RwLock::new(cached), fetching: Mutex::new(()) }))
    }

    /// The secret, fetched if it is not there or too old. An old one that cannot be fetched anew
    /// goes on working: a secret rarely changes, and Secrets Manager being down is no reason to
    /// refuse what Graph sends.
    ///
    /// # Errors
    ///
    /// Only while no secret was ever fetched: [`Error::Unavailable`], or [`Error::Misconfigured`]
    /// with what to fix.
    pub async fn current(&self) -> Result<Arc<Secret>, Error> {
        let cached = self.cached();
        match cached.secret {
            Some(secret) if cached.is_fresh() || cached.was_just_tried() => Ok(secret),
            Some(secret) => {
                // While another task fetches, the old one is used.
                let Ok(_guard) = self.0.fetching.try_lock() else {
                    return Ok(secret);
                };
                Ok(self.fetch().await.unwrap_or(secret))
            }
            None => {
                let _guard = self.0.fetching.lock().await;
                match self.cached().secret {
                    Some(secret) => Ok(secret),
                    None => self.fetch().await,
                }
            }
        }
    }

    /// Another secret than `refused`, if there is one now: what to do when Graph refuses our
    /// credentials, or a notification's client state is not among those of `refused`.
    ///
    /// Fetches at most every 10 s, however often it is asked. A fetch that fails is logged and is
    /// no other secret.
    pub async fn replacement_for(&self, refused: &Secret) -> Option<Arc<Secret>> {
        let differs = |secret: &Arc<Secret>| !secret.is_same_as(refused);
        let _guard = self.0.fetching.lock().await;
        let cached = self.cached();
        if let Some(secret) = cached.secret.filter(differs) {
            return Some(secret);
        }
        if self.cached().was_just_tried() {
            return None;
        }
        self.fetch().await.ok().filter(differs)
    }

    fn cached(&self) -> Cached {
        self.0.cached.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fetches, with `fetching` held, and remembers what came.
    async fn fetch(&self) -> Result<Arc<Secret>, Error> {
        let outcome = match timeout(FETCH_TIMEOUT, self.0.source.read()).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Error::Unavailable("Secrets Manager did not answer in time".to_owned())),
        };
        let mut cached = self.0.cached.write().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        cached.tried_at = Some(now);
        match outcome {
            Ok(None) => cached
                .secret
                .clone()
                .ok_or_else(|| Error::Unavailable("there is no secret".to_owned())),
            Ok(Some(secret)) => {
                let secret = Arc::new(secret);
                cached.secret = Some(Arc::clone(&secret));
                cached.fetched_at = Some(now);
                Ok(secret)
            }
            Err(error) => {
                if cached.secret.is_some() {
                    tracing::warn!(%error, "secret.not_refreshed");
                }
                Err(error)
            }
        }
    }
}

impl Source {
    /// The secret as it is now; `None` from a source that never changes.
    async fn read(&self) -> Result<Option<Secret>, Error> {
        let Self::SecretsManager { client, secret_id } = self else {
            return Ok(None);
        };
        let answer = client
            .get_secret_value()
            .secret_id(secret_id)
            .send()
            .await
            .map_err(|error| refusal(&error))?;
        let json = answer.secret_string().ok_or_else(|| {
            Error::Misconfigured(
                "the secret that SECRET_ARN names is binary: store it as text, a JSON object"
                    .to_owned(),
            )
        })?;
        Secret::parse(json).map(Some)
    }
}

fn refusal<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Error {
    let code = error.as_service_error().and_then(|service| service.code());
    let sentence = match code {
        Some("ResourceNotFoundException") => {
            "Secrets Manager knows no such secret: check SECRET_ARN and the region"
        }
        Some("AccessDeniedException") => {
            "Secrets Manager denied access: allow secretsmanager:GetSecretValue on the secret to the function's role"
        }
        Some("DecryptionFailure") => {
            "Secrets Manager could not decrypt the secret: allow kms:Decrypt on its key to the function's role"
        }
        Some("InvalidRequestException") => {
            "the secret that SECRET_ARN names cannot be read: restore it if it is marked for deletion, and give it a value"
        }
        Some(code) => return Error::Unavailable(format!("Secrets Manager said {code}")),
        None => return Error::Unavailable("Secrets Manager could not be reached".to_owned()),
    };
    Error::Misconfigured(sentence.to_owned())
}

#[cfg(test)]
mod tests;
