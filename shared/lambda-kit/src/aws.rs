//! The SDK's configuration.

use std::fmt;
use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use crate::http_client::http_client;
use crate::{Environment, Error};

/// The pause before a request is tried for the second time, at most. The SDK's default of a second is too
/// long for a function that is waited for, and long pauses are the queue's business anyway.
pub const FIRST_BACKOFF: Duration = Duration::from_millis(50);

/// How long requests to AWS may take, and how often they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLimits {
    /// For one connection, TLS included.
    pub connect: Duration,
    /// For one try.
    pub attempt: Duration,
    /// For all tries of one request together.
    pub operation: Duration,
    /// The most tries, the first included.
    pub attempts: u32,
}

impl TimeLimits {
    /// For functions that work in the background: one slow answer may be waited for.
    pub const BACKGROUND: Self = Self {
        connect: Duration::from_secs(2),
        attempt: Duration::from_secs(5),
        operation: Duration::from_secs(15),
        attempts: 3,
    };

    /// For a function whose caller waits: a dead connection or a lost answer costs little
    /// enough for a second try within the second that the answer should take.
    pub const PROMPT: Self = Self {
        connect: Duration::from_millis(500),
        attempt: Duration::from_millis(700),
        operation: Duration::from_millis(1_500),
        attempts: 2,
    };
}

/// For a function: what Lambda puts into its environment, our HTTP client, and these limits.
///
/// Lambda gives every function its region and its role's credentials as variables. The SDK's search through
/// profiles, containers and instance metadata finds the same half a millisecond of CPU later. Of
/// the SDK's other variables those of endpoints are read: `AWS_ENDPOINT_URL`, also with a service's name behind
/// it, `AWS_USE_FIPS_ENDPOINT` and `AWS_USE_DUALSTACK_ENDPOINT`.
///
/// # Errors
///
/// [`Error::Misconfigured`] when the certificates that the environment names cannot be read.
pub fn aws_config(environment: &Environment, limits: TimeLimits) -> Result<SdkConfig, Error> {
    let asked_for = |name| {
        environment.optional_text(name).is_some_and(|text| text.eq_ignore_ascii_case("true"))
    };
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http_client(limits.connect).map_err(|error| misconfigured(&error))?)
        .timeout_config(limits.timeouts())
        // The limit of one try covers its body. Watching the bytes beside it is 1 % of the webhook's CPU.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .retry_config(limits.retries())
        .region(environment.optional_text("AWS_REGION").map(Region::new))
        .credentials_provider(SharedCredentialsProvider::new(
            EnvironmentVariableCredentialsProvider::new(),
        ))
        .use_fips(asked_for("AWS_USE_FIPS_ENDPOINT"))
        .use_dual_stack(asked_for("AWS_USE_DUALSTACK_ENDPOINT"));
    config.set_endpoint_url(environment.optional_text("AWS_ENDPOINT_URL"));
    Ok(config.service_config(OfService(environment.clone())).build())
}

/// Settings of one service, such as `AWS_ENDPOINT_URL_DYNAMODB`.
struct OfService(Environment);

impl LoadServiceConfig for OfService {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_ascii_uppercase().replace(' ', "_");
        self.0.optional_text(&format!("{}_{service}", key.env()))
    }
}

impl fmt::Debug for OfService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OfService")
    }
}

/// For an operator's tool: region, credentials and endpoints wherever the SDK finds them, our HTTP client,
/// and these limits.
///
/// # Errors
///
/// [`Error::Misconfigured`] when the machine's certificates cannot be read.
pub async fn operator_aws_config(limits: TimeLimits) -> Result<SdkConfig, Error> {
    let config = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client(limits.connect).map_err(|error| misconfigured(&error))?)
        .timeout_config(limits.timeouts())
        .retry_config(limits.retries());
    Ok(config.load().await)
}

impl TimeLimits {
    fn timeouts(self) -> TimeoutConfig {
        TimeoutConfig::builder()
            .connect_timeout(self.connect)
            .operation_attempt_timeout(self.attempt)
            .operation_timeout(self.operation)
            .build()
    }

    fn retries(self) -> RetryConfig {
        RetryConfig::standard().with_max_attempts(self.attempts).with_initial_backoff(FIRST_BACKOFF)
    }
}

fn misconfigured(error: &tls::Error) -> Error {
    Error::Misconfigured(error.to_string())
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn a_function_takes_region_and_endpoint_from_its_environment() {
        let environment = Environment::from_pairs([
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
            ("AWS_USE_FIPS_ENDPOINT", "true"),
        ]);
        let config = aws_config(&environment, TimeLimits::PROMPT).unwrap();
        assert_eq!(config.region().map(AsRef::as_ref), Some("eu-central-1"));
        assert_eq!(config.endpoint_url(), Some("http://127.0.0.1:1"));
        assert_eq!((config.use_fips(), config.use_dual_stack()), (Some(true), Some(false)));
    }

    #[test]
    fn a_service_s_own_endpoint_is_read_by_its_name() {
        let own = "AWS_ENDPOINT_URL_SECRETS_MANAGER";
        let environment = Environment::from_pairs([(own, "http://127.0.0.1:2")]);
        let config = aws_config(&environment, TimeLimits::PROMPT).unwrap();
        let key = |service| {
            let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL");
            key.profile("endpoint_url").build().unwrap()
        };
        let of = |service| config.service_config().unwrap().load_config(key(service));
        assert_eq!(of("Secrets Manager").as_deref(), Some("http://127.0.0.1:2"));
        assert_eq!(of("DynamoDB"), None);
    }

    #[tokio::test]
    async fn a_body_that_stops_half_way_is_tried_again_within_the_limit_of_one_try() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", server.local_addr().unwrap());
        let environment =
            Environment::from_pairs([("AWS_REGION", "us-east-1"), ("AWS_ENDPOINT_URL", &url)]);
        let credentials = Credentials::new("test", "test", None, None, "test");
        let config = aws_config(&environment, TimeLimits::PROMPT).unwrap().into_builder();
        let config = config.credentials_provider(SharedCredentialsProvider::new(credentials));
        let client = aws_sdk_secretsmanager::Client::new(&config.build());
        let serve = async {
            let body = r#"{"SecretString":"whole"}"#;
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
            let mut connections = Vec::new();
            for body in [&body[..5], body] {
                let (mut connection, _) = server.accept().await.unwrap();
                assert!(connection.read(&mut [0; 8 * 1024]).await.unwrap() > 0);
                connection.write_all((head.clone() + body).as_bytes()).await.unwrap();
                connections.push(connection);
            }
            connections
        };
        let ask = client.get_secret_value().secret_id("invented").send();
        let (_connections, answer) = tokio::join!(serve, ask);
        assert_eq!(answer.unwrap().secret_string(), Some("whole"));
    }

    #[test]
    fn without_a_variable_there_is_no_endpoint_but_the_service_s_own() {
        let environment = Environment::from_pairs([("AWS_REGION", "us-east-1")]);
        let config = aws_config(&environment, TimeLimits::BACKGROUND).unwrap();
        assert_eq!((config.endpoint_url(), config.use_fips()), (None, Some(false)));
    }
}
