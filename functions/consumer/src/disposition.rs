//! What becomes of a message: the policy for late, undecodable and throttled work, in one place.

use std::time::Duration;

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
        GraphError::Throttled { retry_after } => retry_later(*retry_after, Reason::Throttled),
        GraphError::Unauthorized { .. } | GraphError::Login { .. } => {
            retry_later(long_backoff(delivery.receive_count), Reason::Unauthorized)
        }
        GraphError::Unavailable { .. } => {
            retry_later(long_backoff(delivery.receive_count), Reason::GraphUnavailable)
        }
        GraphError::Changed => changed(delivery),
        GraphError::OutOfTime => retry_later(Duration::ZERO, Reason::OutOfTime),
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
        TableError::OutOfTime => retry_later(Duration::ZERO, Reason::OutOfTime),
        TableError::Misconfigured(_) | TableError::Corrupt(_) => {
            retry_later(long_backoff(delivery.receive_count), Reason::StoreRefused)
        }
    }
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

/// 5 s doubling to 10 minutes: contention passes quickly.
fn short_backoff(receive_count: u32) -> Duration {
    backoff(Duration::from_secs(5), Duration::from_secs(600), receive_count)
}

/// 30 s doubling to 30 minutes: a weekend and a day of outage cost about 175 receives of the 200 that
/// the queue allows before it dead-letters a message by itself.
fn long_backoff(receive_count: u32) -> Duration {
    backoff(Duration::from_secs(30), Duration::from_secs(1800), receive_count)
}

