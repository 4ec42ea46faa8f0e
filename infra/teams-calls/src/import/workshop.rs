//! What an import works with: the table in the file, the queue in memory, the reconciler and the
//! consumer as they run on AWS, and a real tenant's Graph.

use std::collections::BTreeMap;
use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use anyhow::{Context as _, bail};
use aws_stand_ins::{Clock, DynamoDb, EventSource, EventSourceOptions, Sqs};
use backoff::Backoff;
use call_queue::{CallMessage, Entry, Reason};
use call_table::{CallTable, MissingCall, TableConfig};
use consumer::Consumer;
use graph_access::GraphAccess;
use jiff::{SignedDuration, Timestamp};
use lambda_kit::{CapturedMetrics, Metrics, Secret, Secrets};
use msgraph::{Error, RateLimit};
use reconciler::agenda::BY_HAND;
use reconciler::{Reconciler, Trigger};
use reconciliation::high_water_mark::{MAX_CALL_DURATION, PUBLISHED_WITHIN};
use reconciliation::{Reconciliation, ReconciliationRequest, ReconciliationRun};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use super::ImportState;
use super::progress::Progress;
use crate::account::Account;
use crate::system::TABLE;

/// One look of the reconciler: after each it is seen how far it has come. Longer than one part of a
/// window takes, which is begun again when the time is over before its end.
const RECEIVE_TIMEOUT: Duration = Duration::from_secs(40);

/// What is kept back of it; the reconciler on AWS keeps more, for it may be cut off.
const RESERVE: Duration = Duration::from_secs(3);

/// While so many calls wait to be fetched, nothing more is listed: memory stays bounded, and an
/// import that is interrupted has not listed for nothing.
const MAX_QUEUED_CALLS: usize = 2_000;

/// Batches at once. Each fetches five calls, two requests for a call as a rule; Graph allows 1,500
/// requests in 20 s and answers in some tenths of a second.
const CONSUMERS: usize = 3;

/// So many attempts in a row may fail, with exponential backoff.
const MAX_FAILURES: u32 = 8;
const BACKOFF: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(64));

/// An import that was cut off is gone on with for a day. After that the versions that it saw are
/// too old, and everything is listed again.
const RESUME_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// How long calls under way may take to end when the import is interrupted.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// The time-out of the consumer, as in template.yaml.
const ONE_BATCH: Duration = Duration::from_secs(300);

/// How often it is looked whether the queue is empty.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// How often progress is looked for while a look goes on.
const SHOW: Duration = Duration::from_secs(1);

/// Who holds the lease of an import's reconciliation while it is taken from a dead one.
const LEASE_OWNER: &str = "import";

pub(super) struct Workshop {
    store: CallTable,
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
    _dynamodb: DynamoDb,
}

