//! What an SDK client needs to talk to a stand-in.

use aws_credential_types::Credentials;
use aws_sdk_sqs::config::{BehaviorVersion, Region, SharedHttpClient};
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};

/// The region that every stand-in is in.
pub const REGION: &str = "us-east-1";

/// The account that every stand-in belongs to: no account of AWS's has this number.
pub const ACCOUNT: &str = "000000000000";

/// Credentials that open nothing.
#[must_use]
pub fn credentials() -> Credentials {
    Credentials::new("test", "test", None, None, "aws-stand-ins")
}

/// An HTTP client for `url`: with ring for `https`, and without any TLS for `http`, where reading
/// the system's certificates would only cost time.
#[must_use]
pub fn http_client(url: &str) -> SharedHttpClient {
    let builder = aws_smithy_http_client::Builder::new();
    if url.starts_with("https:") {
        builder.tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).build_https()
    } else {
        builder.build_http()
    }
}

macro_rules! client {
    ($(#[$meta:meta])* $name:ident, $sdk:ident) => {
        $(#[$meta])*
        #[must_use]
        pub fn $name(url: &str) -> $sdk::Client {
            let config = $sdk::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new(REGION))
                .credentials_provider(credentials())
                .http_client(http_client(url))
                .endpoint_url(url)
                .build();
            $sdk::Client::from_conf(config)
        }
    };
}

client! {
    /// A DynamoDB client for the stand-in at `url`.
    dynamodb_client, aws_sdk_dynamodb
}
client! {
    /// An SQS client for the stand-in at `url`.
    sqs_client, aws_sdk_sqs
}
client! {
    /// A Secrets Manager client for the stand-in at `url`.
    secrets_client, aws_sdk_secretsmanager
}
