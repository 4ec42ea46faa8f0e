//! Queues and attendants, and their agents.

use call_records::Seconds;
use jiff::civil::Date;
use serde::Serialize;
use voice_apps::{AgentCounts, AppCounts, Waits};

use super::{Figure, List};
use crate::format::number;
use crate::people::{Person, ShownVoiceApp};

/// The queues and attendants of some UTC days.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct QueuesReport {
    /// The only queue or attendant that is counted; absent where all are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) only: Option<ShownVoiceApp>,
    /// Seconds within which a call counts for the service level.
    pub(crate) within_seconds: u32,
    pub(crate) days: usize,
    pub(crate) days_rolled_up: usize,
    /// What has to be known to read the numbers, in sentences.
    pub(crate) notes: Vec<String>,
    /// All queues together; the one that was asked for, if any.
    pub(crate) total: AppNumbers,
    /// The same by day; only days that are rolled up.
    pub(crate) by_day: Vec<DayOfQueues>,
    /// Each queue and attendant, the most offered first.
    pub(crate) queues: Vec<AppRow>,
    /// Each of them on each day, the newest day first.
    pub(crate) queues_by_day: List<AppOnDay>,
    /// The agents, the most rung first.
    pub(crate) agents: List<AgentRow>,
    /// Agents of a day that are counted and in no list.
    pub(crate) agents_left_out: u64,
}

/// The numbers of a queue or an attendant.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct AppNumbers {
    pub(crate) offered: u64,
    pub(crate) answered: u64,
    pub(crate) voicemail: u64,
    pub(crate) forwarded: u64,
    pub(crate) abandoned: u64,
    pub(crate) unknown: u64,
    pub(crate) not_final: u64,
    pub(crate) answered_wait: ShownWaits,
    pub(crate) abandoned_wait: ShownWaits,
    pub(crate) passed_on_wait: ShownWaits,
    /// Shares, means and service levels.
    pub(crate) figures: Vec<Figure>,
}

/// Waits.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ShownWaits {
    pub(crate) known: u64,
    pub(crate) unknown: u64,
    pub(crate) seconds: Seconds,
    pub(crate) longest_seconds: Seconds,
    pub(crate) buckets: Vec<Bucket>,
}

/// Waits that were longer than the bound of the bucket before and at most its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Bucket {
    /// Null: longer than all others.
    pub(crate) at_most_seconds: Option<u32>,
    pub(crate) calls: u64,
}

/// A day.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DayOfQueues {
    pub(crate) date: Date,
    #[serde(flatten)]
    pub(crate) numbers: AppNumbers,
}

/// A queue or an attendant.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct AppRow {
    #[serde(flatten)]
    pub(crate) app: ShownVoiceApp,
    #[serde(flatten)]
    pub(crate) numbers: AppNumbers,
}

/// A queue or an attendant on a day.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct AppOnDay {
    pub(crate) date: Date,
    #[serde(flatten)]
    pub(crate) row: AppRow,
}

/// An agent of any queue or attendant.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct AgentRow {
    #[serde(flatten)]
    pub(crate) person: Person,
    pub(crate) rung: u64,
    pub(crate) answered: u64,
    pub(crate) not_taken: u64,
    pub(crate) took_over: u64,
    pub(crate) seconds: Seconds,
}

impl AppNumbers {
    /// The numbers of counts, with these figures made of them.
    pub(crate) fn new(counts: &AppCounts, figures: Vec<Figure>) -> Self {
        Self {
            offered: counts.offered,
            answered: counts.answered,
            voicemail: counts.voicemail,
            forwarded: counts.forwarded,
            abandoned: counts.abandoned,
            unknown: counts.unknown,
            not_final: counts.not_final,
            answered_wait: ShownWaits::from(&counts.answered_wait),
            abandoned_wait: ShownWaits::from(&counts.abandoned_wait),
            passed_on_wait: ShownWaits::from(&counts.passed_on_wait),
            figures,
        }
    }

    /// The figure of this id.
    pub(crate) fn figure(&self, id: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.id == id)
    }

    /// How many waited in each bucket, whatever became of them.
    pub(crate) fn buckets(&self) -> Vec<Bucket> {
        let mut all = self.answered_wait.buckets.clone();
        for other in [&self.abandoned_wait, &self.passed_on_wait] {
            for (sum, bucket) in all.iter_mut().zip(&other.buckets) {
                sum.calls += bucket.calls;
            }
        }
        all
    }
}

impl From<&Waits> for ShownWaits {
    fn from(waits: &Waits) -> Self {
        let buckets = waits.buckets();
        Self {
            known: waits.known,
            unknown: waits.unknown,
            seconds: seconds(waits.ms),
            longest_seconds: seconds(waits.longest_ms),
            buckets: buckets
                .map(|(at_most_seconds, calls)| Bucket { at_most_seconds, calls })
                .collect(),
        }
    }
}

impl AgentRow {
    pub(crate) fn new(person: Person, counts: AgentCounts) -> Self {
        let AgentCounts { rung, answered, not_taken, took_over, ms } = counts;
        Self { person, rung, answered, not_taken, took_over, seconds: seconds(ms) }
    }
}

fn seconds(ms: u64) -> Seconds {
    Seconds::from_millis(number(ms))
}
