//! The table's client and settings.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};
use jiff::Timestamp;

use crate::Meter;

/// Graph keeps records for 30 days and may publish a new version as long as it does. A call whose
/// predecessor had expired would be counted twice, because its contribution could not be subtracted.
pub const MIN_RETENTION_DAYS: u32 = 35;

/// The table's name and how long its items live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableConfig {
    pub table_name: String,
    /// How long a call is kept, in days from its start; at least [`MIN_RETENTION_DAYS`].
    pub retention_days: u32,
    /// How long a person's totals of a day are kept, in days from that day; at least as long as calls.
    pub person_totals_retention_days: u32,
    /// How long the organisation's totals of a day are kept, in days from that day; at least as long as
    /// calls.
    pub organisation_totals_retention_days: u32,
    /// Over how many items the organisation's totals of a day are spread, so that transactions do not
    /// conflict on one hot item. It may grow but must not shrink: reads add this many.
    pub total_shards: u8,
}

impl TableConfig {
    /// The defaults: calls and people's totals for 400 days, the organisation's for ten years, 16
    /// shards.
    pub fn new(table_name: impl Into<String>) -> Self {
        Self {
            table_name: table_name.into(),
            retention_days: 400,
            person_totals_retention_days: 400,
            organisation_totals_retention_days: 3_650,
            total_shards: 16,
        }
    }

    /// When the items of a call that began at a time expire, in seconds since 1970.
    pub fn expires_at(&self, began: Timestamp) -> i64 {
        began.as_second() + i64::from(self.retention_days) * 86_400
    }
}

/// Reads the table. Cheap to clone.
#[derive(Clone, Debug)]
pub struct CallTable {
    client: Client,
    config: Arc<TableConfig>,
    meter: Option<Meter>,
}

impl CallTable {
    /// Over a table that exists. The client must have time-outs: reads have none of their own.
    pub fn new(client: Client, config: TableConfig) -> Self {
        let retention_days = config.retention_days.max(MIN_RETENTION_DAYS);
        let config = TableConfig {
            retention_days,
            person_totals_retention_days: config.person_totals_retention_days.max(retention_days),
            organisation_totals_retention_days: config
                .organisation_totals_retention_days
                .max(retention_days),
            total_shards: config.total_shards.max(1),
            ..config
        };
        Self { client, config: Arc::new(config), meter: None }
    }

    /// The configuration in force, with the minimums applied.
    pub fn config(&self) -> &TableConfig {
        &self.config
    }

    pub fn name(&self) -> &str {
        &self.config.table_name
    }

    /// The client, for the crates that write.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The same table with a meter that counts its queries, gets and batches of gets.
    pub fn metered(&self) -> (Self, Meter) {
        let meter = Meter::default();
        let mut table = self.clone();
        table.meter = Some(meter.clone());
        (table, meter)
    }

    /// DynamoDB reports consumed capacity only where the request asks for it.
    pub(crate) fn return_consumed_capacity(&self) -> Option<ReturnConsumedCapacity> {
        self.meter.is_some().then_some(ReturnConsumedCapacity::Total)
    }

    pub(crate) fn count_read(&self, items: usize, capacity: &[ConsumedCapacity]) {
        if let Some(meter) = &self.meter {
            meter.add(items, capacity);
        }
    }
}
