//! Imports a real tenant's calls into a table in a file: the reconciler compares Graph's list with the
//! table, and missing and stale calls go through the consumer, as on AWS.
//!
//! All state is in the table, so an import may be killed at any time: the next one lists again and fetches
//! only missing and stale calls.

mod importer;
mod progress;
mod state;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::account::Account;
use crate::data_file::DataFile;
use crate::system::{read_telephone_logs, roll_up, take_sites};

use importer::{DeadLetter, Importer, Left};
pub use progress::{Counts, Progress};
pub use state::ImportState;

/// Days that Graph keeps a call record.
pub const GRAPH_RETENTION_DAYS: i64 = 30;

#[derive(Debug)]
pub struct Plan {
    pub account: Account,
    /// Days before now in which the calls began; see [`check_days`].
    pub days: i64,
    pub data: DataFile,
    /// The organisation's building file; none leaves the one in force.
    pub sites: Option<PathBuf>,
    /// The import ends incomplete when only waiting calls are left and none was stored for this long.
    pub timeout: Duration,
}

#[derive(Debug, Serialize)]
pub struct Summary {
    /// Whether everything that Graph listed is stored.
    pub complete: bool,
    /// Whether it was interrupted; the next import resumes.
    pub interrupted: bool,
    /// Calls that began at this time or later …
    pub from: Timestamp,
    /// … and before this.
    pub to: Timestamp,
    #[serde(flatten)]
    pub counts: Counts,
    /// Dead-lettered calls by reason; undecodable records are quarantined in the file.
    pub dead_lettered: BTreeMap<String, usize>,
    /// Calls that Graph listed but does not return yet.
    pub waiting: usize,
    /// Calls that Graph listed under an id that no request can name.
    pub not_requestable: usize,
    /// Of the calls that are not stored, those that were asked for in vain, 20 at most. Empty when it was
    /// interrupted.
    pub failed: Vec<FailedCall>,
    /// The logs of telephone calls.
    pub telephone: TelephoneLogs,
}

/// What was read of the logs of telephone calls. That they cannot be read does not make the calls incomplete.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TelephoneLogs {
    /// Rows that were read; where ranges overlap, several times.
    pub rows: u64,
    /// Rows that cannot be read.
    pub unreadable: u64,
    /// The days of which rows are new or changed.
    pub days_changed: usize,
    /// Why the logs, or one of them, could not be read, and what to correct.
    pub error: Option<String>,
}

/// A call that Graph lists and that is not stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedCall {
    pub call_id: String,
    /// A sentence; of a dead-lettered call it begins with its reason.
    pub reason: String,
}

/// Checks the number of days.
pub fn check_days(days: i64) -> anyhow::Result<i64> {
    if (1..=GRAPH_RETENTION_DAYS).contains(&days) {
        return Ok(days);
    }
    bail!("--days must be from 1 to {GRAPH_RETENTION_DAYS}: Graph keeps a call record for 30 days")
}

/// Imports until everything is stored or `stop` resolves.
///
/// # Errors
///
/// A sentence that says what to correct: the credentials, the permission, the file.
pub async fn import(
    plan: Plan,
    progress: &Progress,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<Summary> {
    let began_at = lambda_kit::now();
    let from = began_at - SignedDuration::from_hours(24 * check_days(plan.days)?);
    let mut importer = Importer::open(&plan.account, plan.data.path(), progress.clone()).await?;
    let mut state = ImportState {
        tenant_id: plan.account.tenant_id.clone(),
        graph_url: plan.account.endpoints.graph.to_string(),
        from,
        to: began_at,
        began_at,
        listing_since: began_at,
        ended_at: None,
    };
    importer.begin(&mut state).await?;
    let rollup = importer.rollup();
    if let Some(file) = &plan.sites {
        take_sites(&rollup, file, began_at).await?;
    }

    let work = async {
        importer.list().await?;
        importer.drain(plan.timeout).await
    };
    let (interrupted, outcome) = tokio::select! {
        outcome = work => (false, outcome),
        () = stop => (true, Ok(())),
    };
    let Left { waiting, dead_letters } = importer.close().await?;
    outcome?;
    let mut failed = Vec::new();
    if !interrupted {
        failed = importer.failed(&waiting, &dead_letters).await?;
    }
    let waiting = waiting.len();
    let mut dead_lettered = BTreeMap::new();
    for DeadLetter { reason, .. } in dead_letters {
        *dead_lettered.entry(reason).or_default() += 1;
    }
    roll_up(&rollup, lambda_kit::now()).await?;
    let mut telephone = TelephoneLogs::default();
    if !interrupted {
        telephone = read_logs(&importer).await;
    }

    let not_requestable = importer.count_not_requestable().await?;
    let complete = !interrupted && waiting == 0 && not_requestable == 0 && dead_lettered.is_empty();
    if complete {
        state.ended_at = Some(lambda_kit::now());
        importer.save_state(&state).await?;
    }
    let counts = progress.counts();
    Ok(Summary {
        complete,
        interrupted,
        from,
        to: began_at,
        counts,
        dead_lettered,
        waiting,
        not_requestable,
        failed,
        telephone,
    })
}

async fn read_logs(importer: &Importer) -> TelephoneLogs {
    match read_telephone_logs(&importer.telephone_logs(), lambda_kit::now()).await {
        Ok(run) => TelephoneLogs {
            rows: run.rows,
            unreadable: run.unreadable,
            days_changed: run.changed.len(),
            error: None,
        },
        Err(error) => {
            TelephoneLogs { error: Some(format!("{error:#}")), ..TelephoneLogs::default() }
        }
    }
}
