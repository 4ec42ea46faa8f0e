//! The whole system under random faults, crashes and restarts. At quiet points the table is compared with
//! Graph and with recomputation.

mod consumers;
mod fault_schedule;
mod hostile_pages;
mod operations;
mod record_history;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use fake_graph::{AnswerFaults, Faults, NotificationFaults};
use fastrand::Rng;
use jiff::tz::TimeZone;
use serde::Serialize;
use tokio::time::Instant;

use consumers::SoakConsumers;
use fault_schedule::FaultSchedule;
use hostile_pages::HostilePages;
use operations::Operations;
use record_history::RecordHistory;
use teams_calls::system::{Comparison, Settings, System};

use crate::peak_memory;

/// Record versions between two quiet points.
const VERSIONS_PER_ROUND: usize = 120;

/// Versions published without a pause.
const BURST_SIZE: usize = 6;

/// Maximum time until the queues are drained after a round.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(600);

/// Just over the queue's visibility timeout, after which the messages of a crashed consumer are
/// delivered again.
const VISIBILITY_TIMEOUT: Duration = Duration::from_secs(1_801);

/// Over the four hours in which the reconciler does not enqueue the same call twice.
const REQUEUE_AFTER: Duration = Duration::from_secs(5 * 3_600);

/// Graph keeps records for 30 days: a history is replaced by another before its calls go.
const HISTORY_DAYS: i32 = 14;

/// How long a 429 asks to wait: not at all, shorter than it lasts, and longer than an invocation waits.
const RETRY_AFTER: [Duration; 4] =
    [Duration::ZERO, Duration::from_millis(300), Duration::from_secs(1), Duration::from_secs(8)];

/// Reconciliation passes after which a round must be complete.
const MAX_RECONCILIATIONS: u32 = 4;

#[derive(Debug, Clone)]
pub struct Plan {
    /// No round begins after this time.
    pub duration: Duration,
    /// The seed of the history, the faults and the crashes.
    pub seed: u64,
    /// The consumer's binary, which is killed as well.
    pub consumer: Option<PathBuf>,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct Outcome {
    /// The same seed repeats the history, the faults and the crashes, but not the scheduling of threads.
    pub seed: u64,
    pub seconds: f64,
    /// Quiet points at which the table was compared.
    pub checks: u64,
    /// Calls in Graph at the last check.
    pub calls: usize,
    /// Record versions that Graph published.
    pub versions: u64,
    /// Consumers in this process that were dropped while at work, each replaced by a cold one.
    pub crashes: u64,
    /// How often the consumer's subprocess was killed.
    pub kills: u64,
    pub subprocess_starts: u64,
    /// Reconciliation passes that were needed at quiet points.
    pub reconciliations: u64,
    /// Histories that came to their end and were replaced by others.
    pub histories: u64,
    /// People who were forgotten while versions with them came.
    pub people_forgotten: u64,
    /// Calls that were recounted by another classifier, and back.
    pub calls_recounted: u64,
    /// Records that Graph served as something else.
    pub hostile_records: u64,
    /// Undecodable messages that were sent to the queue and dead-lettered with their reason.
    pub poisoned: usize,
    /// Requests to Graph, DynamoDB and SQS.
    pub requests: u64,
    /// How often each kind of fault was injected.
    pub faults: BTreeMap<String, u64>,
    /// Of this process, in bytes.
    pub peak_memory: u64,
    /// What differs from Graph or from recomputation. The soak ends with the first round that finds any.
    pub violations: Vec<String>,
}

/// Runs rounds until the time is up or something differs; `report` is called at every quiet point.
///
/// # Errors
///
/// When the system does not start or its queues are not drained. What is stored wrongly is reported in
/// [`Outcome::violations`].
pub async fn soak(plan: &Plan, report: impl Fn(&Outcome)) -> anyhow::Result<Outcome> {
    let began = Instant::now();
    let mut soak = Soak::start(plan).await?;
    let mut outcome = Outcome { seed: plan.seed, ..Outcome::default() };
    while began.elapsed() < plan.duration && outcome.violations.is_empty() {
        soak.run_round().await?;
        soak.check(&mut outcome).await?;
        outcome.seconds = began.elapsed().as_secs_f64();
        report(&outcome);
    }
    Ok(outcome)
}

struct Soak {
    system: System,
    faults: FaultSchedule,
    history: RecordHistory,
    /// Histories before this one, and their versions.
    histories: u64,
    versions: u64,
    operations: Operations,
    hostile_pages: HostilePages,
    consumers: SoakConsumers,
    random: Rng,
    poisoned: Vec<String>,
    violations: Vec<String>,
    seed: u64,
    rounds: u64,
    reconciliations: u64,
    /// Graph's answers by status, before its journal was last cleared.
    graph_answers: BTreeMap<u16, u64>,
}

impl Soak {
    async fn start(plan: &Plan) -> anyhow::Result<Self> {
        let seed = plan.seed;
        let settings = Settings { consumers: 1, ..Settings::with_ordinary_faults(seed) };
        let mut system = System::start(settings).await?;
        system.stop_consuming();
        let consumers = SoakConsumers::start(&system, plan.consumer.as_deref(), seed).await?;
        let day = TimeZone::UTC.to_datetime(system.now()).date().yesterday()?;
        let history = RecordHistory::new(seed, 0, day, system.tenant_id());
        Ok(Self {
            seed,
            histories: 0,
            versions: 0,
            operations: Operations::new(seed),
            hostile_pages: HostilePages::default(),
            violations: Vec::new(),
            faults: FaultSchedule::new(seed),
            random: Rng::with_seed(seed ^ 0x736f_616b),
            poisoned: Vec::new(),
            graph_answers: BTreeMap::new(),
            system,
            history,
            consumers,
            rounds: 0,
            reconciliations: 0,
        })
    }

