//! What only the list of calls can tell.

use call_records::{CallTimes, CallType, Overview, PersonKey};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use rstest::rstest;

const MIDNIGHT: &str = "2026-03-02T00:00:00Z";

fn at(seconds: i64) -> Timestamp {
    let midnight: Timestamp = MIDNIGHT.parse().unwrap();
    midnight + SignedDuration::from_secs(seconds)
}

/// An overview of meetings from and to these seconds after midnight, stored ten minutes after.
fn overview(calls: &[(i64, Option<i64>)]) -> Overview {
    let mut calls = calls.to_vec();
    calls.sort_unstable();
    let mut overview = Overview::new(at(0), TimeZone::UTC);
    for (start, end) in calls {
        overview.add(&CallTimes {
            started_at: at(start),
            ended_at: end.map(at),
            stored_at: at(end.unwrap_or(start) + 600),
            call_type: &CallType::GroupCall,
            organizer: None,
        });
    }
    overview
}

#[rstest]
#[case::none(&[], None)]
#[case::one(&[(0, Some(10))], Some((1, 0)))]
#[case::missed_calls_do_not_run(&[(0, Some(0)), (5, Some(5))], None)]
#[case::backwards(&[(5, Some(0))], None)]
#[case::no_end(&[(0, None)], None)]
#[case::apart(&[(0, Some(10)), (20, Some(30))], Some((1, 0)))]
#[case::touching(&[(0, Some(10)), (10, Some(30))], Some((1, 0)))]
#[case::overlapping(&[(0, Some(11)), (10, Some(30)), (10, Some(12))], Some((3, 10)))]
#[case::the_first_of_equal_peaks(&[(0, Some(5)), (1, Some(5)), (7, Some(9)), (8, Some(9))], Some((2, 1)))]
#[case::over_midnight(&[(-50, Some(10)), (-10, Some(30)), (20, Some(25))], Some((2, 0)))]
#[case::ended_before_midnight(&[(-50, Some(-10)), (-49, Some(0)), (20, Some(25))], Some((1, 20)))]
fn the_most_calls_at_one_moment_are(
    #[case] calls: &[(i64, Option<i64>)],
    #[case] peak: Option<(u64, i64)>,
) {
    let found = overview(calls).peak_concurrency();
    assert_eq!(found.map(|peak| (peak.calls, peak.at)), peak.map(|(calls, s)| (calls, at(s))));
}

proptest! {
    #[test]
    fn the_peak_is_that_of_counting_at_every_start(
        calls in prop::collection::vec((0_i64..200, prop::option::of(-5_i64..100)), 0..60),
    ) {
        let calls: Vec<_> =
            calls.into_iter().map(|(start, length)| (start, length.map(|l| start + l))).collect();
        let running = |moment: i64| {
            calls.iter().filter(|(s, e)| *s <= moment && e.is_some_and(|e| moment < e)).count()
        };
        let most = calls.iter().map(|(start, _)| running(*start)).max().unwrap_or_default();
        let found = overview(&calls).peak_concurrency().map_or(0, |peak| peak.calls);
        prop_assert_eq!(found, u64::try_from(most).unwrap());
    }
}

#[test]
fn hours_are_those_of_the_time_zone_and_of_the_range() {
    let zone = TimeZone::fixed(jiff::tz::offset(5));
    let mut overview = Overview::new(at(0), zone);
    for start in [-1, 0, 3_600, 3_601] {
        overview.add(&CallTimes {
            started_at: at(start),
            ended_at: None,
            stored_at: at(start),
            call_type: &CallType::PeerToPeer,
            organizer: None,
        });
    }
    assert_eq!(overview.calls(), 3);
    assert_eq!(overview.hours()[5..7], [1, 2]);
    assert_eq!(overview.busy_hour(), Some((6, 2)));
    assert_eq!(overview.lag(), None);
}

#[test]
fn whoever_organised_most_comes_first_and_peer_to_peer_calls_have_no_organiser() {
    let people: Vec<PersonKey> =
        ["user:a", "user:b", "user:c"].iter().map(|key| key.parse().unwrap()).collect();
    let mut overview = Overview::new(at(0), TimeZone::UTC);
    let mut organise = |person: usize, call_type: &CallType| {
        overview.add(&CallTimes {
            started_at: at(1),
            ended_at: Some(at(2)),
            stored_at: at(2),
            call_type,
            organizer: Some(&people[person]),
        });
    };
    for person in [2, 1, 1, 2, 0] {
        organise(person, &CallType::GroupCall);
    }
    organise(0, &CallType::PeerToPeer);
    organise(0, &CallType::PeerToPeer);
    let top = overview.top_organisers(2);
    assert_eq!(top, [(&people[1], 2), (&people[2], 2)]);
}

#[test]
fn the_lag_is_from_end_to_stored() {
    let mut overview = Overview::new(at(0), TimeZone::UTC);
    // The last is a day and a minute, which no notification explains.
    for minutes in [-1, 20, 30, 100, 151, 1441] {
        overview.add(&CallTimes {
            started_at: at(0),
            ended_at: Some(at(60)),
            stored_at: at(60 + minutes * 60),
            call_type: &CallType::GroupCall,
            organizer: None,
        });
    }
    let lag = overview.lag().unwrap();
    assert_eq!((lag.calls, lag.within_30_minutes, lag.within_150_minutes), (5, 3, 4));
    assert_eq!((lag.sum_ms, lag.longest.as_millis()), (301 * 60_000, 151 * 60_000));
    assert_eq!(overview.stored_late(), 1);
}