impl Workshop {
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
            ..msgraph::Options::default()
        };
        let secrets = Secrets::fixed(secret(account)?);
        let access = GraphAccess::new(endpoints, secrets, None).await?;
        let access = access.with_options(options).await?;

        let (metrics, consumed) = Metrics::captured("consumer");
        let consumer = Consumer::new(
            access.clone(),
            store.clone(),
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
            reconciler,
            access,
            sqs_client,
            calls,
            dead_letters,
            consumed,
            progress,
            event_source: Some(event_source),
            sqs,
            _dynamodb: dynamodb,
        })
    }

    fn reconciliation(&self) -> Reconciliation {
        Reconciliation::new(self.store.clone())
    }

    /// Writes down what is imported, and takes up what an import that was killed has left: its queue
    /// was in memory, and what it had put there is what the table knows to be missing.
    pub(super) async fn begin(&self, state: &mut ImportState) -> anyhow::Result<()> {
        let earlier = ImportState::read(&self.store).await?;
        match &earlier {
            Some(earlier) if !earlier.tenant_id.eq_ignore_ascii_case(&state.tenant_id) => bail!(
                "the file holds the calls of another tenant ({}): give --data another file",
                earlier.tenant_id
            ),
            None if self.store.subscription_state().await?.is_some() => bail!(
                "the file belongs to `teams-calls serve` and holds invented calls: give --data another \
                 file"
            ),
            _ => {}
        }
        let left = earlier.filter(|it| can_go_on(it, state));
        self.take_over(left.is_none(), state.began_at).await?;
        let missing = self.store.missing_calls().await?;
        let again = missing.iter().filter(|call| call.lost_at.is_none());
        self.enqueue(again.map(|call| message(call, state.began_at)).collect()).await?;
        let mut from = state.from;
        if let Some(left) = left {
            // What may have been published since that import listed it.
            from = from.max(left.to - PUBLISHED_WITHIN - MAX_CALL_DURATION);
            state.listing_since = left.listing_since;
        }
        // In this order: an import that dies in between is not taken for one that had begun.
        let request = ReconciliationRequest {
            reason: BY_HAND.to_owned(),
            from,
            // The reconciler cuts it to its own now: so the claim that it makes is about now.
            to: state.to + RESUME_WITHIN,
            asked_at: state.began_at,
        };
        self.reconciliation().add_request(&request).await?;
        state.put(&self.store).await?;
        Ok(())
    }

    /// Takes the reconciliation from whoever held it: the file is ours alone, so that one is dead.
    /// With `anew`, what it had not listed is forgotten.
    async fn take_over(&self, anew: bool, now: Timestamp) -> anyhow::Result<()> {
        let later = now + SignedDuration::from_hours(24 * 365);
        let taken = self.reconciliation().take_lease(LEASE_OWNER, later, later).await?;
        let mut state = taken.context("the reconciliation cannot be taken over")?;
        (state.lease_owner, state.lease_expires_at) = (None, None);
        if anew {
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

    /// Lists what was asked for at the beginning, and what earlier imports have left to be listed.
    pub(super) async fn list(&self) -> anyhow::Result<()> {
        let mut failures = 0;
        loop {
            let run = self.look().await?;
            if let Some(error) = &run.error {
                failures += 1;
                self.wait_after(failures, error).await?;
            } else if !run.has_more {
                return Ok(());
            } else {
                failures = 0;
            }
            self.room().await?;
        }
    }

    /// One look of the reconciler.
    async fn look(&self) -> anyhow::Result<ReconciliationRun> {
        let deadline = Instant::now() + RECEIVE_TIMEOUT + RESERVE;
        let mut run = pin!(self.reconciler.run(Trigger::Nothing, lambda_kit::now(), deadline));
        let run = loop {
            tokio::select! {
                run = &mut run => break run?,
                () = sleep(SHOW) => {
                    self.progress.consumed(&self.consumed);
                    if let Some(state) = self.reconciliation().state().await? {
                        self.progress.listed(&state.passes);
                    }
                }
            }
        };
        let run = run.context("another process works on the file")?;
        self.progress.look(&run);
        self.progress.consumed(&self.consumed);
        Ok(run)
    }

    /// After a look that ended early: time cures what Graph's own pauses and outages are, but not for
    /// ever, and a person has to mend the rest.
    async fn wait_after(&self, failures: u32, error: &str) -> anyhow::Result<()> {
        self.ask_whether_refused().await?;
        if failures == MAX_FAILURES {
            bail!("the calls cannot be listed: {error}");
        }
        sleep(BACKOFF.jittered(failures - 1)).await;
        Ok(())
    }

    /// Waits while many calls are to be fetched.
    async fn room(&self) -> anyhow::Result<()> {
        while self.waiting()? > MAX_QUEUED_CALLS / 2 {
            self.progress.consumed(&self.consumed);
            self.refused().await?;
            sleep(POLL_INTERVAL).await;
        }
        Ok(())
    }

    /// Waits until the queue is empty, or nothing more comes of waiting.
    pub(super) async fn drain(&self, patience: Duration) -> anyhow::Result<()> {
        self.empty(patience).await?;
        // What was missing and is stored now is noted, and with it what is complete.
        self.look().await?;
        Ok(())
    }

    async fn empty(&self, patience: Duration) -> anyhow::Result<()> {
        let mut stored = self.progress.counts().stored;
        let mut since = Instant::now();
        loop {
            self.progress.consumed(&self.consumed);
            if self.waiting()? == 0 {
                return Ok(());
            }
            self.refused().await?;
            let now_stored = self.progress.counts().stored;
            if now_stored > stored {
                (stored, since) = (now_stored, Instant::now());
            } else if since.elapsed() >= patience {
                return Ok(());
            }
            sleep(POLL_INTERVAL).await;
        }
    }

    /// The consumer waits for better credentials; a person who looks on is told at once.
    async fn refused(&self) -> anyhow::Result<()> {
        if self.consumed.sum("Unauthorized") == 0.0 {
            return Ok(());
        }
        self.ask_whether_refused().await
    }

    async fn ask_whether_refused(&self) -> anyhow::Result<()> {
        let now = lambda_kit::now();
        let hour_ago = now - SignedDuration::from_hours(1);
        let deadline = Instant::now() + Duration::from_secs(60);
        let graph = self.access.graph().await;
        match graph.list_call_records(hour_ago, now, None, deadline).await {
            Err(error @ (Error::Unauthorized { .. } | Error::Login { .. })) => Err(error.into()),
            Err(Error::Throttled { retry_after }) => {
                self.progress.asked_to_wait();
                sleep(retry_after).await;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Calls in the queue.
    fn waiting(&self) -> anyhow::Result<usize> {
        Ok(self.sqs.counts(&self.calls)?.total())
    }

    /// Lets the calls that are under way end, and says how many still wait, and how many were set
    /// aside for which reason.
    pub(super) async fn close(&mut self) -> anyhow::Result<(usize, BTreeMap<String, usize>)> {
        // What does not end is left as if the process had died: the next import makes it good.
        if let Some(event_source) = self.event_source.take() {
            let _ = timeout(DRAIN_TIMEOUT, event_source.stop()).await;
        }
        self.progress.consumed(&self.consumed);
        let waiting = self.sqs.counts(&self.calls)?.total();
        let mut reasons = BTreeMap::new();
        for message in self.sqs.messages(&self.dead_letters)? {
            let reason = message.attributes.get("reason").cloned().unwrap_or_default();
            *reasons.entry(reason).or_default() += 1;
        }
        Ok((waiting, reasons))
    }

    /// Writes down how far the import has come.
    pub(super) async fn write_down(&self, state: &ImportState) -> anyhow::Result<()> {
        Ok(state.put(&self.store).await?)
    }
}

/// A batch through the consumer.
async fn consume(consumer: Consumer, event: Value) -> anyhow::Result<Value> {
    let event = serde_json::from_value(event).context("not an SQS event")?;
    let now = lambda_kit::now();
    let answer = consumer.handle(event, now, Instant::now() + ONE_BATCH).await;
    consumer.flush_metrics(now);
    Ok(serde_json::to_value(answer)?)
}

/// Whether `state` is the rest of an import that was cut off.
fn can_go_on(earlier: &ImportState, state: &ImportState) -> bool {
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

/// The account as the functions know it. The client state is for notifications, of which there are
/// none here.
fn secret(account: &Account) -> anyhow::Result<Secret> {
    let json = json!({
        "tenant_id": account.tenant_id,
        "client_id": account.client_id,
        "client_secret": account.client_secret.expose_secret(),
        "client_states": [uuid::Uuid::new_v4().to_string()],
    });
    Ok(Secret::parse(&json.to_string())?)
}
