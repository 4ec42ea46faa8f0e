//! The reconciliation's partition: the lease, the progress of the passes, the requests for windows, and
//! the report of each run. Every item is readable in the console.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::ReturnValue;
use call_table::error::from_sdk;
use call_table::item::{self, n, s};
use call_table::keys::{
    self, EXPIRES_AT, RECONCILIATION, RECONCILIATION_STATE, REQUEST_PREFIX, RUN_PREFIX,
};
use call_table::{CallTable, Deadline, TableError};
use item_writer::{Write, put_item, put_value, write_batch};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// How long the report of a run is kept: twice Graph's 30 days.
const REPORT_RETENTION: SignedDuration = SignedDuration::from_hours(60 * 24);

/// What one run leaves to the next: the lease, the high-water marks, and the unfinished passes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconciliationState {
    /// The run that holds the lease; absent when none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_owner: Option<String>,
    /// When another run may take the lease over. In whole seconds, so that its text sorts as the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_expires_at: Option<Timestamp>,
    /// Nothing is known about calls that began before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed_from: Option<Timestamp>,
    /// Every call that began at `listed_from` or later and ended before this was listed: it is stored,
    /// or recorded as missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed_up_to: Option<Timestamp>,
    /// The same without missing calls: every such call that ended before this is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_up_to: Option<Timestamp>,
    /// The end of the newest gap in the notifications for which there is a pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gaps_seen_to: Option<Timestamp>,
    /// Unfinished passes, the most urgent first.
    #[serde(default)]
    pub passes: Vec<Pass>,
}

/// One window that is being listed, and its cursor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// Why, in one word: `recent`, `nightly`, `backfill`, `by_hand`, or a gap's reason.
    pub reason: String,
    /// Calls that began at this time or later …
    pub from: Timestamp,
    /// … and before this.
    pub to: Timestamp,
    /// When it began: once finished, it has seen everything that Graph listed then.
    pub as_of: Timestamp,
    /// The cursor: calls that began before this are done.
    pub next: Timestamp,
    /// The length of the next part of the window, in seconds.
    pub step_seconds: i64,
    #[serde(default)]
    pub found: Found,
}

/// What listing found. Each number counts calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Found {
    /// In Graph's list.
    pub listed: u64,
    /// Of these, stored at the listed version or a newer one.
    pub already_stored: u64,
    /// Not stored.
    pub missing: u64,
    /// Stored at an older version.
    pub stale: u64,
    /// Enqueued. The other missing and stale calls are enqueued already.
    pub enqueued: u64,
}

/// A request for a window, for which there is no pass yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconciliationRequest {
    /// Why, in one word.
    pub reason: String,
    /// Calls that began at this time or later …
    pub from: Timestamp,
    /// … and before this.
    pub to: Timestamp,
    pub asked_at: Timestamp,
}

/// The report of one run. The names are those of the attributes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReconciliationRun {
    pub began_at: Timestamp,
    pub ended_at: Timestamp,
    /// The passes that it worked on, with what this run and earlier ones found in them.
    pub passes: Vec<Pass>,
    /// What this run found.
    pub found: Found,
    /// Pages of Graph's list that it read.
    pub pages: u64,
    /// Calls that an earlier run found missing or stale and that are stored now.
    pub repaired: u64,
    /// The same by the reason of the run that found them.
    pub repaired_by_reason: BTreeMap<String, u64>,
    /// Calls that are known to be missing at the end of the run.
    pub still_missing: u64,
    /// When the first of them was found.
    pub missing_since: Option<Timestamp>,
    /// Calls that are stored at an older version.
    pub still_stale: u64,
    /// When the first of them was found.
    pub stale_since: Option<Timestamp>,
    /// Calls that were never stored and are no longer available from Graph.
    pub lost: u64,
    /// Percentiles of the time from a call's end until its newest version was stored, in seconds, over
    /// the calls listed in this run.
    pub lag_p50_seconds: Option<i64>,
    pub lag_p95_seconds: Option<i64>,
    pub lag_max_seconds: Option<i64>,
    /// Nothing is known about calls that began before this.
    pub complete_from: Option<Timestamp>,
    /// Every call that began since `complete_from` and ended before this is stored.
    pub complete_up_to: Option<Timestamp>,
    /// Whether passes are left for the next run.
    pub has_more: bool,
    /// Why it ended early, as a sentence that says what to correct.
    pub error: Option<String>,
}

/// Reads and writes the reconciliation's partition. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Reconciliation {
    pub(crate) table: CallTable,
}

