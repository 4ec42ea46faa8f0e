//! The parts of an import: the table in the file, the queue in memory, the reconciler and the consumer as
//! they run on AWS, and a real tenant's Graph.

mod left;

use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use anyhow::{Context as _, bail};
use aws_stand_ins::{Clock, DynamoDb, EventSource, EventSourceOptions, Sqs};
use backoff::Backoff;
use call_queue::{CallMessage, Entry, Reason};
use call_table::{CallTable, MissingCall, TableConfig};
use call_writer::CallWriter;
use consumer::Consumer;
use graph_access::GraphAccess;
use jiff::{SignedDuration, Timestamp};
use lambda_kit::{CapturedMetrics, GraphSecret, Metrics, SecretValue as _, Secrets};
use msgraph::{Error, RateLimit};
use pstn::Pstn;
use quality::Rollup;
use reconciler::agenda::BY_HAND;
use reconciler::{Reconciler, Trigger};
use reconciliation::high_water_mark::{MAX_CALL_DURATION, PUBLISHED_WITHIN};
use reconciliation::{Reconciliation, ReconciliationRequest, ReconciliationRun};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::ImportState;
use super::progress::Progress;
use crate::account::Account;
use crate::data_file;
use crate::system::{TABLE, telephone_logs};

pub(super) use left::{DeadLetter, Left};

/// The time of one run of the reconciler. Longer than one part of a window takes: a part that does not end
/// in time is listed again.
const RUN_TIMEOUT: Duration = Duration::from_secs(40);

/// Reserved at the end of a run; the reconciler on AWS reserves more, because Lambda may kill it.
const RESERVE: Duration = Duration::from_secs(3);

/// Backpressure: while so many calls are queued, nothing more is listed, so that memory is bounded and an
/// interrupted import wastes little.
const MAX_QUEUED_CALLS: usize = 2_000;

/// Concurrent batches. Each fetches five calls, usually with two requests for a call; Graph allows 1,500
/// requests in 20 s and answers in some tenths of a second.
const CONSUMERS: usize = 3;

/// So many attempts in a row may fail, with exponential backoff.
const MAX_FAILURES: u32 = 8;
const BACKOFF: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(64));

/// An interrupted import is resumed within a day. Later, the versions that it listed are too old, and
/// everything is listed again.
const RESUME_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// The timeout of the consumer, as in template.yaml.
const BATCH_TIMEOUT: Duration = Duration::from_secs(300);

/// Between two checks whether the queue is empty.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Between two updates of the progress during a run.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);

/// So long after the last call was stored, the progress says what is waited for.
const STALLED_AFTER: Duration = Duration::from_secs(15);

/// The owner of the lease while an import takes it over from a dead one.
const LEASE_OWNER: &str = "import";

pub(super) struct Importer {
    store: CallTable,
    writer: CallWriter,
    reconciler: Reconciler,
    access: GraphAccess,
    sqs_client: aws_sdk_sqs::Client,
    calls: String,
    dead_letters: String,
    consumed: CapturedMetrics,
    progress: Progress,
    // Dropped in this order: first what sends, then what receives.
    event_source: Option<EventSource>,
    sqs: Sqs,
    dynamodb: DynamoDb,
}

impl Importer {
    /// Opens the table and starts the consumer.
    pub(super) async fn open(
        account: &Account,
        data: &Path,
        progress: Progress,
    ) -> anyhow::Result<Self> {
        let dynamodb = DynamoDb::start(Some(data)).await.with_context(|| {
            format!("{} cannot be opened: give --data another file", data.display())
        })?;
        let client = aws_stand_ins::dynamodb_client(&dynamodb.url());
        call_table::create_table(&client, TABLE).await.context("the table")?;
        let store = CallTable::new(client, TableConfig::new(TABLE));

        let sqs = Sqs::start(Clock::real()).await?;
        // Six times the time-out of the consumer, as on AWS.
        let (calls, dead_letters) =
            sqs.create_queue_with_dead_letters("calls", 200, &[("VisibilityTimeout", "1800")])?;
        let sqs_client = aws_stand_ins::sqs_client(&sqs.url());
        let endpoints = account.endpoints.clone();
        let options = msgraph::Options {
            call_records_limit: Some(RateLimit::CALL_RECORDS.split_between(1)),
            proxy: account.proxy.clone(),
            ..msgraph::Options::default()
        };
        let secrets = Secrets::fixed(secret(account)?);
        let access = GraphAccess::new(endpoints, secrets, None).with_options(options);

        let writer = CallWriter::new(store.clone(), data_file::forget_key(data)?);
        let (metrics, consumed) = Metrics::captured("consumer");
        let consumer = Consumer::new(
            access.clone(),
            writer.clone(),
            sqs_client.clone(),
            metrics,
            consumer::Config::new(calls.clone(), dead_letters.clone()),
        );
        let options =
            EventSourceOptions { concurrency: CONSUMERS, ..EventSourceOptions::new(&calls) };
        let event_source = EventSource::start(sqs_client.clone(), options, move |event| {
            consume(consumer.clone(), event)
        })
        .await?;
        let (metrics, _) = Metrics::captured("reconciler");
        let config = reconciler::Config {
            max_outstanding: MAX_QUEUED_CALLS,
            reserve: RESERVE,
            ..reconciler::Config::new(calls.clone())
        };
        let reconciler =
            Reconciler::new(access.clone(), store.clone(), sqs_client.clone(), metrics, config);
        Ok(Self {
            store,
            writer,
            reconciler,
            access,
            sqs_client,
            calls,
            dead_letters,
            consumed,
            progress,
            event_source: Some(event_source),
            sqs,
            dynamodb,
        })
    }