    /// Publishes versions in bursts under faults and crashes, then drains the queues.
    async fn run_round(&mut self) -> anyhow::Result<()> {
        let lossy = self.rounds.is_multiple_of(2);
        self.rounds += 1;
        self.begin_another_history()?;
        let retry_after = self.random.choice(RETRY_AFTER).unwrap_or_default();
        self.system.graph().set_faults(graph_faults(lossy, retry_after));
        self.faults.apply_to(self.system.dynamodb().faults());
        self.faults.apply_to(self.system.sqs().faults());
        self.send_poison().await?;
        if !lossy {
            self.hostile_pages.serve(&self.system, &mut self.random)?;
        }
        let recount = Operations::begin_recount(&self.system);
        for version in 0..VERSIONS_PER_ROUND {
            if version == VERSIONS_PER_ROUND / 2 {
                self.operations.forget_one(&self.system, self.history.people()).await;
            }
            self.history.publish_next(self.system.graph())?;
            if version % BURST_SIZE == 0 {
                tokio::time::sleep(Duration::from_millis(self.random.u64(5..60))).await;
                if self.random.u32(..3) == 0 {
                    self.consumers.crash_one(&self.system).await?;
                }
            }
        }
        let recounted = recount.await?;
        // Redelivers the messages of crashed consumers, and also those still in progress elsewhere.
        self.system.clock().advance(VISIBILITY_TIMEOUT);
        self.system.drained(DRAIN_TIMEOUT).await.context("while faults were injected")?;
        self.history.notify_of_stale(self.system.graph());
        self.system.drained(DRAIN_TIMEOUT).await.context("while faults were injected")?;
        if lossy {
            // A fault may end this pass, too; `reconcile` then continues from its cursor.
            self.system.tick_reconciler("everything").await.ok();
            self.system.drained(DRAIN_TIMEOUT).await.context("while faults were injected")?;
        }
        self.stop_faults();
        if lossy {
            self.reconcile().await?;
        }
        self.violations = self.operations.finish(&self.system, recounted).await?;
        self.violations.extend(self.hostile_pages.finish(&self.system).await?);
        Ok(())
    }

    /// Goes on with other calls and people when those at hand are nearly as old as what Graph keeps.
    fn begin_another_history(&mut self) -> anyhow::Result<()> {
        let yesterday = TimeZone::UTC.to_datetime(self.system.now()).date().yesterday()?;
        if (yesterday - self.history.day()).get_days() < HISTORY_DAYS {
            return Ok(());
        }
        for (id, _) in self.system.graph().call_records() {
            self.system.graph().remove(&id);
        }
        self.histories += 1;
        self.versions += self.history.versions();
        let tenant = self.system.tenant_id();
        self.history = RecordHistory::new(self.seed, self.histories, yesterday, tenant);
        self.operations.begin_history();
        Ok(())
    }

    fn stop_faults(&self) {
        self.system.dynamodb().faults().clear();
        self.system.sqs().faults().clear();
        self.system.graph().set_faults(Faults::default());
        for (id, _) in self.system.graph().call_records() {
            self.system.graph().serve_stale(&id, 0);
        }
    }

    /// Runs the reconciler until calls without a notification and stale reads are repaired.
    async fn reconcile(&mut self) -> anyhow::Result<()> {
        for _ in 0..MAX_RECONCILIATIONS {
            if self.system.compare_with_graph().await?.is_complete() {
                return Ok(());
            }
            self.system.clock().advance(REQUEUE_AFTER);
            self.system.tick_reconciler("everything").await?;
            self.system.drained(DRAIN_TIMEOUT).await?;
            self.reconciliations += 1;
        }
        Ok(())
    }