impl Reconciliation {
    pub fn new(table: CallTable) -> Self {
        Self { table }
    }

    pub fn table(&self) -> &CallTable {
        &self.table
    }

    /// None before the first run.
    pub async fn state(&self) -> Result<Option<ReconciliationState>, TableError> {
        self.table.value(RECONCILIATION, RECONCILIATION_STATE).await
    }

    /// Takes the lease until `until`, or takes over an expired one. Returns the state, or none when
    /// another run holds the lease.
    pub async fn take_lease(
        &self,
        lease_owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<ReconciliationState>, TableError> {
        let table = self.table.name();
        let request = self
            .table
            .client()
            .update_item()
            .table_name(table)
            .set_key(Some(item::key(RECONCILIATION, RECONCILIATION_STATE)))
            .update_expression("SET lease_owner = :lease_owner, lease_expires_at = :until")
            .condition_expression("attribute_not_exists(lease_owner) OR lease_expires_at < :now")
            .expression_attribute_values(":lease_owner", s(lease_owner))
            .expression_attribute_values(":until", s(whole_seconds(until).to_string()))
            .expression_attribute_values(":now", s(whole_seconds(now).to_string()))
            .return_values(ReturnValue::AllNew);
        match request.send().await {
            Ok(answer) => answer.attributes.map(item::read).transpose(),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(None),
            Err(error) => Err(from_sdk("UpdateItem", table, &error)),
        }
    }

    /// Replaces the state if `lease_owner` still holds the lease, and returns whether it did. A state
    /// without a `lease_owner` releases the lease.
    pub async fn put_state(
        &self,
        lease_owner: &str,
        state: &ReconciliationState,
    ) -> Result<bool, TableError> {
        let table = self.table.name();
        let mut state = state.clone();
        state.lease_expires_at = state.lease_expires_at.map(whole_seconds);
        let mut item = item::of(&state)?;
        item.extend(item::key(RECONCILIATION, RECONCILIATION_STATE));
        let request = self
            .table
            .client()
            .put_item()
            .table_name(table)
            .set_item(Some(item))
            .condition_expression("lease_owner = :lease_owner")
            .expression_attribute_values(":lease_owner", s(lease_owner));
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(false),
            Err(error) => Err(from_sdk("PutItem", table, &error)),
        }
    }

    /// Requests a window. The next run, or the current one, begins a pass for it.
    pub async fn add_request(&self, request: &ReconciliationRequest) -> Result<(), TableError> {
        put_value(&self.table, RECONCILIATION, &request.sort_key(), request).await
    }

    /// The requests for which there is no pass yet.
    pub async fn requests(&self) -> Result<Vec<ReconciliationRequest>, TableError> {
        let query = self.table.query(RECONCILIATION).beginning_with(REQUEST_PREFIX);
        query.all().await?.into_iter().map(item::read).collect()
    }

    pub async fn delete_requests(
        &self,
        requests: &[ReconciliationRequest],
        deadline: Instant,
    ) -> Result<(), TableError> {
        let mut keys: Vec<_> = requests.iter().map(ReconciliationRequest::sort_key).collect();
        keys.sort_unstable();
        keys.dedup();
        let delete = |sk: String| Write::Delete(item::key(RECONCILIATION, &sk));
        let deletes = keys.into_iter().map(delete).collect();
        write_batch(&self.table, deletes, Deadline::at(deadline)).await
    }

    /// Stores the report of a run for 60 days. `lease_owner` distinguishes two that began together.
    pub async fn put_run(
        &self,
        lease_owner: &str,
        run: &ReconciliationRun,
    ) -> Result<(), TableError> {
        let mut item = item::of(run)?;
        let expires_at = run.began_at.checked_add(REPORT_RETENTION).unwrap_or(Timestamp::MAX);
        item.insert(EXPIRES_AT.to_owned(), n(expires_at.as_second()));
        let sk = format!("{RUN_PREFIX}{}#{lease_owner}", keys::instant(run.began_at));
        put_item(&self.table, RECONCILIATION, &sk, item).await
    }
}

impl Found {
    pub fn add(&mut self, other: Self) {
        self.listed += other.listed;
        self.already_stored += other.already_stored;
        self.missing += other.missing;
        self.stale += other.stale;
        self.enqueued += other.enqueued;
    }
}

impl ReconciliationRequest {
    /// The same window for the same reason is one request: adding it is idempotent.
    fn sort_key(&self) -> String {
        let (from, to) = (keys::instant(self.from), keys::instant(self.to));
        format!("{REQUEST_PREFIX}{}#{from}#{to}", self.reason)
    }
}

pub(crate) fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
