//! What an SDK client needs to talk to a stand-in.

use aws_credential_types::Credentials;
use aws_sdk_sqs::config::{BehaviorVersion, Region, SharedHttpClient};
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};

/// The region that every stand-in is in.
pub const REGION: &str = "us-east-1";

/// The account that every stand-in belongs to: no account of AWS's has this number.
pub const ACCOUNT: &str = "000000000000";

/// Credentials for the stand-ins of this process, and for nothing else.
#[must_use]
pub fn credentials() -> Credentials {
    credentials_of(access_key_id())
}

/// Credentials for the stand-ins of the process with that access key id.
#[must_use]
pub fn credentials_of(access_key_id: &str) -> Credentials {
    Credentials::new(access_key_id, SECRET_ACCESS_KEY, None, None, "aws-stand-ins")
}

/// The access key id that the stand-ins of this process ask for. It is random in each process.
#[must_use]
pub fn access_key_id() -> &'static str {
    stand_in_kit::run_token()
}

/// The secret belonging to it: SDKs want one, and no stand-in checks a signature.
pub const SECRET_ACCESS_KEY: &str = "unchecked";

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
