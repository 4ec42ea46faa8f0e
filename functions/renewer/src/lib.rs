#![doc = include_str!("../README.md")]

mod apply;
mod converge;
mod error;
mod event;
mod fingerprint;
pub mod gap;
mod gaps_queue;
mod goal;
mod handle;
pub mod plan;
mod run;
mod secret_expiry;
mod stack;
mod tracked;

use call_table::{CallTable, TableConfig};
use graph_access::GraphAccess;
use jiff::civil::Date;
use lambda_kit::{
    ClientStates, Environment, FederatedIdentity, GraphSecret, Metrics, Secrets, TimeLimits,
    aws_config,
};
use msgraph::Endpoints;
use url::Url;

pub use error::Error;
pub use event::UnknownEvent;
pub use fingerprint::Fingerprint;
pub use metrics::METRICS;
pub use run::{ActionTaken, Outcome};
pub use stack::AnswerError;

use gaps_queue::GapsQueue;
use stack::ResponseHosts;

/// The environment variables that the function reads.
pub const ENVIRONMENT: &[&str] = &[
    "CLIENT_SECRET_EXPIRES",
    "CLIENT_STATES_ARN",
    "GAPS_QUEUE_URL",
    "GRAPH_URL",
    "LIFECYCLE_NOTIFICATION_URL",
    "LOGIN_URL",
    "NOTIFICATION_URL",
    "SECRET_ARN",
    "STACK_NAME",
    "TABLE_NAME",
];

/// The IAM actions that the function's own requests need, and those of its event source, which
/// acts with the function's role. Of the table it needs one item, `SUBSCRIPTION`.
pub const ACTIONS: &[&str] = &[
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "secretsmanager:GetSecretValue",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
    "sts:GetWebIdentityToken",
];

/// What the renewer measures, once per run.
mod metrics {
    lambda_kit::metrics! {
        /// minutes until the subscription expires, after a run that found or made it healthy
        SUBSCRIPTION_MINUTES_LEFT = Count "SubscriptionMinutesLeft";
        /// subscriptions that were created
        CREATED = Count "Created";
        /// subscriptions whose expiry was moved
        RENEWED = Count "Renewed";
        /// runs after which there was not exactly one healthy subscription
        FAILED = Count "Failed";
        /// minutes in which notifications may have been lost, reported when they are over
        GAP_MINUTES = Count "GapMinutes";
        /// 1 when the client secret ends within 30 days, by the parameter that says when
        SECRET_EXPIRING = Count "SecretExpiring";
    }
}

/// The renewer's settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the login host and Graph are.
    pub endpoints: Endpoints,
    /// Where Graph is to send change notifications.
    pub notification_url: Url,
    /// Where Graph is to send lifecycle notifications.
    pub lifecycle_notification_url: Url,
    /// When the client secret ends; none if it is not known. Graph would tell an application only with a
    /// permission that is not asked for.
    pub client_secret_expires: Option<Date>,
}

impl Config {
    /// Reads `GRAPH_URL`, `LOGIN_URL`, `NOTIFICATION_URL` and `LIFECYCLE_NOTIFICATION_URL`.
    /// An error names the variable and what belongs there.
    pub fn from_environment(environment: &Environment) -> Result<Self, lambda_kit::Error> {
        let login = environment
            .text("LOGIN_URL", "the login host, such as https://login.microsoftonline.com")?;
        let graph =
            environment.text("GRAPH_URL", "the Graph host, such as https://graph.microsoft.com")?;
        let endpoints = Endpoints::parse(&login, &graph)
            .map_err(|error| lambda_kit::Error::Misconfigured(error.to_string()))?;
        Ok(Self {
            endpoints,
            notification_url: environment
                .parsed("NOTIFICATION_URL", "the webhook's https address for notifications")?,
            lifecycle_notification_url: environment.parsed(
                "LIFECYCLE_NOTIFICATION_URL",
                "the webhook's https address for lifecycle notifications",
            )?,
            client_secret_expires: environment.optional_parsed(
                "CLIENT_SECRET_EXPIRES",
                "the day on which the client secret ends, such as 2027-05-31",
            )?,
        })
    }
}

/// The secrets that the renewer reads.
#[derive(Clone, Debug)]
pub struct RenewerSecrets {
    /// The application's credentials at Graph.
    pub graph: Secrets<GraphSecret>,
    /// What Graph is to repeat in every notification.
    pub client_states: Secrets<ClientStates>,
}

/// The renewer and what it works with.
pub struct Renewer {
    config: Config,
    table: CallTable,
    client_states: Secrets<ClientStates>,
    access: GraphAccess,
    metrics: Metrics,
    gaps: Option<GapsQueue>,
    response_hosts: ResponseHosts,
}

impl Renewer {
    /// A renewer over its collaborators. `identity` proves who we are to the login host where the
    /// secret holds no client secret.
    pub fn new(
        config: Config,
        table: CallTable,
        secrets: RenewerSecrets,
        identity: Option<FederatedIdentity>,
        metrics: Metrics,
    ) -> Self {
        let response_hosts = ResponseHosts::of(&config.endpoints);
        let access = GraphAccess::new(config.endpoints.clone(), secrets.graph, identity);
        Self {
            config,
            table,
            client_states: secrets.client_states,
            access,
            metrics,
            gaps: None,
            response_hosts,
        }
    }

    /// Sends each gap to the queue at `url`, so that it is covered at once.
    #[must_use]
    pub fn with_gaps_queue(mut self, sqs: aws_sdk_sqs::Client, url: String) -> Self {
        self.gaps = Some(GapsQueue { sqs, url });
        self
    }

    /// Answers CloudFormation in this region.
    fn in_region(mut self, region: &str) -> Self {
        self.response_hosts = self.response_hosts.in_region(region);
        self
    }

    /// A renewer from the environment of its function. No request is sent yet.
    ///
    /// # Errors
    ///
    /// A setting that is missing or unusable, by its name.
    pub async fn from_environment(environment: &Environment) -> Result<Self, lambda_kit::Error> {
        let config = Config::from_environment(environment)?;
        let table = TableConfig::new(environment.text("TABLE_NAME", "the table's name")?);
        let graph = environment.text("SECRET_ARN", "the ARN of the secret")?;
        let client_states = environment
            .text("CLIENT_STATES_ARN", "the ARN of the secret with the client states")?;
        let gaps = environment.text("GAPS_QUEUE_URL", "the URL of the queue for gaps")?;
        let metrics = Metrics::from_environment("renewer", environment)?;
        let sdk = aws_config(environment, TimeLimits::BACKGROUND)?;
        Ok(Self::new(
            config,
            CallTable::new(aws_sdk_dynamodb::Client::new(&sdk), table),
            RenewerSecrets {
                graph: Secrets::new(&sdk, graph),
                client_states: Secrets::new(&sdk, client_states),
            },
            Some(FederatedIdentity::new(&sdk)),
            metrics,
        )
        .with_gaps_queue(aws_sdk_sqs::Client::new(&sdk), gaps)
        .in_region(sdk.region().map_or("", |region| region.as_ref())))
    }

    /// The client of Graph, with the secret as it is now.
    pub(crate) async fn access(&self) -> Result<&GraphAccess, lambda_kit::Error> {
        self.access.follow_secret().await?;
        Ok(&self.access)
    }
}