    /// What rolls up the days.
    pub(super) fn rollup(&self) -> Rollup {
        crate::system::rollup(self.store.clone(), Metrics::captured("quality").0)
    }

    /// What reads the logs of telephone calls.
    pub(super) fn telephone_logs(&self) -> Pstn {
        telephone_logs(self.access.clone(), &self.writer)
    }

    fn reconciliation(&self) -> Reconciliation {
        Reconciliation::new(self.store.clone())
    }

    /// Saves the state of this import and resumes a killed one: its queue was in memory, but the table
    /// records which calls are missing.
    pub(super) async fn begin(&self, state: &mut ImportState) -> anyhow::Result<()> {
        let earlier = ImportState::read(&self.store).await?;
        match &earlier {
            Some(earlier) if !earlier.tenant_id.eq_ignore_ascii_case(&state.tenant_id) => bail!(
                "the file holds the calls of another tenant ({}): give --data another file",
                earlier.tenant_id
            ),
            None if self.store.subscription_state().await?.is_some() => bail!(
                "the file belongs to `serve` and holds invented calls: give --data another \
                 file"
            ),
            _ => {}
        }
        let resumed = earlier.filter(|it| can_resume(it, state));
        self.take_over(resumed.is_none(), state.began_at).await?;
        let missing = self.store.missing_calls().await?;
        let to_fetch = missing.iter().filter(|call| call.lost_at.is_none());
        self.enqueue(to_fetch.map(|call| message(call, state.began_at)).collect()).await?;
        let mut from = state.from;
        if let Some(resumed) = resumed {
            // Calls may have been published since that import listed this range.
            from = from.max(resumed.to - PUBLISHED_WITHIN - MAX_CALL_DURATION);
            state.listing_since = resumed.listing_since;
        }
        // In this order: an import that dies in between must not be resumed without its request.
        let request = ReconciliationRequest {
            reason: BY_HAND.to_owned(),
            from,
            // The reconciler limits it to its own now, so that `complete_up_to` is about now.
            to: state.to + RESUME_WITHIN,
            asked_at: state.began_at,
        };
        self.reconciliation().add_request(&request).await?;
        state.put(&self.store).await?;
        Ok(())
    }

    /// Takes over the lease of the reconciliation: this process has the file's lock, so that the owner is
    /// dead. With `discard_passes`, its unfinished passes are discarded.
    async fn take_over(&self, discard_passes: bool, now: Timestamp) -> anyhow::Result<()> {
        let later = now + SignedDuration::from_hours(24 * 365);
        let taken = self.reconciliation().take_lease(LEASE_OWNER, later, later).await?;
        let mut state = taken.context("the reconciliation cannot be taken over")?;
        (state.lease_owner, state.lease_expires_at) = (None, None);
        if discard_passes {
            state.passes.clear();
        }
        self.reconciliation().put_state(LEASE_OWNER, &state).await?;
        Ok(())
    }