    /// Sends an undecodable message, in spite of the queue's faults: those are meant for the webhook and
    /// the consumers.
    async fn send_poison(&mut self) -> anyhow::Result<()> {
        let body = format!("poison {}", self.poisoned.len());
        let client = aws_stand_ins::sqs_client(&self.system.sqs().url());
        let queue = &self.system.queues().calls;
        while client.send_message().queue_url(queue).message_body(&body).send().await.is_err() {}
        self.poisoned.push(body);
        Ok(())
    }

    /// Compares the table with Graph and with recomputation, without faults.
    async fn check(&mut self, outcome: &mut Outcome) -> anyhow::Result<()> {
        let system = &self.system;
        // A subscription expires after 70 hours, and every round takes at least half an hour of the clock.
        system.tick_renewer().await?;

        let comparison = system.compare_with_graph().await?;
        let mut violations = std::mem::take(&mut self.violations);
        if !comparison.is_complete() {
            let Comparison { missing, stale, .. } = comparison;
            violations.push(format!("{missing} calls are missing and {stale} are stale"));
        }
        let recomputed = system.recompute().await?;
        violations.extend(recomputed.sentences());
        if recomputed.days_too_old > 0 {
            violations.push("the clock ran past the retention; soak for less time".to_owned());
        }
        violations.extend(self.dead_letter_violations()?);

        let counters = system.graph().counters();
        for (status, times) in &counters.answers {
            *self.graph_answers.entry(*status).or_default() += times;
        }
        outcome.requests = self.graph_answers.values().sum::<u64>()
            + system.dynamodb().faults().requests()
            + system.sqs().faults().requests();
        outcome.faults = self.faults.counts();
        for (status, times) in self.graph_answers.iter().filter(|(status, _)| **status >= 400) {
            outcome.faults.insert(format!("graph: {status}"), *times);
        }
        for (name, times) in [
            ("graph: connection lost", self.graph_answers.get(&0).copied().unwrap_or_default()),
            ("graph: notification dropped", counters.dropped),
            ("graph: notified twice", counters.duplicated),
            ("graph: notified late", counters.held_back),
            ("graph: notification refused and retried", counters.refused),
        ] {
            outcome.faults.insert(name.to_owned(), times);
        }
        // The journal and the captured metrics grow with every request.
        system.graph().forget_requests();
        system.metrics().clear();

        outcome.checks += 1;
        outcome.calls = comparison.in_graph;
        outcome.versions = self.versions + self.history.versions();
        outcome.histories = self.histories;
        outcome.people_forgotten = self.operations.people_forgotten();
        outcome.calls_recounted = self.operations.calls_recounted();
        outcome.hostile_records = self.hostile_pages.served();
        outcome.crashes = self.consumers.crashes();
        outcome.kills = self.consumers.kills();
        outcome.subprocess_starts = self.consumers.subprocess_starts();
        outcome.reconciliations = self.reconciliations;
        outcome.poisoned = self.poisoned.len();
        outcome.peak_memory = peak_memory()?;
        outcome.violations = violations;
        Ok(())
    }

    /// Exactly the poisoned messages and the hostile records must be dead-lettered, with their reasons.
    fn dead_letter_violations(&self) -> anyhow::Result<Vec<String>> {
        let dead_lettered = self.system.dead_lettered()?;
        let missing = self.poisoned.iter().filter(|body| {
            !dead_lettered
                .iter()
                .any(|one| one.body == **body && one.reason == "undecodable_message")
        });
        let mut violations: Vec<_> =
            missing.map(|body| format!("{body} was not dead-lettered")).collect();
        let meant = |reason: &str, body: &String| {
            self.poisoned.contains(body) || HostilePages::caused(reason, body)
        };
        for message in dead_lettered.iter().filter(|one| !meant(&one.reason, &one.body)) {
            violations.push(format!("dead-lettered: {} ({:?})", message.body, message.reason));
        }
        Ok(violations)
    }
}

/// Notifications twice and late, records that are 404 at first, 429, 5xx, resets, slowness.
///
/// A lossy round also drops notifications and serves older versions from a lagging replica: a
/// notification does not carry a version, so a consumer cannot know that its read was stale. The
/// reconciler repairs both. In the other rounds it does not run, so that it cannot hide what the rest of
/// the system has lost.
fn graph_faults(lossy: bool, retry_after: Duration) -> Faults {
    let if_lossy = |rate: f64| if lossy { rate } else { 0.0 };
    Faults {
        answers: AnswerFaults {
            late_records: 0.05,
            late_reads: 2,
            throttled: 0.01,
            throttled_for: retry_after,
            unavailable: 0.02,
            reset: 0.02,
            slow: 0.01,
            slow_by: Duration::from_millis(150),
            stale: if_lossy(0.05),
        },
        notifications: NotificationFaults {
            duplicated: 0.1,
            held_back: 0.1,
            held_back_for: Duration::from_secs(2),
            dropped: if_lossy(0.05),
        },
    }
}
