//! The capacity that requests consume, as dynoxide works it out by AWS's rules: indexes included, and
//! a transaction twice.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

/// What requests to DynamoDB consumed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Consumption {
    pub requests: u64,
    /// Read units; an eventually consistent read counts half.
    pub read_units: f64,
    /// Write units, those of indexes included.
    pub write_units: f64,
}

#[derive(Debug, Default)]
pub(super) struct Meter(Mutex<Consumption>);

impl Meter {
    pub(super) fn consumption(&self) -> Consumption {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request by its answer. A refused one has no capacity in it, and counts as a request.
    pub(super) fn count(&self, is_read: bool, answer: &[u8]) {
        let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
        let units = match &answer["ConsumedCapacity"] {
            // Batches and transactions have one entry for each table.
            Value::Array(tables) => tables.iter().map(units_of).sum(),
            one => units_of(one),
        };
        let mut consumption = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        consumption.requests += 1;
        if is_read {
            consumption.read_units += units;
        } else {
            consumption.write_units += units;
        }
    }
}

fn units_of(consumed: &Value) -> f64 {
    consumed["CapacityUnits"].as_f64().unwrap_or_default()
}

/// Whether an action reads or writes items, and so consumes capacity.
fn has_capacity(action: &str) -> bool {
    action.ends_with("Item") || action.ends_with("Items") || matches!(action, "Query" | "Scan")
}

/// The request, asking what it consumes unless it asks already.
pub(super) fn asking_for_capacity<'a>(action: &str, body: &'a [u8]) -> Cow<'a, [u8]> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(mut fields)) if has_capacity(action) => {
            fields.entry("ReturnConsumedCapacity").or_insert_with(|| "TOTAL".into());
            Value::Object(fields).to_string().into_bytes().into()
        }
        _ => body.into(),
    }
}
