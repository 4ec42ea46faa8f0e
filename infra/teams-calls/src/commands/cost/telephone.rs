//! What the logs of telephone calls add, where the stack's parameter switches them on.

use fake_graph::organisation::Organisation;
use jiff::Timestamp;
use serde::Serialize;

use super::{Row, assumed, count, price, row};
use crate::system::System;

/// `MemorySize` of the function in the template, in GB; a test holds it against it.
pub(super) const MEMORY: f64 = 0.5;

/// Runs of the schedule in a month of 30 days.
const RUNS: f64 = 4.0 * 30.0;

/// The rows of a day come in the runs of three days; after that a day is only listed.
const WRITES_OF_A_DAY: f64 = 12.0;

/// Measured for a row.
#[derive(Debug, Serialize)]
pub(super) struct PerRow {
    pub(super) write_units: f64,
    pub(super) stored_bytes: f64,
}

/// Stores the rows of the organisation's telephone calls.
pub(super) async fn measure(
    system: &System,
    organisation: &Organisation,
    stored_bytes: impl AsyncFn() -> anyhow::Result<f64>,
) -> anyhow::Result<PerRow> {
    // The first run makes an item for each of 89 days, whatever is in them.
    system.read_telephone_logs().await?;
    let (before, bytes) = (system.dynamodb().consumption(), stored_bytes().await?);
    let rows = organisation.telephone_rows();
    for (log, row) in &rows {
        system.graph().put_phone_log_row(*log, row, Timestamp::UNIX_EPOCH)?;
    }
    system.read_telephone_logs().await?;
    let after = system.dynamodb().consumption();
    let each = |quantity: f64| quantity / count(rows.len().max(1));
    Ok(PerRow {
        write_units: each(after.write_units - before.write_units),
        stored_bytes: each(stored_bytes().await? - bytes),
    })
}

/// What it costs a month, with so many rows.
pub(super) fn rows(per_row: &PerRow, rows: f64, retention_days: u32) -> [Row; 5] {
    let gb_seconds = RUNS * assumed::TELEPHONE_SECONDS * MEMORY;
    let stored = rows * per_row.stored_bytes * f64::from(retention_days) / 30.0;
    [
        row("telephone: Lambda GB seconds (assumed)", gb_seconds, price::GB_SECOND),
        row("telephone: requests for secrets", RUNS * 2.0, price::SECRET_REQUEST),
        row(
            "telephone: DynamoDB write units",
            rows * per_row.write_units * WRITES_OF_A_DAY,
            price::WRITE_UNIT,
        ),
        row("telephone: log bytes (assumed)", RUNS * assumed::LOG_BYTES_PER_RUN, price::LOG_BYTE),
        row("telephone: bytes stored, once the retention is reached", stored, price::STORED_BYTE),
    ]
}