fn backoff(first: Duration, max: Duration, receive_count: u32) -> Duration {
    let doublings = receive_count.saturating_sub(1).min(16);
    first.saturating_mul(1 << doublings).min(max)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn delivery(receive_count: u32, age_minutes: u64) -> Delivery {
        Delivery {
            receive_count,
            age: Duration::from_secs(age_minutes * 60),
            required_version: None,
        }
    }

    #[rstest]
    #[case(1, 0, 1)]
    #[case(2, 1, 2)]
    #[case(3, 3, 5)]
    #[case(4, 8, 10)]
    #[case(5, 18, 20)]
    #[case(6, 38, 30)]
    #[case(9, 128, 30)]
    #[case(0, 0, 1)]
    fn a_record_that_is_not_there_yet_is_fetched_again_after_a_growing_backoff(
        #[case] receive_count: u32,
        #[case] age: u64,
        #[case] minutes: u64,
    ) {
        assert_eq!(
            after_graph(&GraphError::NotFoundYet, delivery(receive_count, age)),
            retry_later(Duration::from_secs(minutes * 60), Reason::NotFound)
        );
    }

    #[test]
    fn a_record_that_is_missing_for_three_hours_is_dead_lettered() {
        assert!(matches!(
            after_graph(&GraphError::NotFoundYet, delivery(11, 180)),
            Disposition::DeadLetter { reason: Reason::NotFound, .. }
        ));
    }

    #[rstest]
    #[case::none_is_required(None, 0, Disposition::Done)]
    #[case::the_required_one(Some(2), 0, Disposition::Done)]
    #[case::a_newer_one(Some(1), 0, Disposition::Done)]
    #[case::an_older_one(Some(3), 0, retry_later(Duration::from_secs(60), Reason::OlderVersion))]
    fn an_older_version_than_the_required_one_is_not_enough(
        #[case] required_version: Option<i64>,
        #[case] age: u64,
        #[case] expected: Disposition,
    ) {
        assert_eq!(after_storing(2, Delivery { required_version, ..delivery(1, age) }), expected);
    }

    #[test]
    fn a_version_that_is_missing_for_three_hours_is_dead_lettered() {
        let delivery = Delivery { required_version: Some(3), ..delivery(11, 180) };
        assert!(matches!(
            after_storing(2, delivery),
            Disposition::DeadLetter { reason: Reason::OlderVersion, .. }
        ));
    }

    #[rstest]
    #[case(1, 0, Some(30))]
    #[case(3, 10, Some(120))]
    #[case(9, 179, Some(1_800))]
    #[case(12, 180, None)]
    fn a_record_that_changes_is_read_again_for_three_hours(
        #[case] receive_count: u32,
        #[case] age: u64,
        #[case] seconds: Option<u64>,
    ) {
        let disposition = after_graph(&GraphError::Changed, delivery(receive_count, age));
        match seconds {
            Some(seconds) => {
                assert_eq!(disposition, retry_later(Duration::from_secs(seconds), Reason::Changed));
            }
            None => assert!(matches!(
                disposition,
                Disposition::DeadLetter { reason: Reason::Changed, .. }
            )),
        }
    }

    #[test]
    fn a_day_of_outage_stays_under_the_receives_that_the_queue_allows() {
        let mut waited = Duration::ZERO;
        let mut receives = 0;
        while waited < Duration::from_secs(24 * 3600) {
            receives += 1;
            let error = GraphError::Unavailable { detail: String::new() };
            let Disposition::RetryLater { after, .. } = after_graph(&error, delivery(receives, 0))
            else {
                panic!("an outage dead-letters nothing");
            };
            waited += after;
        }
        assert!(receives < 60, "{receives} receives");
    }

    #[rstest]
    #[case(1, false)]
    #[case(4, false)]
    #[case(5, true)]
    fn a_panic_is_retried_four_times(#[case] receive_count: u32, #[case] dead_lettered: bool) {
        let disposition = after_panic(delivery(receive_count, 0));
        assert_eq!(matches!(disposition, Disposition::DeadLetter { .. }), dead_lettered);
    }

    #[test]
    fn a_throttled_message_waits_as_long_as_graph_asked_for() {
        let retry_after = Duration::from_millis(2_128);
        assert_eq!(
            after_graph(&GraphError::Throttled { retry_after }, delivery(7, 0)),
            retry_later(retry_after, Reason::Throttled)
        );
    }

    #[test]
    fn contention_is_retried_after_a_short_backoff() {
        assert_eq!(
            after_store(&TableError::Contended, delivery(2, 0)),
            retry_later(Duration::from_secs(10), Reason::StoreUnavailable)
        );
    }

    #[rstest]
    #[case(GraphError::NotFoundYet)]
    #[case(GraphError::Gone)]
    #[case(GraphError::Throttled { retry_after: Duration::ZERO })]
    #[case(GraphError::Unauthorized { status: 403, advice: String::new() })]
    #[case(GraphError::Unavailable { detail: String::new() })]
    #[case(GraphError::ForeignLink)]
    #[case(GraphError::EndlessPages { pages: 1 })]
    #[case(GraphError::Rejected { advice: "", reference: msgraph::Reference::default() })]
    #[case(GraphError::Undecodable {
        body: msgraph::RawBody::default(),
        source: msgraph::Undecodable::OtherRecord,
    })]
    #[case(GraphError::Changed)]
    #[case(GraphError::OutOfTime)]
    fn every_failure_of_graph_is_counted_by_its_reason(#[case] error: GraphError) {
        for delivery in [delivery(1, 0), delivery(200, 200)] {
            assert_counted(&after_graph(&error, delivery));
        }
    }

    #[rstest]
    #[case(TableError::Contended)]
    #[case(TableError::Throttled)]
    #[case(TableError::Unavailable(String::new()))]
    #[case(TableError::Misconfigured(String::new()))]
    #[case(TableError::Corrupt(String::new()))]
    #[case(TableError::OutOfTime)]
    fn every_failure_of_the_table_is_counted_by_its_reason(#[case] error: TableError) {
        for delivery in [delivery(1, 0), delivery(200, 200)] {
            assert_counted(&after_store(&error, delivery));
            assert_counted(&after_panic(delivery));
            assert_counted(&after_storing(2, Delivery { required_version: Some(3), ..delivery }));
        }
    }

    fn assert_counted(disposition: &Disposition) {
        let metric = match disposition {
            Disposition::Done => panic!("a failure is not done"),
            Disposition::RetryLater { reason, .. } => reason.retried_metric(),
            Disposition::DeadLetter { reason, .. } => reason.dead_lettered_metric(),
        };
        assert!(metric.is_some(), "{disposition:?} has no metric");
    }
}
