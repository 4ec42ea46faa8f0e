//! What reading costs, as DynamoDB tells it.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};
use serde::Serialize;

use crate::CallTable;

/// What was read through a [`metered`](CallTable::metered) store.
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

/// Counts what one store reads. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Mutex<Consumption>>);

impl Meter {
    /// What was read so far.
    pub fn consumption(&self) -> Consumption {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, items: u64, capacity: &[ConsumedCapacity]) {
        let mut consumption = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        consumption.requests += 1;
        consumption.items += items;
        consumption.capacity_units +=
            capacity.iter().filter_map(ConsumedCapacity::capacity_units).sum::<f64>();
    }
}

impl CallTable {
    /// The same store, whose queries, gets and batches of gets are counted by the meter.
    pub fn metered(&self) -> (Self, Meter) {
        let meter = Meter::default();
        let mut table = self.clone();
        table.meter = Some(meter.clone());
        (table, meter)
    }

    /// What a request has to say for the meter to work.
    pub(crate) fn return_consumed_capacity(&self) -> Option<ReturnConsumedCapacity> {
        self.meter.is_some().then_some(ReturnConsumedCapacity::Total)
    }

    /// Counts an answer.
    pub(crate) fn count_read(&self, items: usize, capacity: &[ConsumedCapacity]) {
        if let Some(meter) = &self.meter {
            meter.add(u64::try_from(items).unwrap_or(u64::MAX), capacity);
        }
    }
}
