//! What becomes of a message: the policy for late, undecodable and throttled work, in one place.

use std::time::Duration;

use backoff::Backoff;
use call_table::TableError;
use jiff::Timestamp;
use lambda_kit::Metric;
use msgraph::{Error as GraphError, RateLimit};

/// How long a message waits for a record that is not as it should be, from when it first met that:
/// Graph publishes the first version within 150 minutes at the latest.
pub const GIVE_UP_AFTER: Duration = Duration::from_secs(3 * 3600);

/// How often it must have met it by then. Between two times there may have been an outage of hours, in
/// which nothing was learned about the record.
pub const MIN_TIMES: usize = 5;

/// How old a message may become that waits for the budget for calls that Graph does not know: by then
/// the reconciler has compared everything that Graph lists with the table, and has had it fetched.
pub const UNKNOWN_GIVE_UP_AFTER: Duration = Duration::from_hours(48);

/// The backoff for a record that is not there yet, in minutes; the last value repeats.
const NOT_FOUND_BACKOFF_MINUTES: [u64; 6] = [1, 2, 5, 10, 20, 30];

/// After a failure that a retry may not cure, a message is dead-lettered at this attempt.
const MAX_DOUBTFUL_ATTEMPTS: u32 = 5;

/// Every backoff grows up to this, so that no day costs a message 60 of the receives that the queue
/// allows.
const MAX_BACKOFF: Duration = Duration::from_secs(30 * 60);
/// After this time the requests for one record that the last invocation made count no longer in Graph's
/// rate limit.
const CONTINUE_AFTER: Duration = RateLimit::ONE_RECORD.window;

/// Up to this attempt a large meeting is continued without a backoff. One of 20,000 people takes five.
const MAX_CONTINUATIONS: u32 = 40;

/// What is done with one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// The call is stored at the version that Graph gave, or at a newer one: the message is deleted.
    Done,
    /// The message stays in the queue, invisible for this time.
    RetryLater { after: Duration, reason: Reason },
    DeadLetter {
        reason: Reason,
        /// One sentence for the operator who reads the dead-letter queue; no name, no id of a person.
        detail: String,
    },
}

/// What becomes of a message, as far as the outcome itself says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    Final(Disposition),
    /// It depends on since when the message has met this: see [`while_waiting`].
    Waits(Condition),
}

impl From<Disposition> for Decision {
    fn from(disposition: Disposition) -> Self {
        Self::Final(disposition)
    }
}

/// A condition of a record that passes by itself as a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Graph answered 404. That means too early, too late or an outage, and the body does not say which.
    NotFound,
    /// Graph gave an older version than its list named: a replica lags behind.
    OlderVersion,
    /// The record changed while it was read. One that does so at every reading lacks a page.
    Changed,
}

impl Condition {
    /// The reason for which a message that meets it is retried, and dead-lettered in the end.
    pub fn reason(self) -> Reason {
        match self {
            Self::NotFound => Reason::NotFound,
            Self::OlderVersion => Reason::OlderVersion,
            Self::Changed => Reason::Changed,
        }
    }
}

/// When a message first met a condition, and how often since then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observed {
    pub since: Timestamp,
    pub times: usize,
}

/// Why a message is retried or dead-lettered: the word in metrics, logs and dead-lettered messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Graph answered 404: the record is not there yet, or no longer.
    NotFound,
    /// Graph gave an older version than the one that it is known to have.
    OlderVersion,
    /// Graph answered 429, or 503 with a time to wait.
    Throttled,
    /// Graph could not be reached, or answered 5xx.
    GraphUnavailable,
    /// No list of Graph named the call, and the budget for calls that Graph does not know is used up.
    UnknownBudget,
    /// Graph or the login service refused the credentials, or there are none: the secret is blank or
    /// cannot be read.
    Unauthorized,
    /// The record changed while it was read.
    Changed,
    /// Graph refused the request for good.
    Rejected,
    /// What Graph sent is not a call record.
    UndecodableRecord,
    /// The message is no call message.
    UndecodableMessage,
    /// The table is contended, throttled or out of reach.
    StoreUnavailable,
    /// The table refuses access, or holds what this version cannot read.
    StoreRefused,
    /// The invocation had no time left.
    OutOfTime,
    /// The invocation had no time left, and a part of a large call is stored.
    Continued,
    /// The code failed on this message.
    Panicked,
}

