#![doc = include_str!("../README.md")]

use std::sync::Arc;

use lambda_kit::{Environment, Error, FederatedIdentity, GraphSecret, Secrets};
use msgraph::{
    AssertionError, AssertionFuture, AssertionSource, ConfigError, Credential, Endpoints, Graph,
    Options,
};
use tokio::sync::Mutex;

/// The environment variables that [`GraphAccess::from_environment`] reads.
pub const ENVIRONMENT: &[&str] = &["GRAPH_URL", "LOGIN_URL", "SECRET_ARN"];

/// The Graph client with the secret that it was made from. Cheap to clone; clones share both.
///
/// The secret is read when the client is first asked for, and again at each question until it is
/// usable: a function starts while its secret is blank or unreadable, and works as soon as it is
/// filled in.
#[derive(Clone)]
pub struct GraphAccess {
    endpoints: Endpoints,
    secrets: Secrets<GraphSecret>,
    identity: Option<FederatedIdentity>,
    options: Options,
    in_use: Arc<Mutex<Option<InUse>>>,
}

#[derive(Clone)]
struct InUse {
    secret: Arc<GraphSecret>,
    graph: Graph,
}

impl GraphAccess {
    /// A client for the hosts that the environment names, with the proof that the secret holds.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] or [`Error::Misconfigured`] with what to fix in the environment.
    pub fn from_environment(
        environment: &Environment,
        sdk_config: &aws_config::SdkConfig,
    ) -> Result<Self, Error> {
        let secret_arn = environment.text("SECRET_ARN", "the ARN of the secret")?;
        let login = environment.text("LOGIN_URL", "the login host of the cloud")?;
        let graph = environment.text("GRAPH_URL", "the Graph host of the cloud")?;
        let endpoints = Endpoints::parse(&login, &graph).map_err(|error| misconfigured(&error))?;
        let secrets = Secrets::new(sdk_config, secret_arn);
        Ok(Self::new(endpoints, secrets, Some(FederatedIdentity::new(sdk_config))))
    }

    /// A client for `endpoints` with the secret as it is now. `identity` serves where the secret
    /// holds no client secret.
    pub fn new(
        endpoints: Endpoints,
        secrets: Secrets<GraphSecret>,
        identity: Option<FederatedIdentity>,
    ) -> Self {
        let options = Options::default();
        Self { endpoints, secrets, identity, options, in_use: Arc::default() }
    }

    /// The same with other time-outs and limits.
    #[must_use]
    pub fn with_options(self, options: Options) -> Self {
        Self { options, in_use: Arc::default(), ..self }
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// Until a usable secret was read: [`Error::Misconfigured`] with what to fix,
    /// [`Error::Unavailable`] while it cannot be fetched.
    pub async fn graph(&self) -> Result<Graph, Error> {
        Ok(self.in_use().await?.graph)
    }

    /// The secret that the client works with.
    ///
    /// # Errors
    ///
    /// As [`graph`](Self::graph).
    pub async fn secret(&self) -> Result<Arc<GraphSecret>, Error> {
        Ok(self.in_use().await?.secret)
    }

    /// Goes on with the secret as it is now, if it is another one: a tenant or an application that
    /// was corrected is noticed before a request fails.
    ///
    /// # Errors
    ///
    /// As [`graph`](Self::graph).
    pub async fn follow_secret(&self) -> Result<(), Error> {
        let secret = self.secrets.current().await?;
        let mut in_use = self.in_use.lock().await;
        if in_use.as_ref().is_none_or(|in_use| !Arc::ptr_eq(&in_use.secret, &secret)) {
            *in_use = Some(self.with_secret(secret)?);
        }
        Ok(())
    }

    /// Call it when the credentials were refused: reads the secret again, and says whether there is
    /// another one now, with which the client goes on.
    pub async fn refresh_secret(&self) -> bool {
        let mut in_use = self.in_use.lock().await;
        let Some(refused) = in_use.as_ref() else { return false };
        let Some(secret) = self.secrets.replacement_for(&refused.secret).await else {
            return false;
        };
        match self.with_secret(secret) {
            Ok(replaced) => {
                *in_use = Some(replaced);
                true
            }
            Err(error) => {
                tracing::error!(%error, "secret.unusable");
                false
            }
        }
    }

    async fn in_use(&self) -> Result<InUse, Error> {
        let mut in_use = self.in_use.lock().await;
        if let Some(in_use) = in_use.as_ref() {
            return Ok(in_use.clone());
        }
        let first = self.with_secret(self.secrets.current().await?)?;
        Ok(in_use.insert(first).clone())
    }

    fn with_secret(&self, secret: Arc<GraphSecret>) -> Result<InUse, Error> {
        let graph = client(&self.endpoints, &secret, self.identity.as_ref(), &self.options)?;
        Ok(InUse { secret, graph })
    }
}

fn client(
    endpoints: &Endpoints,
    secret: &GraphSecret,
    identity: Option<&FederatedIdentity>,
    options: &Options,
) -> Result<Graph, Error> {
    let credential = credential(secret, identity)?;
    let options = options.clone();
    Graph::new(endpoints.clone(), secret.tenant_id(), secret.client_id(), credential, options)
        .map_err(|error| misconfigured(&error))
}

fn misconfigured(error: &ConfigError) -> Error {
    Error::Misconfigured(error.to_string())
}

/// The client secret where there is one, else the function's own identity.
fn credential(
    secret: &GraphSecret,
    identity: Option<&FederatedIdentity>,
) -> Result<Credential, Error> {
    match (secret.client_secret(), identity) {
        (Some(client_secret), _) => Ok(Credential::Secret(client_secret.clone())),
        (None, Some(identity)) => {
            Ok(Credential::Assertion(Arc::new(AwsIdentity(identity.clone()))))
        }
        (None, None) => Err(Error::Misconfigured(
            "the secret has no client_secret, and there is no AWS identity to use instead: put \
             client_secret into the secret"
                .to_owned(),
        )),
    }
}

/// The function's AWS identity as an assertion for the login host.
struct AwsIdentity(FederatedIdentity);

impl AssertionSource for AwsIdentity {
    fn assertion(&self) -> AssertionFuture<'_> {
        Box::pin(async {
            self.0.token().await.map_err(|error| match error {
                Error::Unavailable(sentence) => AssertionError::Unavailable(sentence),
                Error::Misconfigured(sentence) => AssertionError::Misconfigured(sentence),
                other => AssertionError::Misconfigured(other.to_string()),
            })
        })
    }
}
