//! What reading costs, as DynamoDB reports it.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::types::ConsumedCapacity;
use serde::Serialize;

/// What was read through a [metered](crate::CallTable::metered) table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Consumption {
    /// Requests that were answered.
    pub requests: u64,
    /// Items that DynamoDB read for them.
    pub items: u64,
    /// Read capacity units, as DynamoDB reports them: an eventually consistent read of 4 KB is half
    /// of one.
    pub capacity_units: f64,
}

/// Counts what is read through one table. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Mutex<Consumption>>);

impl Meter {
    /// What was read so far.
    pub fn consumption(&self) -> Consumption {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an answer.
    pub(crate) fn add(&self, items: usize, capacity: &[ConsumedCapacity]) {
        let mut consumption = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        consumption.requests += 1;
        consumption.items += u64::try_from(items).unwrap_or(u64::MAX);
        consumption.capacity_units +=
            capacity.iter().filter_map(ConsumedCapacity::capacity_units).sum::<f64>();
    }
}