impl Reason {
    /// The word in logs and dead-lettered messages, and the metric that counts retries: none where no
    /// message is retried for it.
    fn names(self) -> (&'static str, Option<Metric>) {
        use crate::metrics::*;
        match self {
            Self::NotFound => ("not_found", Some(RETRIED_NOT_FOUND)),
            Self::OlderVersion => ("older_version", Some(RETRIED_OLDER_VERSION)),
            Self::Throttled => ("throttled", Some(RETRIED_THROTTLED)),
            Self::GraphUnavailable => ("graph_unavailable", Some(RETRIED_GRAPH_UNAVAILABLE)),
            Self::UnknownBudget => ("unknown_budget", Some(RETRIED_UNKNOWN_BUDGET)),
            Self::Unauthorized => ("unauthorized", Some(RETRIED_ACCESS_REFUSED)),
            Self::Changed => ("changed", Some(RETRIED_CHANGED)),
            Self::Rejected => ("rejected", Some(RETRIED_REJECTED)),
            Self::UndecodableRecord => ("undecodable_record", None),
            Self::UndecodableMessage => ("undecodable_message", None),
            Self::StoreUnavailable => ("store_unavailable", Some(RETRIED_STORE_UNAVAILABLE)),
            Self::StoreRefused => ("store_refused", Some(RETRIED_ACCESS_REFUSED)),
            Self::OutOfTime => ("out_of_time", Some(RETRIED_OUT_OF_TIME)),
            Self::Continued => ("continued", Some(RETRIED_CONTINUED)),
            Self::Panicked => ("panicked", Some(RETRIED_PANICKED)),
        }
    }

    /// The word in logs and dead-lettered messages.
    pub fn as_str(self) -> &'static str {
        self.names().0
    }

    pub(crate) fn retried_metric(self) -> Option<Metric> {
        self.names().1
    }
}

/// What the queue says about one delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// How often the message was received, this time included.
    pub receive_count: u32,
    /// How long ago it was put into the queue. A redrive from the dead-letter queue starts anew.
    pub age: Duration,
    /// The version that Graph's list named, where the message comes from the list; none where it comes
    /// from a notification, which names no version.
    pub required_version: Option<i64>,
}

/// What to do when the call is stored at `version`.
///
/// A replica of Graph may lag behind its list. Then the message is retried as for 404, because the
/// required version is not there yet.
pub fn after_storing(version: i64, delivery: Delivery) -> Decision {
    if delivery.required_version.is_none_or(|required| required <= version) {
        Disposition::Done.into()
    } else {
        Decision::Waits(Condition::OlderVersion)
    }
}

/// What to do after a failure of Graph.
pub fn after_graph(error: &GraphError, delivery: Delivery) -> Decision {
    let disposition = match error {
        GraphError::NotFoundYet => return Decision::Waits(Condition::NotFound),
        GraphError::Changed => return Decision::Waits(Condition::Changed),
        // Never sooner than Graph asked for, and with the backoff where it asked for next to nothing:
        // an answer of 0 s, repeated for minutes, would use up the receives that the queue allows.
        GraphError::Throttled { retry_after } => {
            retry_later(long_backoff(delivery.receive_count).max(*retry_after), Reason::Throttled)
        }
        GraphError::Unauthorized { .. } | GraphError::Login { .. } => {
            retry_later(long_backoff(delivery.receive_count), Reason::Unauthorized)
        }
        GraphError::Unavailable { .. } => {
            retry_later(long_backoff(delivery.receive_count), Reason::GraphUnavailable)
        }
        GraphError::OutOfTime => out_of_time(delivery),
        GraphError::Undecodable { source, .. } => Disposition::DeadLetter {
            reason: Reason::UndecodableRecord,
            detail: source.to_string(),
        },
        GraphError::ForeignLink
        | GraphError::EndlessPages { .. }
        | GraphError::AlreadyExists { .. }
        | GraphError::QuotaExceeded { .. }
        | GraphError::HandshakeFailed { .. }
        | GraphError::Gone
        | GraphError::Rejected { .. } => doubtful(Reason::Rejected, error.to_string(), delivery),
    };
    disposition.into()
}

/// What to do while the secret with the credentials is blank or cannot be read: as if they had been
/// refused.
pub fn without_secret(delivery: Delivery) -> Disposition {
    retry_later(long_backoff(delivery.receive_count), Reason::Unauthorized)
}

/// What to do after a failure of the table.
pub fn after_store(error: &TableError, delivery: Delivery) -> Disposition {
    match error {
        TableError::Contended | TableError::Throttled | TableError::Unavailable(_) => {
            retry_later(short_backoff(delivery.receive_count), Reason::StoreUnavailable)
        }
        TableError::OutOfTime => out_of_time(delivery),
        TableError::Misconfigured(_) | TableError::Corrupt(_) => {
            retry_later(long_backoff(delivery.receive_count), Reason::StoreRefused)
        }
    }
}

