//! What the lake adds, where the stack's parameter switches it on.

use std::sync::Arc;
use std::time::Duration;

use export::schema::Table;
use export::{Config, Export, Lake, Trigger};
use object_store::memory::InMemory;
use object_store::path::Path;
use privacy::PseudonymKey;
use serde::Serialize;
use tokio::time::Instant;

use super::{HOURS, QUALITY_RUNS, Row, assumed, count, price, row};
use crate::data_file;
use crate::system::System;

/// List prices of S3 in dollars.
const STORED_BYTE: f64 = 0.023 / 1e9;
const WRITE_OR_LIST: f64 = 0.005 / 1e3;
const READ: f64 = 0.0004 / 1e3;

/// `MemorySize` of the function in the template, in GB; a test holds it against it.
pub(super) const MEMORY: f64 = 1.0;

/// Requests of a run: the manifest is read, and every table is listed.
const READS_OF_A_RUN: f64 = 1.0;

/// Requests of a day that is written, beside its objects: the manifest and two documents.
const WRITES_BESIDE_OBJECTS: f64 = 3.0;

/// Days with calls in a month.
const DAYS: f64 = 30.0;

/// Measured for a call.
#[derive(Debug, Serialize)]
pub(super) struct PerCall {
    pub(super) bytes: f64,
    pub(super) read_units: f64,
}

/// Exports what is in the table into memory.
pub(super) async fn measure(system: &System, calls: usize) -> anyhow::Result<PerCall> {
    let lake = Lake::new(Arc::new(InMemory::new()), Path::ROOT);
    let key = PseudonymKey::fixed(data_file::new_key());
    let export = Export::new(system.store().clone(), lake, key, Config::default());
    let before = system.dynamodb().consumption();
    let deadline = Instant::now() + Duration::from_secs(600);
    let run = export.run(Trigger::Due, system.now(), deadline).await?;
    let bytes: u64 = run.exported.iter().map(|day| day.bytes).sum();
    let after = system.dynamodb().consumption();
    Ok(PerCall {
        bytes: count(usize::try_from(bytes)?) / count(calls),
        read_units: (after.read_units - before.read_units) / count(calls),
    })
}

/// What it costs a month, with so many calls. A day is written as often as it is rolled up.
pub(super) fn rows(per_call: &PerCall, calls: f64, retention_days: u32) -> [Row; 5] {
    let runs = QUALITY_RUNS * HOURS;
    let days = if calls > 0.0 { DAYS } else { 0.0 };
    let tables = count(Table::ALL.len());
    let writes = runs * tables + days * assumed::ROLL_UPS * (tables + WRITES_BESIDE_OBJECTS);
    let gb_seconds = runs * assumed::ROLL_UP_SECONDS * MEMORY
        + calls * assumed::ROLL_UPS * assumed::ROLL_UP_SECONDS_PER_CALL * MEMORY;
    let stored = calls * per_call.bytes * f64::from(retention_days) / 30.0;
    let reads = calls * per_call.read_units * assumed::ROLL_UPS;
    [
        row("lake: S3 writes and lists (assumed)", writes, WRITE_OR_LIST),
        row("lake: S3 reads", runs * READS_OF_A_RUN, READ),
        row("lake: Lambda GB seconds (assumed)", gb_seconds, price::GB_SECOND),
        row("lake: DynamoDB read units", reads, price::READ_UNIT),
        row("lake: bytes in S3, once the retention is reached", stored, STORED_BYTE),
    ]
}
