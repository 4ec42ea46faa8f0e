//! What the store is told when it is made.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;

use crate::Meter;

/// The least time that a call is kept, in days. Graph keeps records for 30 days and may send a new
/// version as long as it does: a call that expired before then would be counted twice.
pub(crate) const MIN_RETENTION_DAYS: u32 = 35;

/// The table's name and how long its items live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreConfig {
    /// The name of the table.
    pub table_name: String,
    /// How long a call is kept, in days from its start. Less than 35 counts as 35.
    pub retention_days: u32,
    /// How long the totals of a day are kept, in days from that day. Never less than the calls.
    pub totals_retention_days: u32,
    /// Over how many items the organisation's totals of a day are spread, so that one hot item does
    /// not make transactions conflict. It may grow but must not shrink: reads add this many.
    pub total_shards: u8,
}

impl StoreConfig {
    /// The configuration of a table with the defaults: calls for 400 days, totals for ten years,
    /// 16 shards.
    pub fn new(table_name: impl Into<String>) -> Self {
        Self {
            table_name: table_name.into(),
            retention_days: 400,
            totals_retention_days: 3_650,
            total_shards: 16,
        }
    }
}

/// The table. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RecordStore {
    pub(crate) client: Client,
    pub(crate) config: Arc<StoreConfig>,
    pub(crate) meter: Option<Meter>,
}

impl RecordStore {
    /// A store over a table that exists. Time-outs are the client's: give it some.
    pub fn new(client: Client, config: StoreConfig) -> Self {
        let retention_days = config.retention_days.max(MIN_RETENTION_DAYS);
        let config = StoreConfig {
            retention_days,
            totals_retention_days: config.totals_retention_days.max(retention_days),
            total_shards: config.total_shards.max(1),
            ..config
        };
        Self { client, config: Arc::new(config), meter: None }
    }

    /// The configuration in force, with the least values applied.
    pub fn config(&self) -> &StoreConfig {
        &self.config
    }
}
