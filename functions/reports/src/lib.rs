#![doc = include_str!("../README.md")]

mod answer;
mod charts;
mod config;
mod csv;
mod error;
mod format;
mod handle;
mod pages;
mod people;
mod period;
mod query;
mod request;
mod start;

use record_store::RecordStore;
use tokio::sync::OnceCell;

pub use answer::{Answer, SCHEMA};
pub use config::{Config, People};
pub use error::Error;
pub use people::{Disguise, Key};
pub use request::Report;

/// The environment variables that the function reads.
pub const ENVIRONMENT: &[&str] =
    &["PEOPLE", "PHONE_DIGITS_HIDDEN", "PSEUDONYM_KEY_ARN", "REPORT_TIME_ZONE", "TABLE_NAME"];

/// The IAM actions that the function's own requests need. It reads and never writes; of the secrets
/// it needs its own key and not the one for Graph.
pub const ACTIONS: &[&str] = &[
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "secretsmanager:GetSecretValue",
];

/// The reports and what they are made from.
pub struct Reports {
    config: Config,
    store: RecordStore,
    key: Key,
    disguise: OnceCell<Disguise>,
}

impl Reports {
    /// Reports from this table. The key is fetched when it is first needed.
    pub fn new(config: Config, store: RecordStore, key: Key) -> Self {
        Self { config, store, key, disguise: OnceCell::new() }
    }
}
