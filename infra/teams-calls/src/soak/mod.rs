//! The whole system under chance: faults, crashes and restarts without end, and at quiet points the
//! question whether everything is as if nothing had happened.

mod chaos;
mod crew;
mod history;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use fake_graph::{AnswerFaults, Faults, NotificationFaults};
use fastrand::Rng;
use jiff::tz::TimeZone;
use serde::Serialize;
use tokio::time::Instant;

use crate::system::{Comparison, Settings, System};
use chaos::Chaos;
use crew::Crew;
use history::History;

/// Versions between two quiet points.
const VERSIONS: usize = 120;

/// Versions that come at once.
const BURST: usize = 6;

/// The longest that a round may take to come to rest.
const TIMEOUT: Duration = Duration::from_secs(180);

/// The queue's visibility time-out: what a crashed consumer held comes again after it.
const VISIBILITY: Duration = Duration::from_secs(1_801);

/// What the reconciler has asked for it leaves alone for four hours.
const REQUEUE_AFTER: Duration = Duration::from_secs(5 * 3_600);

/// How often the reconciler may be needed before a round is whole.
const RECONCILIATIONS: u32 = 4;

/// What a soak is asked to be.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How long it goes on; the round that is under way then ends as usual.
    pub length: Duration,
    /// The seed of the history, the faults and the crashes.
    pub seed: u64,
    /// The consumer's binary, to be killed as well.
    pub consumer: Option<PathBuf>,
}

/// What a soak went through.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Survived {
    /// The seed that repeats the history, the faults and the crashes. How the consumers take turns
    /// is the machine's affair.
    pub seed: u64,
    /// How long it took.
    pub seconds: f64,
    /// Quiet points at which everything was compared.
    pub checks: u64,
    /// Calls in Graph at the last of them.
    pub calls: usize,
    /// Versions of records that Graph announced.
    pub versions: u64,
    /// Consumers that were dropped with whatever they were doing, each replaced by a cold one.
    pub crashes: u64,
    /// Times that the consumer's process was killed.
    pub kills: u64,
    /// Times that it was started.
    pub process_starts: u64,
    /// Times that the reconciler was needed once more at a quiet point.
    pub reconciliations: u64,
    /// Messages that nobody can read, put into the queue on purpose and dead-lettered with their reason.
    pub poisoned: usize,
    /// Requests that Graph, DynamoDB and SQS saw.
    pub requests: u64,
    /// How often each kind of fault struck.
    pub faults: BTreeMap<String, u64>,
    /// The most memory of this process, in bytes.
    pub peak_memory: u64,
    /// What is not as it should be, in words. The soak ends with the first round that finds any.
    pub wrong: Vec<String>,
}

/// Soaks, until the time is up or something is wrong; `tell` hears of every quiet point.
///
/// # Errors
///
/// When the system cannot be started or does not come to rest. What is stored wrongly is no error
/// but [`Survived::wrong`].
pub async fn soak(plan: &Plan, tell: impl Fn(&Survived)) -> anyhow::Result<Survived> {
    let began = Instant::now();
    let mut soak = Soak::start(plan).await?;
    let mut survived = Survived { seed: plan.seed, ..Survived::default() };
    while began.elapsed() < plan.length && survived.wrong.is_empty() {
        soak.round().await?;
        soak.check(&mut survived).await?;
        survived.seconds = began.elapsed().as_secs_f64();
        tell(&survived);
    }
    Ok(survived)
}

struct Soak {
    system: System,
    chaos: Chaos,
    history: History,
    crew: Crew,
    random: Rng,
    poison: Vec<String>,
    rounds: u64,
    reconciliations: u64,
    /// What Graph answered before its journal was last emptied.
    answers: BTreeMap<u16, u64>,
}

impl Soak {
    async fn start(plan: &Plan) -> anyhow::Result<Self> {
        let seed = plan.seed;
        let settings = Settings { consumers: 1, ..Settings::with_ordinary_faults(seed) };
        let mut system = System::start(settings).await?;
        system.stop_consuming();
        let crew = Crew::start(&system, plan.consumer.as_deref(), seed).await?;
        let day = TimeZone::UTC.to_datetime(system.now()).date().yesterday()?;
        let history = History::new(seed, day, system.tenant_id());
        Ok(Self {
            chaos: Chaos::new(seed),
            random: Rng::with_seed(seed ^ 0x736f_616b),
            poison: Vec::new(),
            answers: BTreeMap::new(),
            system,
            history,
            crew,
            rounds: 0,
            reconciliations: 0,
        })
    }

    /// Versions in bursts, faults all along, a consumer lost now and then; then rest.
    async fn round(&mut self) -> anyhow::Result<()> {
        let lossy = self.rounds.is_multiple_of(2);
        self.rounds += 1;
        self.system.graph().set_faults(graph_faults(lossy));
        self.chaos.rage(self.system.dynamodb().faults());
        self.chaos.rage(self.system.sqs().faults());
        self.poison().await?;
        for version in 0..VERSIONS {
            self.history.go_on(self.system.graph())?;
            if version % BURST == 0 {
                tokio::time::sleep(Duration::from_millis(self.random.u64(5..60))).await;
                if self.random.u32(..3) == 0 {
                    self.crew.lose_one(&self.system).await?;
                }
            }
        }
        // What the lost ones held comes again, and so does what the living ones are at work on.
        self.system.clock().advance(VISIBILITY);
        self.system.drained(TIMEOUT).await.context("the faults went on")?;
        self.history.look_back(self.system.graph());
        self.system.drained(TIMEOUT).await.context("the faults went on")?;
        if lossy {
            // The faults may hit it, too; then the next one goes on with what it left.
            self.system.tick_reconciler("everything").await.ok();
            self.system.drained(TIMEOUT).await.context("the faults went on")?;
        }
        self.calm();
        if lossy {
            self.reconcile().await?;
        }
        Ok(())
    }

