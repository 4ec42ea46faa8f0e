//! The logs of telephone calls.

use std::time::Duration;

use call_writer::CallWriter;
use graph_access::GraphAccess;
use jiff::Timestamp;
use pstn::{Config, Pstn, Summary, Trigger};
use pstn_writer::PstnWriter;
use tokio::time::Instant;

use super::System;

/// Longer than Graph takes for 90 days: nothing stops a process on a laptop.
const TIMEOUT: Duration = Duration::from_secs(3_600);

/// The function over the table of a writer, in which the same people stay forgotten.
#[must_use]
pub fn telephone_logs(access: GraphAccess, writer: &CallWriter) -> Pstn {
    let writer = PstnWriter::new(writer.table().clone(), writer.forgotten().clone());
    Pstn::new(access, writer, Config::default())
}

/// Reads the logs as far as they are due, however long it takes.
///
/// # Errors
///
/// What Graph or the table answered: a log that Graph refused is named with what to correct.
pub async fn read_telephone_logs(pstn: &Pstn, now: Timestamp) -> anyhow::Result<Summary> {
    let (summary, failure) = pstn.run(Trigger::Due, now, Instant::now() + TIMEOUT).await?;
    failure.map_or(Ok(summary), |failure| Err(failure.into()))
}

impl System {
    /// Reads the logs of telephone calls, as the schedule does.
    ///
    /// # Errors
    ///
    /// As [`read_telephone_logs`].
    pub async fn read_telephone_logs(&self) -> anyhow::Result<Summary> {
        read_telephone_logs(&self.pstn, self.now()).await
    }
}
