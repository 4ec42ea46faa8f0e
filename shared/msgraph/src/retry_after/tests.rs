use reqwest::header::HeaderValue;
use rstest::rstest;

use super::*;

const DATE_HEADER: &str = "Mon, 23 Nov 2026 10:00:00 GMT";

fn headers(retry_after: &str, date: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(RETRY_AFTER, HeaderValue::from_str(retry_after).unwrap());
    if let Some(date) = date {
        headers.insert(DATE, HeaderValue::from_str(date).unwrap());
    }
    headers
}

/// A clock that is an hour off, to tell it from the answer's `Date`.
fn wrong_clock() -> Timestamp {
    "2026-11-23T09:00:00Z".parse().unwrap()
}

#[rstest]
#[case::whole_seconds("120", Some(120_000))]
#[case::a_fraction_as_graph_sends_it("2.128", Some(2_128))]
#[case::a_fraction_without_a_zero(".5", Some(500))]
#[case::zero("0", Some(0))]
#[case::blanks_around(" 7 ", Some(7_000))]
#[case::more_than_an_hour("86400", Some(3_600_000))]
#[case::more_than_a_duration_holds("1e300", Some(3_600_000))]
#[case::digits_without_end("99999999999999999999999999", Some(3_600_000))]
#[case::a_date("Mon, 23 Nov 2026 10:00:30 GMT", Some(30_000))]
#[case::a_date_with_the_wrong_weekday("Fri, 23 Nov 2026 10:00:30 GMT", Some(30_000))]
#[case::a_date_in_the_past("Mon, 23 Nov 2026 09:59:00 GMT", Some(0))]
#[case::a_date_far_ahead("Mon, 23 Nov 2037 10:00:00 GMT", Some(3_600_000))]
#[case::negative("-5", None)]
#[case::not_a_number("NaN", None)]
#[case::infinite("inf", None)]
#[case::two_values("1, 2", None)]
#[case::a_unit("5s", None)]
#[case::words("later", None)]
#[case::nothing("", None)]
fn retry_after_is_read_in_every_form(#[case] value: &str, #[case] expected_ms: Option<u64>) {
    let wait = retry_after(&headers(value, Some(DATE_HEADER)), wrong_clock);
    assert_eq!(wait, expected_ms.map(Duration::from_millis));
}

#[test]
fn a_date_is_relative_to_the_clock_when_the_answer_has_none() {
    let headers = headers("Mon, 23 Nov 2026 09:00:10 GMT", None);
    assert_eq!(retry_after(&headers, wrong_clock), Some(Duration::from_secs(10)));
}

#[test]
fn without_the_header_no_wait_is_requested() {
    assert_eq!(retry_after(&HeaderMap::new(), wrong_clock), None);
}

#[test]
fn bytes_that_are_no_text_are_as_good_as_no_header() {
    let mut headers = HeaderMap::new();
    headers.insert(RETRY_AFTER, HeaderValue::from_bytes(&[0xff, b'1']).unwrap());
    assert_eq!(retry_after(&headers, wrong_clock), None);
}
