//! A real tenant's calls into a table in a file: Graph's list is compared with the table, and what is
//! missing or older goes through the consumer, as it does on AWS.
//!
//! What is done is in the table and nowhere else, so an import may be killed at any time: the next
//! one lists again, and fetches only what is not there.

mod progress;
mod state;
mod workshop;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::bail;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::account::Account;
use crate::data_file::DataFile;

pub use progress::{Counts, Progress};
pub use state::ImportState;
use workshop::Workshop;

/// Graph keeps a call record for so many days.
pub const GRAPH_KEEPS_DAYS: i64 = 30;

/// What is imported, and how patiently.
#[derive(Debug)]
pub struct Plan {
    /// Whose calls.
    pub account: Account,
    /// Those that began in so many days before now; see [`days`].
    pub days: i64,
    /// Where to.
    pub data: DataFile,
    /// When all that is left waits, and nothing was stored for so long, the import ends without it.
    pub patience: Duration,
}

/// What an import came to.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Everything that Graph listed is stored.
    pub complete: bool,
    /// It was interrupted: the next import goes on.
    pub interrupted: bool,
    /// Calls that began at this time or later …
    pub from: Timestamp,
    /// … and before this.
    pub to: Timestamp,
    /// What was counted on the way.
    #[serde(flatten)]
    pub counts: Counts,
    /// Calls that were dead-lettered, by the reason; what could not be read is kept in the file.
    pub dead_lettered: BTreeMap<String, usize>,
    /// Calls that wait: Graph listed them and does not give them yet.
    pub waiting: usize,
}

/// Checks how far back an import is to go.
///
/// # Errors
///
/// A sentence that names the option.
pub fn days(days: i64) -> anyhow::Result<i64> {
    if (1..=GRAPH_KEEPS_DAYS).contains(&days) {
        return Ok(days);
    }
    bail!("--days must be from 1 to {GRAPH_KEEPS_DAYS}: Graph keeps a call record for 30 days")
}

/// Imports until everything is stored, or `stop` is over.
///
/// # Errors
///
/// A sentence that says what to mend: the credentials, the permission, the file.
pub async fn import(
    plan: Plan,
    progress: &Progress,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<Summary> {
    let began_at = lambda_kit::now();
    let from = began_at - SignedDuration::from_hours(24 * days(plan.days)?);
    let mut workshop = Workshop::open(&plan.account, plan.data.path(), progress.clone()).await?;
    let mut state = ImportState {
        tenant_id: plan.account.tenant_id.clone(),
        graph_url: plan.account.endpoints.graph.to_string(),
        from,
        to: began_at,
        began_at,
        listing_since: began_at,
        ended_at: None,
    };
    workshop.begin(&mut state).await?;

    let work = async {
        workshop.list().await?;
        workshop.drain(plan.patience).await
    };
    let (interrupted, outcome) = tokio::select! {
        outcome = work => (false, outcome),
        () = stop => (true, Ok(())),
    };
    let (waiting, dead_lettered) = workshop.close().await?;
    outcome?;

    let complete = !interrupted && waiting == 0 && dead_lettered.is_empty();
    if complete {
        state.ended_at = Some(lambda_kit::now());
        workshop.write_down(&state).await?;
    }
    let counts = progress.counts();
    Ok(Summary { complete, interrupted, from, to: began_at, counts, dead_lettered, waiting })
}
