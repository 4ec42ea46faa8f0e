#![doc = include_str!("../README.md")]

mod client_config;
mod drained;
mod dynamodb;
mod event_source;
mod faults;
mod http_api;
mod runtime_api;
mod s3;
mod secrets;
mod sqs;

pub use client_config::{
    ACCOUNT, REGION, SECRET_ACCESS_KEY, access_key_id, credentials, credentials_of,
    dynamodb_client, http_client, secrets_client, sqs_client,
};
pub use drained::{NotDrained, queue_counts, wait_until_drained};
pub use dynamodb::{Consumption, DynamoDb, DynamoDbOptions, compact};
pub use event_source::{EventSource, EventSourceOptions, Tally, sqs_event};
pub use faults::{Fault, Faults, RequestInfo, Service};
pub use http_api::{HttpApi, HttpApiOptions, http_event, http_response};
pub use runtime_api::{
    FunctionOptions, InvokeError, OutputLine, PAYLOAD_LIMIT, RuntimeApi, Stream,
};
pub use s3::S3;
pub use secrets::{SecretsManager, SecretsOptions};
pub use sqs::{Counts, Disorder, QueuedMessage, Sqs, SqsOptions};
pub use stand_in_kit::Clock;
