#![doc = include_str!("../README.md")]

mod answer;
mod body;
mod config;
mod handle;
mod handshake;
mod judge;
mod metrics;
mod notification;
mod start;
mod tally;

pub use config::Config;
pub use handle::Webhook;
pub use metrics::METRICS;

/// The variables of the environment that the function reads.
pub const ENVIRONMENT: &[&str] = &["CALLS_QUEUE_URL", "LIFECYCLE_QUEUE_URL", "SECRET_ARN"];

/// The IAM actions that the function uses.
pub const ACTIONS: &[&str] = &["secretsmanager:GetSecretValue", "sqs:SendMessage"];
