#![doc = include_str!("../README.md")]

mod code;
mod credentials;
mod endpoint;
mod http_client;

use std::sync::Arc;

use aws_credential_types::provider::SharedCredentialsProvider;
use lambda_kit::{Environment, TimeLimits};
use object_store::RetryConfig;
use object_store::aws::{AmazonS3, AmazonS3Builder};

pub use code::error_code;

use credentials::Credentials;
use http_client::Connector;

/// A bucket for a function: region, credentials and endpoint are those of its environment.
///
/// # Errors
///
/// A setting that is missing or unusable, by its name.
pub fn bucket(
    name: &str,
    environment: &Environment,
    limits: TimeLimits,
) -> Result<AmazonS3, lambda_kit::Error> {
    let region = environment.text("AWS_REGION", "the region of the bucket")?;
    let key = environment.text("AWS_ACCESS_KEY_ID", "the access key of the function's role")?;
    let secret = environment.text("AWS_SECRET_ACCESS_KEY", "the secret of the access key")?;
    let endpoint = endpoint::of(environment, &region);
    let mut builder = builder(name, &region, &endpoint, limits)
        .with_access_key_id(key)
        .with_secret_access_key(secret);
    if let Some(token) = environment.optional_text("AWS_SESSION_TOKEN") {
        builder = builder.with_token(token);
    }
    builder.build().map_err(|error| unusable(&error))
}

/// A bucket for an operator's tool: credentials are asked for when they are needed, wherever the SDK finds
/// them.
///
/// # Errors
///
/// When the bucket's name or the endpoint cannot be used.
pub fn operator_bucket(
    name: &str,
    region: &str,
    credentials: SharedCredentialsProvider,
    environment: &Environment,
    limits: TimeLimits,
) -> Result<AmazonS3, lambda_kit::Error> {
    let endpoint = endpoint::of(environment, region);
    let builder = builder(name, region, &endpoint, limits);
    let builder = builder.with_credentials(Arc::new(Credentials(credentials)));
    builder.build().map_err(|error| unusable(&error))
}

fn builder(name: &str, region: &str, endpoint: &str, limits: TimeLimits) -> AmazonS3Builder {
    let mut retry = RetryConfig {
        max_retries: usize::try_from(limits.attempts.saturating_sub(1)).unwrap_or(0),
        retry_timeout: limits.operation,
        ..RetryConfig::default()
    };
    retry.backoff.init_backoff = lambda_kit::FIRST_BACKOFF;
    AmazonS3Builder::new()
        .with_bucket_name(name)
        .with_region(region)
        .with_endpoint(endpoint)
        .with_virtual_hosted_style_request(false)
        .with_allow_http(endpoint.starts_with("http:"))
        // A request for each object, which says of each what became of it.
        .with_disable_bulk_delete(true)
        .with_retry(retry)
        .with_http_connector(Connector(limits))
}

fn unusable(error: &object_store::Error) -> lambda_kit::Error {
    lambda_kit::Error::Misconfigured(error.to_string())
}
