#![doc = include_str!("../README.md")]

mod aws;
mod batch;
mod deadline;
mod environment;
mod error;
mod event;
mod federated_identity;
mod metric;
mod metrics;
mod run;
mod secret;
mod secrets;
pub mod telemetry;
#[cfg(test)]
mod wire;

pub use aws::{TimeLimits, aws_config};
pub use batch::{Batch, BatchMessage, partial_batch_response};
pub use deadline::Deadline;
pub use environment::Environment;
pub use error::Error;
pub use event::Event;
pub use federated_identity::FederatedIdentity;
pub use metric::{COLD_STARTS, Metric, Unit};
pub use metrics::{CapturedMetrics, Metrics};
pub use run::{now, run};
pub use secret::Secret;
pub use secrets::Secrets;
