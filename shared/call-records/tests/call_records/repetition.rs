//! Sessions overlap, repeat and come in any order.

use rstest::rstest;
use serde_json::json;

use crate::invented::{
    call, endpoint, joined, key, only_part, part, person, record, session, talk, told_by, with,
};

#[rstest]
#[case::apart(&[(0, 10), (20, 30)], "20")]
#[case::touching(&[(0, 10), (10, 30)], "30")]
#[case::overlapping(&[(0, 20), (10, 30)], "30")]
#[case::inside(&[(0, 30), (10, 20)], "30")]
#[case::the_same(&[(0, 30), (0, 30)], "30")]
#[case::bridging(&[(0, 10), (20, 30), (5, 25)], "30")]
#[case::around(&[(5, 6), (10, 20), (40, 50), (0, 30)], "40")]
#[case::backwards(&[(30, 10)], "0")]
#[case::backwards_beside(&[(0, 10), (30, 5)], "10")]
#[case::empty_inside(&[(0, 10), (5, 5)], "10")]
fn talk_time_is_the_length_of_the_union(#[case] intervals: &[(i64, i64)], #[case] seconds: &str) {
    let sessions = intervals
        .iter()
        .enumerate()
        .map(|(n, (start, end))| joined(&format!("s{n}"), 1, *start, *end));
    let mut sessions: Vec<_> = sessions.collect();
    assert_eq!(talk(only_part(&call(&record("groupCall", sessions.clone())))).unwrap(), seconds);
    sessions.reverse();
    assert_eq!(talk(only_part(&call(&record("groupCall", sessions)))).unwrap(), seconds);
}

#[test]
fn the_length_is_cut_once_and_not_per_interval() {
    // Three times 0.0006 s are 1.8 ms, which are 1 ms; cut one by one they would be nothing.
    let sessions = (0..3).map(|n| {
        let mut session = joined(&format!("s{n}"), 1, 0, 0);
        session["startDateTime"] = json!(format!("2026-03-02T09:00:0{n}.0000000Z"));
        session["endDateTime"] = json!(format!("2026-03-02T09:00:0{n}.0006000Z"));
        session
    });
    let call = call(&record("groupCall", sessions.collect()));
    assert_eq!(only_part(&call).talk_seconds.unwrap().as_millis(), 1);
}

#[test]
fn one_session_id_for_two_people_is_a_session_of_each() {
    let call = call(&record("groupCall", vec![joined("s", 1, 0, 60), joined("s", 2, 30, 90)]));
    assert_eq!(talk(part(&call, &key(1))).unwrap(), "60");
    assert_eq!(talk(part(&call, &key(2))).unwrap(), "60");
    assert_eq!(call.sessions, 2);
}

#[test]
fn positions_continue_from_page_to_page() {
    use call_records::{AudioClassifier, CallBuilder, decode_record};
    let sessions = vec![joined("a", 1, 0, 1), joined("a", 1, 1, 2), joined("b", 1, 2, 3)];
    let page = decode_record(record("groupCall", sessions).to_string().as_bytes()).unwrap();
    let mut builder = CallBuilder::new(None, AudioClassifier::default());
    builder.record(&page.record);
    let mut positions = Vec::new();
    for session in page.sessions.value.chunks(2) {
        positions.extend(builder.sessions(session).into_iter().map(|shown| shown.position));
    }
    assert_eq!(positions, [0, 1, 2]);
    assert_eq!(builder.finish().unwrap().sessions, 3);
}

#[test]
fn what_is_shown_of_a_session_is_what_it_says() {
    let session = with(
        session("s", endpoint(person(1)), endpoint(json!({"id": "+4930123456"})), 0, 90),
        json!({
            "isTest": true,
            "failureInfo": {"stage": "midcall", "reason": "The network was lost."},
            "callee": {"userAgent": {"platform": "ipPhone"}, "feedback": {"rating": "good"}},
        }),
    );
    let (_, shown) = told_by(&record("peerToPeer", vec![session]), Default::default());
    insta::assert_json_snapshot!(shown[0]);
}

#[test]
fn a_call_without_a_start_has_that_of_its_sessions_and_one_without_an_end_has_none() {
    let mut record = record("groupCall", vec![joined("a", 1, 30, 60), joined("b", 1, 10, 20)]);
    record["startDateTime"] = json!(null);
    let call_of_record = call(&record);
    assert_eq!(call_of_record.started_at.to_string(), "2026-03-02T09:00:10Z");
    assert_eq!(call_of_record.ended_at.unwrap().to_string(), "2026-03-02T10:00:00Z");
    // No session's end is taken for the call's: a person may have stayed on.
    record["endDateTime"] = json!("0001-01-01T00:00:00Z");
    assert_eq!((call(&record).ended_at, call(&record).seconds()), (None, None));
}

#[test]
fn a_call_that_ends_before_it_starts_has_no_length() {
    let record =
        with(record("groupCall", Vec::new()), json!({"endDateTime": "2026-03-01T00:00:00Z"}));
    assert_eq!(call(&record).seconds().unwrap().as_millis(), 0);
}

#[test]
fn a_call_counts_to_the_utc_day_of_its_start() {
    let start = json!({"startDateTime": "2026-03-02T00:30:00+01:00"});
    let call = call(&with(record("groupCall", Vec::new()), start));
    assert_eq!(call.day().to_string(), "2026-03-01");
    assert_eq!(call.totals().get("hour_23"), 1);
}
