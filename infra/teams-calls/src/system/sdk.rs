//! The SDK's configuration for the stand-ins.

use aws_config::{BehaviorVersion, Region, SdkConfig};

pub fn sdk_config(endpoint: &str) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(aws_stand_ins::REGION))
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(
            aws_stand_ins::credentials(),
        ))
        .http_client(aws_stand_ins::http_client())
        .endpoint_url(endpoint)
        .build()
}
