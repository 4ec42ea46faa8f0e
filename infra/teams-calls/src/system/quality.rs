//! The roll-up of days, and the building file.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use call_table::{CallTable, SitesHead};
use jiff::Timestamp;
use lambda_kit::Metrics;
use quality::{Config, Policy, Rollup, Summary, Trigger};
use tokio::time::Instant;

use super::System;

/// Longer than any day takes: nothing stops a process on a laptop.
const TIMEOUT: Duration = Duration::from_secs(24 * 3_600);

/// A roll-up without waiting times: on a laptop, reading a day again costs nothing.
pub fn rollup(table: CallTable, metrics: Metrics) -> Rollup {
    let policy = Policy { waits: false, ..Policy::default() };
    let config = Config { policy, ..Config::default() };
    Rollup::new(table, metrics, config)
}

/// Puts the building file at a path in force.
///
/// # Errors
///
/// When the file cannot be read, or is refused: every bad line is named.
pub async fn take_sites(rollup: &Rollup, file: &Path, now: Timestamp) -> anyhow::Result<SitesHead> {
    let bytes = std::fs::read(file).with_context(|| format!("{}", file.display()))?;
    Ok(rollup.take_sites(&bytes, &file.display().to_string(), now).await?)
}

/// Rolls up the days that are due, however long it takes.
pub async fn roll_up(rollup: &Rollup, now: Timestamp) -> anyhow::Result<Summary> {
    Ok(rollup.run(Trigger::Due, now, Instant::now() + TIMEOUT).await?)
}

impl System {
    /// Rolls up the days that are due, as the schedule does.
    pub async fn roll_up(&self) -> anyhow::Result<Summary> {
        roll_up(&self.rollup, self.now()).await
    }

    /// The function that rolls up days, for invocations by hand.
    pub fn rollup(&self) -> &Rollup {
        &self.rollup
    }
}