    /// No fault strikes from now on.
    fn calm(&self) {
        self.system.dynamodb().faults().clear();
        self.system.sqs().faults().clear();
        self.system.graph().set_faults(Faults::default());
        for (id, _) in self.system.graph().call_records() {
            self.system.graph().serve_stale(&id, 0);
        }
    }

    /// Lets the reconciler find what no notification told and what an older replica hid.
    async fn reconcile(&mut self) -> anyhow::Result<()> {
        for _ in 0..RECONCILIATIONS {
            if self.system.compare_with_graph().await?.is_whole() {
                return Ok(());
            }
            self.system.clock().advance(REQUEUE_AFTER);
            self.system.tick_reconciler("everything").await?;
            self.system.drained(TIMEOUT).await?;
            self.reconciliations += 1;
        }
        Ok(())
    }

    /// A message that nobody can read. The queue's faults are the webhook's and the consumers' to
    /// get over: this one is sent until it is there.
    async fn poison(&mut self) -> anyhow::Result<()> {
        let body = format!("poison {}", self.poison.len());
        let client = aws_stand_ins::sqs_client(&self.system.sqs().url());
        let queue = &self.system.queues().calls;
        while client.send_message().queue_url(queue).message_body(&body).send().await.is_err() {}
        self.poison.push(body);
        Ok(())
    }

    /// Compares everything, while no fault strikes.
    async fn check(&mut self, survived: &mut Survived) -> anyhow::Result<()> {
        let system = &self.system;
        // A subscription lives for 70 hours, and every round takes half an hour at least.
        system.tick_renewer().await?;

        let comparison = system.compare_with_graph().await?;
        let mut wrong = Vec::new();
        if !comparison.is_whole() {
            let Comparison { missing, stale, .. } = comparison;
            wrong.push(format!("{missing} calls are missing and {stale} are stale"));
        }
        let recomputed = system.recompute().await?;
        wrong.extend(recomputed.sentences());
        if recomputed.days_too_old > 0 {
            wrong.push("the clock ran past the retention; soak for less time".to_owned());
        }
        wrong.extend(self.wrongly_dead_lettered()?);

        let counters = system.graph().counters();
        for (status, times) in &counters.answers {
            *self.answers.entry(*status).or_default() += times;
        }
        survived.requests = self.answers.values().sum::<u64>()
            + system.dynamodb().faults().requests()
            + system.sqs().faults().requests();
        survived.faults = self.chaos.tally();
        for (status, times) in self.answers.iter().filter(|(status, _)| **status >= 400) {
            survived.faults.insert(format!("graph: {status}"), *times);
        }
        for (name, times) in [
            ("graph: connection lost", self.answers.get(&0).copied().unwrap_or_default()),
            ("graph: not notified at all", counters.dropped),
            ("graph: notified twice", counters.duplicated),
            ("graph: notified late", counters.held_back),
            ("graph: notification refused and sent again", counters.refused),
        ] {
            survived.faults.insert(name.to_owned(), times);
        }
        // Otherwise it grows with every request.
        system.graph().forget_requests();
        system.metrics().forget();

        survived.checks += 1;
        survived.calls = comparison.in_graph;
        survived.versions = self.history.versions();
        survived.crashes = self.crew.crashes();
        survived.kills = self.crew.kills();
        survived.process_starts = self.crew.starts();
        survived.reconciliations = self.reconciliations;
        survived.poisoned = self.poison.len();
        survived.peak_memory = peak_memory()?;
        survived.wrong = wrong;
        Ok(())
    }

    /// Every poisoned message is dead-lettered with its reason, and nothing else is.
    fn wrongly_dead_lettered(&self) -> anyhow::Result<Vec<String>> {
        let dead_lettered = self.system.dead_lettered()?;
        let lost = self.poison.iter().filter(|body| {
            !dead_lettered
                .iter()
                .any(|one| one.body == **body && one.reason == "undecodable_message")
        });
        let mut wrong: Vec<_> = lost.map(|body| format!("{body} was not dead-lettered")).collect();
        for message in dead_lettered.iter().filter(|one| !self.poison.contains(&one.body)) {
            wrong.push(format!("dead-lettered: {} ({:?})", message.body, message.reason));
        }
        Ok(wrong)
    }
}

/// Notifications twice and late, records that are 404 at first, 429, 5xx, resets, slowness.
///
/// In a lossy round also notifications that never come, and older versions from a replica that lags:
/// a notification does not say which version it tells of, so a consumer cannot know that it was
/// shown the one before. The reconciler makes both good. In the other rounds it does not run, so that
/// it cannot hide what the rest of the system has lost.
fn graph_faults(lossy: bool) -> Faults {
    let share = |share: f64| if lossy { share } else { 0.0 };
    Faults {
        answers: AnswerFaults {
            late_records: 0.05,
            late_reads: 2,
            throttled: 0.01,
            throttled_for: Duration::from_millis(300),
            unavailable: 0.02,
            reset: 0.02,
            slow: 0.01,
            slow_by: Duration::from_millis(150),
            stale: share(0.05),
        },
        notifications: NotificationFaults {
            duplicated: 0.1,
            held_back: 0.1,
            held_back_for: Duration::from_secs(2),
            dropped: share(0.05),
        },
    }
}

/// The most memory that this process had, in bytes, as Linux counts it.
fn peak_memory() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes =
        line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    Ok(kilobytes.context("/proc/self/status has no VmHWM")? * 1024)
}
