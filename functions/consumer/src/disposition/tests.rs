use rstest::rstest;

use super::*;

fn delivery(receive_count: u32, age_minutes: u64) -> Delivery {
    Delivery { receive_count, age: Duration::from_secs(age_minutes * 60), required_version: None }
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
        None => {
            assert!(matches!(disposition, Disposition::DeadLetter { reason: Reason::Changed, .. }))
        }
    }
}

/// Every failure that a message is retried for as long as it lasts.
fn lasting_failures() -> Vec<(Reason, Box<dyn Fn(Delivery) -> Disposition>)> {
    let mut failures: Vec<(Reason, Box<dyn Fn(Delivery) -> Disposition>)> = Vec::new();
    let graph = |reason, error: GraphError| -> (Reason, Box<dyn Fn(Delivery) -> Disposition>) {
        (reason, Box::new(move |delivery| after_graph(&error, delivery)))
    };
    let table = |reason, error: TableError| -> (Reason, Box<dyn Fn(Delivery) -> Disposition>) {
        (reason, Box::new(move |delivery| after_store(&error, delivery)))
    };
    for milliseconds in RETRY_AFTER_MILLISECONDS {
        let retry_after = Duration::from_millis(milliseconds);
        failures.push(graph(Reason::Throttled, GraphError::Throttled { retry_after }));
    }
    let no_login =
        GraphError::Login { sentence: String::new(), kind: msgraph::LoginProblem::ExpiredSecret };
    let forbidden = GraphError::Unauthorized { status: 403, advice: String::new() };
    let down = GraphError::Unavailable { detail: String::new() };
    failures.extend([
        graph(Reason::Unauthorized, no_login),
        graph(Reason::Unauthorized, forbidden),
        graph(Reason::GraphUnavailable, down),
        graph(Reason::OutOfTime, GraphError::OutOfTime),
        table(Reason::StoreUnavailable, TableError::Contended),
        table(Reason::StoreUnavailable, TableError::Throttled),
        table(Reason::StoreUnavailable, TableError::Unavailable(String::new())),
        table(Reason::OutOfTime, TableError::OutOfTime),
        table(Reason::StoreRefused, TableError::Misconfigured(String::new())),
        table(Reason::StoreRefused, TableError::Corrupt(String::new())),
    ]);
    failures
}

/// From nothing at all to the most that is believed.
const RETRY_AFTER_MILLISECONDS: [u64; 12] =
    [0, 1, 999, 1_000, 2_128, 29_999, 30_000, 31_000, 600_000, 1_799_000, 1_801_000, 3_600_000];

#[test]
fn a_day_of_any_failure_costs_fewer_than_sixty_receives() {
    for (reason, after) in lasting_failures() {
        let mut waited = Duration::ZERO;
        let mut receives = 0;
        while waited < Duration::from_hours(24) {
            receives += 1;
            let disposition = after(delivery(receives, waited.as_secs() / 60));
            let Disposition::RetryLater { after, reason: given } = disposition else {
                panic!("{reason:?} dead-letters nothing: {disposition:?}");
            };
            assert_eq!(given, reason);
            waited += after;
            assert!(receives < 60, "{reason:?}: {receives} receives in {waited:?}");
        }
    }
}

#[test]
fn a_throttled_message_never_comes_back_before_the_time_that_graph_asked_for() {
    for milliseconds in RETRY_AFTER_MILLISECONDS {
        let retry_after = Duration::from_millis(milliseconds);
        for receive_count in [0, 1, 2, 5, 10, 60, u32::MAX] {
            let error = GraphError::Throttled { retry_after };
            let Disposition::RetryLater { after, reason: Reason::Throttled } =
                after_graph(&error, delivery(receive_count, 0))
            else {
                panic!("a throttled message is retried");
            };
            assert!(after >= retry_after);
        }
    }
}

#[rstest]
#[case(1, false)]
#[case(4, false)]
#[case(5, true)]
fn a_panic_is_retried_four_times(#[case] receive_count: u32, #[case] dead_lettered: bool) {
    let disposition = after_panic(delivery(receive_count, 0));
    assert_eq!(matches!(disposition, Disposition::DeadLetter { .. }), dead_lettered);
}

#[rstest]
#[case::no_time(0, 1, 30)]
#[case::no_time_again_and_again(0, 7, 1_800)]
#[case::a_second(1, 2, 60)]
#[case::longer_than_the_backoff(300, 1, 300)]
fn a_throttled_message_waits_as_graph_asked_for_and_no_less_than_the_backoff(
    #[case] retry_after: u64,
    #[case] receive_count: u32,
    #[case] seconds: u64,
) {
    let retry_after = Duration::from_secs(retry_after);
    assert_eq!(
        after_graph(&GraphError::Throttled { retry_after }, delivery(receive_count, 0)),
        retry_later(Duration::from_secs(seconds), Reason::Throttled)
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
