#![doc = include_str!("../README.md")]

use std::sync::Arc;

use lambda_kit::{Environment, Error, FederatedIdentity, GraphSecret, Secrets};
use msgraph::{
    AssertionError, AssertionFuture, AssertionSource, ConfigError, Credential, Endpoints, Graph,
    Options,
};
use tokio::sync::Mutex;

/// The environment variables that [`GraphAccess::connect`] reads.
pub const ENVIRONMENT: &[&str] = &["GRAPH_URL", "LOGIN_URL", "SECRET_ARN"];

/// The Graph client with the secret that it was made from. Cheap to clone; clones share both.
#[derive(Clone)]
pub struct GraphAccess {
    endpoints: Endpoints,
    secrets: Secrets<GraphSecret>,
    identity: Option<FederatedIdentity>,
    options: Options,
    in_use: Arc<Mutex<InUse>>,
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
    /// [`Error::Setting`] or [`Error::Misconfigured`] with what to fix, [`Error::Unavailable`]
    /// while the secret cannot be fetched.
    pub async fn connect(
        environment: &Environment,
        sdk_config: &aws_config::SdkConfig,
    ) -> Result<Self, Error> {
        let secret_arn = environment.text("SECRET_ARN", "the ARN of the secret")?;
        let login = environment.text("LOGIN_URL", "the login host of the cloud")?;
        let graph = environment.text("GRAPH_URL", "the Graph host of the cloud")?;
        let endpoints = Endpoints::parse(&login, &graph).map_err(|error| misconfigured(&error))?;
        let secrets = Secrets::new(sdk_config, secret_arn);
        Self::new(endpoints, secrets, Some(FederatedIdentity::new(sdk_config))).await
    }

    /// A client for `endpoints` with the secret as it is now. `identity` serves where the secret
    /// holds no client secret.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub async fn new(
        endpoints: Endpoints,
        secrets: Secrets<GraphSecret>,
        identity: Option<FederatedIdentity>,
    ) -> Result<Self, Error> {
        let secret = secrets.current().await?;
        let options = Options::default();
        let graph = client(&endpoints, &secret, identity.as_ref(), &options)?;
        let in_use = Arc::new(Mutex::new(InUse { secret, graph }));
        Ok(Self { endpoints, secrets, identity, options, in_use })
    }

    /// The same with other time-outs and limits.
    ///
    /// # Errors
    ///
    /// [`Error::Misconfigured`] with what to fix.
    pub async fn with_options(mut self, options: Options) -> Result<Self, Error> {
        let secret = self.secret().await;
        let graph = client(&self.endpoints, &secret, self.identity.as_ref(), &options)?;
        self.options = options;
        self.in_use = Arc::new(Mutex::new(InUse { secret, graph }));
        Ok(self)
    }

    /// The client.
    pub async fn graph(&self) -> Graph {
        self.in_use.lock().await.graph.clone()
    }

    /// The secret that the client works with.
    pub async fn secret(&self) -> Arc<GraphSecret> {
        Arc::clone(&self.in_use.lock().await.secret)
    }

    /// Call it when the credentials were refused: reads the secret again, and says whether there is
    /// another one now, with which the client goes on.
    pub async fn refresh_secret(&self) -> bool {
        let mut in_use = self.in_use.lock().await;
        let Some(secret) = self.secrets.replacement_for(&in_use.secret).await else {
            return false;
        };
        match client(&self.endpoints, &secret, self.identity.as_ref(), &self.options) {
            Ok(graph) => {
                *in_use = InUse { secret, graph };
                true
            }
            Err(error) => {
                tracing::error!(%error, "secret.unusable");
                false
            }
        }
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