    async fn enqueue(&self, entries: Vec<Entry>) -> anyhow::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(60);
        call_queue::send_all(&self.sqs_client, &self.calls, entries, deadline).await?;
        Ok(())
    }

    /// Lists the requested range and the unfinished passes of earlier imports.
    pub(super) async fn list(&self) -> anyhow::Result<()> {
        let mut failures = 0;
        loop {
            let run = self.run_reconciler().await?;
            if let Some(error) = &run.error {
                failures += 1;
                self.back_off(failures, error).await?;
            } else if !run.has_more {
                return Ok(());
            } else {
                failures = 0;
                self.progress.set_problem(None);
            }
            self.wait_for_room().await?;
        }
    }

    async fn run_reconciler(&self) -> anyhow::Result<ReconciliationRun> {
        let deadline = Instant::now() + RUN_TIMEOUT + RESERVE;
        let mut run = pin!(self.reconciler.run(Trigger::Nothing, lambda_kit::now(), deadline));
        let run = loop {
            tokio::select! {
                run = &mut run => break run?,
                () = sleep(PROGRESS_INTERVAL) => {
                    self.progress.update_consumer(&self.consumed);
                    if let Some(state) = self.reconciliation().state().await? {
                        self.progress.set_passes(&state.passes);
                    }
                }
            }
        };
        let run = run.context("another process works on the file")?;
        self.progress.add_run(&run);
        self.progress.update_consumer(&self.consumed);
        Ok(run)
    }

    /// Backs off after a failed run. Throttling and outages end by themselves; after `MAX_FAILURES` the error
    /// is returned.
    async fn back_off(&self, failures: u32, error: &str) -> anyhow::Result<()> {
        self.check_disk()?;
        self.progress.set_problem(Some(format!("the calls cannot be listed: {error}")));
        self.probe_credentials().await?;
        if failures == MAX_FAILURES {
            bail!("the calls cannot be listed: {error}");
        }
        sleep(BACKOFF.jittered(failures - 1)).await;
        Ok(())
    }

    /// A full disk does not empty itself, so that waiting is of no use.
    fn check_disk(&self) -> anyhow::Result<()> {
        if self.dynamodb.disk_is_full() {
            bail!(
                "the disk with the data file is full: free some space, then run the same command"
            );
        }
        Ok(())
    }

    /// Waits while too many calls are queued.
    async fn wait_for_room(&self) -> anyhow::Result<()> {
        while self.queued_calls()? > MAX_QUEUED_CALLS / 2 {
            self.progress.update_consumer(&self.consumed);
            self.check_disk()?;
            self.check_credentials().await?;
            sleep(POLL_INTERVAL).await;
        }
        Ok(())
    }

    /// Waits until the queue is empty, or nothing was stored for `timeout`.
    pub(super) async fn drain(&self, timeout: Duration) -> anyhow::Result<()> {
        let waited = self.wait_until_empty(timeout).await;
        self.progress.set_problem(None);
        waited?;
        // One more run, which updates the missing calls and `complete_up_to`.
        self.run_reconciler().await?;
        Ok(())
    }

    async fn wait_until_empty(&self, timeout: Duration) -> anyhow::Result<()> {
        let mut stored = self.progress.counts().stored;
        let mut since = Instant::now();
        loop {
            self.progress.update_consumer(&self.consumed);
            if self.queued_calls()? == 0 {
                return Ok(());
            }
            self.check_disk()?;
            self.check_credentials().await?;
            let now_stored = self.progress.counts().stored;
            if now_stored > stored {
                (stored, since) = (now_stored, Instant::now());
                self.progress.set_problem(None);
            } else if since.elapsed() >= timeout {
                return Ok(());
            } else if since.elapsed() >= STALLED_AFTER.min(timeout / 2) {
                self.progress.set_problem(Some(stalled(self.queued_calls()?, timeout)));
            }
            sleep(POLL_INTERVAL).await;
        }
    }

    /// The consumer retries until the credentials are valid; the operator is informed at once.
    async fn check_credentials(&self) -> anyhow::Result<()> {
        if self.consumed.sum("RetriedAccessRefused") == 0.0 {
            return Ok(());
        }
        self.probe_credentials().await
    }

    async fn probe_credentials(&self) -> anyhow::Result<()> {
        let now = lambda_kit::now();
        let hour_ago = now - SignedDuration::from_hours(1);
        let deadline = Instant::now() + Duration::from_secs(60);
        let graph = self.access.graph().await?;
        match graph.list_call_records(hour_ago, now, None, deadline).await {
            Err(error @ (Error::Unauthorized { .. } | Error::Login { .. })) => Err(error.into()),
            Err(Error::Throttled { retry_after }) => {
                self.progress.count_throttled();
                sleep(retry_after).await;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn queued_calls(&self) -> anyhow::Result<usize> {
        Ok(self.sqs.counts(&self.calls)?.total())
    }

    pub(super) async fn save_state(&self, state: &ImportState) -> anyhow::Result<()> {
        Ok(state.put(&self.store).await?)
    }
}

/// What the progress says while nothing comes.
fn stalled(calls: usize, timeout: Duration) -> String {
    let (are, them) = if calls == 1 { ("call is", "it") } else { ("calls are", "them") };
    format!(
        "{calls} {are} listed, and Graph does not give {them}; the import ends {} min after the last call \
         that was stored",
        timeout.as_secs().div_ceil(60)
    )
}

async fn consume(consumer: Consumer, event: Value) -> anyhow::Result<Value> {
    let event = serde_json::from_value(event).context("not an SQS event")?;
    let now = lambda_kit::now();
    let answer = consumer.handle(event, now, Instant::now() + BATCH_TIMEOUT).await;
    Ok(serde_json::to_value(answer)?)
}

/// Whether the import `state` may resume `earlier`.
fn can_resume(earlier: &ImportState, state: &ImportState) -> bool {
    let is_recent = state.began_at.duration_since(earlier.listing_since) <= RESUME_WITHIN;
    earlier.ended_at.is_none() && is_recent && earlier.from <= state.from
}

fn message(call: &MissingCall, now: Timestamp) -> Entry {
    let message = CallMessage {
        call_id: call.call_id.clone(),
        reason: Reason::Backfill,
        enqueued_at: now,
        subscription_id: None,
        version: Some(call.version),
    };
    Entry::new(message.to_json())
}

/// The account as the functions' secret.
fn secret(account: &Account) -> anyhow::Result<GraphSecret> {
    let json = json!({
        "tenant_id": account.tenant_id,
        "client_id": account.client_id,
        "client_secret": account.client_secret.expose_secret(),
    });
    Ok(GraphSecret::parse(&json.to_string())?)
}
