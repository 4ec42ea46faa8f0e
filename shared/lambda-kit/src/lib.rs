#![doc = include_str!("../README.md")]

mod aws;
mod batch;
mod client_states;
mod deadline;
mod environment;
mod error;
mod event;
mod federated_identity;
mod graph_secret;
mod http_client;
mod metric;
mod metrics;
mod run;
mod secrets;
pub mod telemetry;
#[cfg(test)]
mod wire;

pub use aws::{FIRST_BACKOFF, TimeLimits, aws_config, operator_aws_config};
pub use batch::{Batch, BatchMessage, partial_batch_response};
pub use client_states::ClientStates;
pub use deadline::Deadline;
pub use environment::Environment;
pub use error::Error;
pub use event::Event;
pub use federated_identity::FederatedIdentity;
pub use graph_secret::GraphSecret;
pub use metric::{Metric, Unit};
pub use metrics::{CapturedMetrics, Metrics};
pub use run::{now, run};
pub use secrets::{SecretValue, Secrets};
