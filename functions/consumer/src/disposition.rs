//! What becomes of a message: the policy for late, undecodable and throttled work, in one place.

use std::time::Duration;

use backoff::Backoff;
use call_table::TableError;
use lambda_kit::Metric;
use msgraph::Error as GraphError;

/// How long a record may stay 404 after its notification before its message is dead-lettered: Graph
/// publishes the first version within 150 minutes at the latest.
pub const GIVE_UP_AFTER: Duration = Duration::from_secs(3 * 3600);

/// The backoff for a record that is not there yet, in minutes; the last value repeats.
const NOT_FOUND_BACKOFF_MINUTES: [u64; 6] = [1, 2, 5, 10, 20, 30];

/// After a failure that a retry may not cure, a message is dead-lettered at this attempt.
const MAX_DOUBTFUL_ATTEMPTS: u32 = 5;

/// Every backoff grows up to this, so that no day costs a message 60 of the receives that the queue
/// allows.
const MAX_BACKOFF: Duration = Duration::from_secs(30 * 60);

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
    /// Graph or the login service refused the credentials.
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
    /// The code failed on this message.
    Panicked,
}

/// The word for a reason, and the metrics that count it: none where no message is retried, or
/// dead-lettered, for it.
struct Names {
    word: &'static str,
    retried: Option<Metric>,
    dead_lettered: Option<Metric>,
}

impl Reason {
    fn names(self) -> Names {
        use crate::metrics::*;
        let (word, retried, dead_lettered) = match self {
            Self::NotFound => ("not_found", Some(RETRIED_NOT_FOUND), Some(DEAD_LETTERED_NOT_FOUND)),
            Self::OlderVersion => {
                ("older_version", Some(RETRIED_OLDER_VERSION), Some(DEAD_LETTERED_OLDER_VERSION))
            }
            Self::Throttled => ("throttled", Some(RETRIED_THROTTLED), None),
            Self::GraphUnavailable => ("graph_unavailable", Some(RETRIED_GRAPH_UNAVAILABLE), None),
            Self::Unauthorized => ("unauthorized", Some(RETRIED_UNAUTHORIZED), None),
            Self::Changed => ("changed", Some(RETRIED_CHANGED), Some(DEAD_LETTERED_CHANGED)),
            Self::Rejected => ("rejected", Some(RETRIED_REJECTED), Some(DEAD_LETTERED_REJECTED)),
            Self::UndecodableRecord => {
                ("undecodable_record", None, Some(DEAD_LETTERED_UNDECODABLE_RECORD))
            }
            Self::UndecodableMessage => {
                ("undecodable_message", None, Some(DEAD_LETTERED_UNDECODABLE_MESSAGE))
            }
            Self::StoreUnavailable => ("store_unavailable", Some(RETRIED_STORE_UNAVAILABLE), None),
            Self::StoreRefused => ("store_refused", Some(RETRIED_STORE_REFUSED), None),
            Self::OutOfTime => ("out_of_time", Some(RETRIED_OUT_OF_TIME), None),
            Self::Panicked => ("panicked", Some(RETRIED_PANICKED), Some(DEAD_LETTERED_PANICKED)),
        };
        Names { word, retried, dead_lettered }
    }

    /// The word in logs and dead-lettered messages.
    pub fn as_str(self) -> &'static str {
        self.names().word
    }

    pub(crate) fn retried_metric(self) -> Option<Metric> {
        self.names().retried
    }

    pub(crate) fn dead_lettered_metric(self) -> Option<Metric> {
        self.names().dead_lettered
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
pub fn after_storing(version: i64, delivery: Delivery) -> Disposition {
    if delivery.required_version.is_none_or(|required| required <= version) {
        return Disposition::Done;
    }
    let detail = "Graph lists a newer version of the call record than it has given for three hours";
    not_yet(delivery, Reason::OlderVersion, detail)
}

/// What to do after a failure of Graph.
pub fn after_graph(error: &GraphError, delivery: Delivery) -> Disposition {
    match error {
        GraphError::NotFoundYet => not_found(delivery),
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
        GraphError::Changed => changed(delivery),
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
    }
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

/// A panic harms one message. It is retried a few times, because the cause may be elsewhere, and then
/// dead-lettered, because it may be the message itself.
pub fn after_panic(delivery: Delivery) -> Disposition {
    doubtful(
        Reason::Panicked,
        "the consumer panicked on this message; its log has the place".to_owned(),
        delivery,
    )
}

/// 404 means too early, too late or an outage, and the body does not say which: only the age of the
/// message does.
fn not_found(delivery: Delivery) -> Disposition {
    let detail = "Graph has had no such call record for three hours after its notification";
    not_yet(delivery, Reason::NotFound, detail)
}

fn not_yet(delivery: Delivery, reason: Reason, detail: &str) -> Disposition {
    if delivery.age >= GIVE_UP_AFTER {
        return Disposition::DeadLetter { reason, detail: detail.to_owned() };
    }
    let attempt = usize::try_from(delivery.receive_count.saturating_sub(1)).unwrap_or(usize::MAX);
    let minutes = NOT_FOUND_BACKOFF_MINUTES[attempt.min(NOT_FOUND_BACKOFF_MINUTES.len() - 1)];
    retry_later(Duration::from_secs(minutes * 60), reason)
}

/// A record that changed while it was read is read again soon. One that differs at every reading lacks
/// a page, and is dead-lettered.
fn changed(delivery: Delivery) -> Disposition {
    if delivery.age >= GIVE_UP_AFTER {
        return Disposition::DeadLetter {
            reason: Reason::Changed,
            detail: "for three hours the record, or a page of it, changed at every reading"
                .to_owned(),
        };
    }
    retry_later(long_backoff(delivery.receive_count), Reason::Changed)
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
