use rstest::rstest;

use super::*;

fn delivery(receive_count: u32) -> Delivery {
    Delivery { receive_count, age: Duration::ZERO, required_version: None }
}

fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// What becomes of a message that met a condition so often, for so many minutes.
fn waiting(condition: Condition, receive_count: u32, minutes: u64, times: usize) -> Disposition {
    let since = noon() - Duration::from_mins(minutes);
    while_waiting(condition, delivery(receive_count), Observed { since, times }, noon())
}

#[rstest]
#[case(1, 1)]
#[case(2, 2)]
#[case(3, 5)]
#[case(4, 10)]
#[case(5, 20)]
#[case(6, 30)]
#[case(9, 30)]
#[case(0, 1)]
fn a_record_that_is_not_there_yet_is_fetched_again_after_a_growing_backoff(
    #[case] receive_count: u32,
    #[case] minutes: u64,
) {
    for (condition, reason) in
        [(Condition::NotFound, Reason::NotFound), (Condition::OlderVersion, Reason::OlderVersion)]
    {
        assert_eq!(
            waiting(condition, receive_count, 0, 1),
            retry_later(Duration::from_mins(minutes), reason)
        );
    }
}

#[rstest]
#[case(1, 30)]
#[case(3, 120)]
#[case(9, 1_800)]
fn a_record_that_changes_is_read_again_after_a_growing_backoff(
    #[case] receive_count: u32,
    #[case] seconds: u64,
) {
    assert_eq!(
        waiting(Condition::Changed, receive_count, 0, 1),
        retry_later(Duration::from_secs(seconds), Reason::Changed)
    );
}

#[rstest]
#[case::in_time(179, 11, false)]
#[case::after_three_hours(180, 11, true)]
#[case::after_a_day(1_440, 5, true)]
#[case::at_the_first_sight(0, 1, false)]
#[case::twice_with_an_outage_between_them(600, 2, false)]
#[case::often_within_minutes(10, 100, false)]
fn a_condition_dead_letters_when_it_was_met_for_three_hours_and_several_times(
    #[values(Condition::NotFound, Condition::OlderVersion, Condition::Changed)]
    condition: Condition,
    #[case] minutes: u64,
    #[case] times: usize,
    #[case] dead_lettered: bool,
) {
    match waiting(condition, 40, minutes, times) {
        Disposition::DeadLetter { reason, .. } => {
            assert!(dead_lettered);
            assert_eq!(reason, condition.reason());
        }
        disposition => assert!(!dead_lettered, "{disposition:?}"),
    }
}

#[test]
fn the_detail_says_how_often_and_since_when() {
    let Disposition::DeadLetter { detail, .. } = waiting(Condition::NotFound, 40, 200, 7) else {
        panic!("it is dead-lettered");
    };
    assert_eq!(
        detail,
        "Graph answered that it has no such call record: 7 times, first at 2026-11-23T08:40:00Z, \
         last at 2026-11-23T12:00:00Z"
    );
}

#[rstest]
#[case::none_is_required(None, Disposition::Done.into())]
#[case::the_required_one(Some(2), Disposition::Done.into())]
#[case::a_newer_one(Some(1), Disposition::Done.into())]
#[case::an_older_one(Some(3), Decision::Waits(Condition::OlderVersion))]
fn an_older_version_than_the_required_one_is_not_enough(
    #[case] required_version: Option<i64>,
    #[case] expected: Decision,
) {
    assert_eq!(after_storing(2, Delivery { required_version, ..delivery(1) }), expected);
}

type Decide = dyn Fn(Delivery) -> Disposition;

/// The disposition after a failure that decides it alone.
fn decided(decision: Decision) -> Disposition {
    match decision {
        Decision::Final(disposition) => disposition,
        Decision::Waits(condition) => panic!("it waits: {condition:?}"),
    }
}

