#![doc = include_str!("../README.md")]

mod client_config;
mod clock;
mod dynamodb;
mod faults;
mod server;
mod sqs;

pub use client_config::{
    ACCOUNT, REGION, credentials, dynamodb_client, http_client, secrets_client, sqs_client,
};
pub use clock::Clock;
pub use dynamodb::{DynamoDb, DynamoDbOptions};
pub use faults::{Fault, Faults, RequestInfo, Service};
pub use sqs::{Counts, Disorder, QueuedMessage, Sqs, SqsOptions};