/// What to do when the invocation has no time left for a call: one that takes longer than an invocation
/// must not come back at once, time and again.
pub fn out_of_time(delivery: Delivery) -> Disposition {
    retry_later(long_backoff(delivery.receive_count), Reason::OutOfTime)
}

/// What to do with a message whose call is not stored and was named by a notification alone, while the
/// budget for calls that Graph does not know is used up; a part of it is free again after `free_after`.
pub fn beyond_budget(free_after: Duration, delivery: Delivery) -> Disposition {
    let reason = Reason::UnknownBudget;
    if delivery.age >= UNKNOWN_GIVE_UP_AFTER {
        let detail = format!(
            "the call is not stored {} hours after its notification, and the budget for calls that \
             Graph does not know is used up (the parameter UnknownCallsPerHour)",
            delivery.age.as_secs() / 3600
        );
        return Disposition::DeadLetter { reason, detail };
    }
    retry_later(free_after.max(long_backoff(delivery.receive_count)), reason)
}

/// What to do when the next delivery continues where this one stopped: each comes further, so that
/// no backoff is needed.
pub fn continued(delivery: Delivery) -> Disposition {
    let after = if delivery.receive_count < MAX_CONTINUATIONS {
        CONTINUE_AFTER
    } else {
        long_backoff(delivery.receive_count)
    };
    retry_later(after, Reason::Continued)
}

/// A panic harms one message. It is retried a few times, because the cause may be elsewhere, and then
/// dead-lettered, because it may be the message itself.
pub fn after_panic(delivery: Delivery) -> Disposition {
    doubtful(
        Reason::Panicked,
        "the consumer panicked on this message; its log has the place".to_owned(),
        delivery,
    )
}

/// What to do with a message that met a condition, once more or for the first time.
pub fn while_waiting(
    condition: Condition,
    delivery: Delivery,
    observed: Observed,
    now: Timestamp,
) -> Disposition {
    let Observed { since, times } = observed;
    let waited = Duration::try_from(now.duration_since(since)).unwrap_or_default();
    if waited >= GIVE_UP_AFTER && times >= MIN_TIMES {
        let what = match condition {
            Condition::NotFound => "Graph answered that it has no such call record",
            Condition::OlderVersion => {
                "Graph gave an older version of the call record than it lists"
            }
            Condition::Changed => "the record, or a page of it, changed while it was read",
        };
        let detail = format!("{what}: {times} times, first at {since:.0}, last at {now:.0}");
        return Disposition::DeadLetter { reason: condition.reason(), detail };
    }
    let after = match condition {
        Condition::NotFound | Condition::OlderVersion => not_yet_backoff(delivery.receive_count),
        Condition::Changed => long_backoff(delivery.receive_count),
    };
    retry_later(after, condition.reason())
}

fn not_yet_backoff(receive_count: u32) -> Duration {
    let attempt = usize::try_from(receive_count.saturating_sub(1)).unwrap_or(usize::MAX);
    let last = NOT_FOUND_BACKOFF_MINUTES.len() - 1;
    Duration::from_mins(NOT_FOUND_BACKOFF_MINUTES[attempt.min(last)])
}

fn doubtful(reason: Reason, detail: String, delivery: Delivery) -> Disposition {
    if delivery.receive_count >= MAX_DOUBTFUL_ATTEMPTS {
        Disposition::DeadLetter { reason, detail }
    } else {
        retry_later(long_backoff(delivery.receive_count), reason)
    }
}

fn retry_later(after: Duration, reason: Reason) -> Disposition {
    Disposition::RetryLater { after, reason }
}

/// 5 s doubling to 30 minutes: contention passes quickly.
fn short_backoff(receive_count: u32) -> Duration {
    backoff(Duration::from_secs(5), receive_count)
}

/// 30 s doubling to 30 minutes: a weekend and a day of outage cost about 175 receives of the 200 that
/// the queue allows before it dead-letters a message by itself.
fn long_backoff(receive_count: u32) -> Duration {
    backoff(Duration::from_secs(30), receive_count)
}

fn backoff(first: Duration, receive_count: u32) -> Duration {
    Backoff::new(first, MAX_BACKOFF).delay(receive_count.saturating_sub(1))
}

#[cfg(test)]
mod tests;