/// Every failure that a message is retried for as long as it lasts, and what it waits for until it is
/// given up.
fn lasting_failures() -> Vec<(Reason, Box<Decide>)> {
    let mut failures: Vec<(Reason, Box<Decide>)> = Vec::new();
    let graph = |reason, error: GraphError| -> (Reason, Box<Decide>) {
        (reason, Box::new(move |delivery| decided(after_graph(&error, delivery))))
    };
    let table = |reason, error: TableError| -> (Reason, Box<Decide>) {
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
    for minutes in [0, 1, 59, 60] {
        let free_after = Duration::from_mins(minutes);
        let wait = move |delivery: Delivery| beyond_budget(free_after, delivery);
        failures.push((Reason::UnknownBudget, Box::new(wait)));
    }
    for condition in [Condition::NotFound, Condition::OlderVersion, Condition::Changed] {
        let wait = move |delivery: Delivery| waiting(condition, delivery.receive_count, 0, 1);
        failures.push((condition.reason(), Box::new(wait)));
    }
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
            let disposition = after(delivery(receives));
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
                decided(after_graph(&error, delivery(receive_count)))
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
    let disposition = after_panic(delivery(receive_count));
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
        decided(after_graph(&GraphError::Throttled { retry_after }, delivery(receive_count))),
        retry_later(Duration::from_secs(seconds), Reason::Throttled)
    );
}

#[test]
fn contention_is_retried_after_a_short_backoff() {
    assert_eq!(
        after_store(&TableError::Contended, delivery(2)),
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
    for delivery in [delivery(1), delivery(200)] {
        match after_graph(&error, delivery) {
            Decision::Final(disposition) => assert_counted(&disposition),
            Decision::Waits(condition) => assert_waiting_counted(condition),
        }
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
    for delivery in [delivery(1), delivery(200)] {
        assert_counted(&after_store(&error, delivery));
        assert_counted(&after_panic(delivery));
    }
}

#[rstest]
#[case::for_a_day(47 * 60, None)]
#[case::for_two_days(48 * 60, Some("48 hours"))]
fn a_call_that_no_list_names_waits_for_the_budget_for_two_days(
    #[case] minutes: u64,
    #[case] given_up_after: Option<&str>,
) {
    let delivery = Delivery { age: Duration::from_mins(minutes), ..delivery(40) };
    let disposition = beyond_budget(Duration::from_mins(50), delivery);
    assert_counted(&disposition);
    match (disposition, given_up_after) {
        (Disposition::DeadLetter { reason: Reason::UnknownBudget, detail }, Some(after)) => {
            assert!(detail.contains(after), "{detail}");
        }
        (disposition, None) => {
            assert_eq!(disposition, retry_later(Duration::from_mins(50), Reason::UnknownBudget));
        }
        (disposition, _) => panic!("{disposition:?}"),
    }
}

#[test]
fn an_older_version_is_counted_by_its_reason() {
    assert_waiting_counted(Condition::OlderVersion);
}

fn assert_waiting_counted(condition: Condition) {
    for minutes in [0, 200] {
        assert_counted(&waiting(condition, 40, minutes, 20));
    }
}

fn assert_counted(disposition: &Disposition) {
    match disposition {
        Disposition::Done => panic!("a failure is not done"),
        Disposition::RetryLater { reason, .. } => {
            assert!(reason.retried_metric().is_some(), "{disposition:?} has no metric");
        }
        Disposition::DeadLetter { .. } => {}
    }
}

#[test]
fn a_large_meeting_is_continued_after_graphs_window_and_not_for_ever_so_soon() {
    let soon = retry_later(Duration::from_secs(20), Reason::Continued);
    assert_eq!(continued(delivery(1)), soon);
    assert_eq!(continued(delivery(39)), soon);
    let late = retry_later(Duration::from_secs(1800), Reason::Continued);
    assert_eq!(continued(delivery(40)), late);
    assert_counted(&late);
}
