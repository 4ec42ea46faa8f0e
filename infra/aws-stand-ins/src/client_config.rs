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

/// An HTTP client for plain HTTP and, with ring, TLS.
#[must_use]
pub fn http_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .build_https()
}

/// An HTTP client for `url`: for `http` without TLS, where reading the system's certificates would only
/// cost time, once for each of many clients.
fn http_client_for(url: &str) -> SharedHttpClient {
    if url.starts_with("https:") {
        http_client()
    } else {
        aws_smithy_http_client::Builder::new().build_http()
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
                .http_client(http_client_for(url))
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
