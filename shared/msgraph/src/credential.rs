//! How the application proves to the login host who it is.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use secrecy::SecretString;

/// The application's proof of identity.
#[derive(Clone)]
pub enum Credential {
    /// A client secret of the application's registration.
    Secret(SecretString),
    /// A signed token of another issuer (AWS), accepted through a federated credential.
    Assertion(Arc<dyn AssertionSource>),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Secret(_) => "Credential::Secret",
            Self::Assertion(_) => "Credential::Assertion",
        })
    }
}

/// What [`AssertionSource::assertion`] returns: a boxed future, so that the source can be chosen at run time.
pub type AssertionFuture<'a> =
    Pin<Box<dyn Future<Output = Result<SecretString, AssertionError>> + Send + 'a>>;

/// Gives a fresh JWT whenever a token is requested.
pub trait AssertionSource: Send + Sync {
    /// A JWT whose audience is `api://AzureADTokenExchange`, valid for at least a minute.
    ///
    /// # Errors
    ///
    /// [`AssertionError`] says whether a retry may help.
    fn assertion(&self) -> AssertionFuture<'_>;
}

/// Why there is no assertion.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AssertionError {
    /// Try again later.
    #[error("{0}")]
    Unavailable(String),
    /// A sentence for the administrator: nothing helps until it is acted on.
    #[error("{0}")]
    Misconfigured(String),
}
