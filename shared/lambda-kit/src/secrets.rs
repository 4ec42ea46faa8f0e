//! Secrets of Secrets Manager, fetched and kept.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::Error;

/// After this time a secret is fetched anew: a rotation is noticed without anything being refused.
const CACHE_TTL: Duration = Duration::from_secs(5 * 60);

/// The shortest time between two fetches while there is a secret to go on with. A sender of
/// wrong client states causes fetches at most this often.
const MIN_REFRESH_INTERVAL: Duration = Duration::from_secs(10);

/// How long a fetch may take. The caller may be the webhook, which has to answer within 2 s.
const FETCH_TIMEOUT: Duration = Duration::from_secs(1);

/// What one secret of Secrets Manager says.
pub trait SecretValue: Sized {
    /// The environment variable that names the secret.
    const SETTING: &'static str;

    /// Reads the secret's text.
    ///
    /// # Errors
    ///
    /// [`Error::Misconfigured`], which says what to fix and never quotes a value.
    fn parse(text: &str) -> Result<Self, Error>;

    /// Whether both say the same.
    fn is_same_as(&self, other: &Self) -> bool;
}

/// The secret is there and cannot be used until its `remedy` was applied.
pub(crate) fn unusable<T: SecretValue>(remedy: &str) -> Error {
    Error::Misconfigured(format!("the secret that {} names is not usable: {remedy}", T::SETTING))
}

/// One secret of Secrets Manager, cached. Cheap to clone; clones share the cache.
#[derive(Debug)]
pub struct Secrets<T>(Arc<Inner<T>>);

impl<T> Clone for Secrets<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[derive(Debug)]
struct Inner<T> {
    source: Source,
    cached: RwLock<Cached<T>>,
    /// Held while fetching: single flight.
    fetching: Mutex<()>,
}

#[derive(Debug)]
enum Source {
    SecretsManager { client: Client, secret_id: String },
    Fixed,
}

#[derive(Debug)]
struct Cached<T> {
    secret: Option<Arc<T>>,
    fetched_at: Option<Instant>,
    tried_at: Option<Instant>,
    /// Why the last try failed; none after one that did not.
    failure: Option<Error>,
}

impl<T> Clone for Cached<T> {
    fn clone(&self) -> Self {
        Self { secret: self.secret.clone(), failure: self.failure.clone(), ..*self }
    }
}

impl<T> Cached<T> {
    fn new(secret: Option<T>) -> Self {
        Self { secret: secret.map(Arc::new), fetched_at: None, tried_at: None, failure: None }
    }

    fn is_fresh(&self) -> bool {
        self.fetched_at.is_some_and(|at| at.elapsed() < CACHE_TTL)
    }

    fn was_just_tried(&self) -> bool {
        self.tried_at.is_some_and(|at| at.elapsed() < MIN_REFRESH_INTERVAL)
    }
}

impl<T: SecretValue> Secrets<T> {
    /// The secret that `secret_id` (an ARN or a name) names in Secrets Manager.
    pub fn new(config: &SdkConfig, secret_id: impl Into<String>) -> Self {
        let client = Client::new(config);
        let source = Source::SecretsManager { client, secret_id: secret_id.into() };
        Self::from_source(source, Cached::new(None))
    }

    /// A secret that never changes: on a laptop and in tests.
    pub fn fixed(secret: T) -> Self {
        Self::from_source(Source::Fixed, Cached::new(Some(secret)))
    }

    fn from_source(source: Source, cached: Cached<T>) -> Self {
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
    pub async fn current(&self) -> Result<Arc<T>, Error> {
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
                let asked_at = Instant::now();
                let _guard = self.0.fetching.lock().await;
                match self.cached() {
                    Cached { secret: Some(secret), .. } => Ok(secret),
                    // Whoever waited shares the failure: a batch fetches a blank secret once.
                    Cached { failure: Some(failure), tried_at, .. }
                        if tried_at.is_some_and(|tried_at| tried_at > asked_at) =>
                    {
                        Err(failure)
                    }
                    _ => self.fetch().await,
                }
            }
        }
    }

    /// Another secret than `refused`, if there is one now: what to do when Graph refuses our
    /// credentials, or a notification's client state is not among those of `refused`.
    ///
    /// Fetches at most every 10 s, however often it is asked. A fetch that fails is logged and is
    /// no other secret.
    pub async fn replacement_for(&self, refused: &T) -> Option<Arc<T>> {
        let differs = |secret: &Arc<T>| !secret.is_same_as(refused);
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

    fn cached(&self) -> Cached<T> {
        self.0.cached.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fetches, with `fetching` held, and remembers what came.
    async fn fetch(&self) -> Result<Arc<T>, Error> {
        let outcome = match timeout(FETCH_TIMEOUT, self.0.source.read::<T>()).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Error::Unavailable("Secrets Manager did not answer in time".to_owned())),
        };
        let mut cached = self.0.cached.write().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        cached.tried_at = Some(now);
        cached.failure = outcome.as_ref().err().cloned();
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
    async fn read<T: SecretValue>(&self) -> Result<Option<T>, Error> {
        let Self::SecretsManager { client, secret_id } = self else {
            return Ok(None);
        };
        let answer = client
            .get_secret_value()
            .secret_id(secret_id)
            .send()
            .await
            .map_err(|error| refusal(T::SETTING, &error))?;
        let text = answer.secret_string().ok_or_else(|| {
            Error::Misconfigured(format!(
                "the secret that {} names is binary: store it as text",
                T::SETTING
            ))
        })?;
        T::parse(text).map(Some)
    }
}

fn refusal<E: ProvideErrorMetadata, R>(setting: &str, error: &SdkError<E, R>) -> Error {
    let code = error.as_service_error().and_then(|service| service.code());
    Error::Misconfigured(match code {
        Some("ResourceNotFoundException") => {
            format!("Secrets Manager knows no such secret: check {setting} and the region")
        }
        Some("AccessDeniedException") => format!(
            "Secrets Manager denied access: allow secretsmanager:GetSecretValue on the secret that {setting} names to the function's role"
        ),
        Some("DecryptionFailure") => format!(
            "Secrets Manager could not decrypt the secret that {setting} names: allow kms:Decrypt on its key to the function's role"
        ),
        Some("InvalidRequestException") => format!(
            "the secret that {setting} names cannot be read: restore it if it is marked for deletion, and give it a value"
        ),
        Some(code) => return Error::Unavailable(format!("Secrets Manager said {code}")),
        None => return Error::Unavailable("Secrets Manager could not be reached".to_owned()),
    })
}

#[cfg(test)]
mod tests;
