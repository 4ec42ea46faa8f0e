//! Each rule of the README by rows that need it.

use pstn_logs::{DayLogs, Log, LogRow, Micros, SipClass, UnreadableRow, decode_page};
use rstest::rstest;
use serde_json::{Value, json};

fn rows(log: Log, rows: &Value) -> Vec<LogRow> {
    let page = decode_page(json!({ "value": rows }).to_string().as_bytes(), log).unwrap();
    assert_eq!(page.unreadable, []);
    page.rows
}

fn sums(log: Log, of: &Value) -> DayLogs {
    let mut day = DayLogs::default();
    rows(log, of).iter().for_each(|row| day.add(row));
    day
}

#[rstest]
#[case("0001-01-01T00:00:00Z")]
#[case("0001-01-01T00:00:00")]
#[case("0001-01-01T00:00:00.0000000Z")]
#[case("0001-01-01T01:00:00+01:00")]
#[case("0001-01-01T00:00:00-08:00")]
#[case("")]
fn the_year_1_is_no_time_in_whatever_spelling(#[case] never: &str) {
    let row = json!([{"id": "a", "failureDateTime": never, "startDateTime": never,
        "inviteDateTime": "2026-11-23T23:59:59Z"}]);
    let row = rows(Log::DirectRouting, &row).remove(0);
    assert_eq!((row.failed_at, row.started_at), (None, None));
    assert_eq!(row.day().unwrap().to_string(), "2026-11-23", "the invite's");
}

#[test]
fn a_row_that_cannot_be_read_keeps_no_other_from_being_read() {
    let page = json!({"value": [7, null, {"callId": "x"}, {"id": " "}, {"id": "a"}],
        "@odata.NextLink": "https://graph.microsoft.com/next"});
    let page = decode_page(page.to_string().as_bytes(), Log::Pstn).unwrap();
    let (no_object, no_id) = (UnreadableRow::NoObject, UnreadableRow::NoId);
    assert_eq!(page.unreadable, [no_object, no_object, no_id, no_id]);
    assert_eq!(page.rows.len(), 1);
    assert_eq!(page.next_link.as_deref(), Some("https://graph.microsoft.com/next"));
    for no_page in ["[]", "{}", r#"{"error": {"code": "x"}}"#, "", r#"{"value": {}}"#] {
        assert!(decode_page(no_page.as_bytes(), Log::Pstn).is_err(), "{no_page}");
    }
}

#[test]
fn of_a_key_that_comes_twice_the_last_counts_and_of_a_wrong_type_nothing() {
    let page = r#"{"value": [{"id": "a", "charge": 1, "charge": 0.0135, "duration": "long",
        "currency": 9, "callType": ["x"], "userId": null}]}"#;
    let row = decode_page(page.as_bytes(), Log::Pstn).unwrap().rows.remove(0);
    let facts = row.pstn.clone().unwrap();
    assert_eq!((facts.charge, facts.currency), (Some(Micros(13_500)), None));
    assert_eq!((row.duration_seconds, row.call_type, row.user), (None, None, None));
}

#[test]
fn charges_are_exact_and_of_no_currency_added_to_no_other() {
    let row = |id: &str, charge: Value, currency: Value| json!({"id": id, "charge": charge, "connectionCharge": "0.000001", "currency": currency});
    let day = sums(
        Log::Pstn,
        &json!([
            row("a", json!(0.1), json!("EUR")),
            row("b", json!(0.2), json!("EUR")),
            row("c", json!("1.005"), json!("")),
            row("d", json!(7), json!("USD")),
            row("e", json!(-2), Value::Null),
        ]),
    );
    let charges: Vec<_> = day.total().charges.into_iter().collect();
    let charges: Vec<_> = charges.iter().map(|(of, sum)| (of.as_str(), sum.0)).collect();
    assert_eq!(charges, [("EUR", 300_002), ("USD", 7_000_001), ("unknown", -994_998)]);
}

#[test]
fn what_failed_has_set_up_time_and_no_minutes() {
    let day = sums(
        Log::DirectRouting,
        &json!([
            {"id": "a", "successfulCall": true, "duration": 60, "callType": "ByotOut",
             "calleeNumber": "+4930987654", "trunkFullyQualifiedDomainName": "SBC.example"},
            {"id": "b", "successfulCall": false, "duration": 9, "finalSipCode": 486,
             "trunkFullyQualifiedDomainName": "sbc.example"},
            {"id": "c", "successfulCall": false, "duration": 1, "finalSipCode": 503,
             "callEndSubReason": 560503, "trunkFullyQualifiedDomainName": "sbc.example"},
            {"id": "d", "successfulCall": false, "finalSipCode": 487, "callEndSubReason": 540200,
             "trunkFullyQualifiedDomainName": "sbc.example"},
            {"id": "e", "duration": 5, "trunkFullyQualifiedDomainName": "sbc.example"},
        ]),
    );
    let total = day.total();
    assert_eq!((total.legs, total.established, total.failed), (5, 1, 3));
    assert_eq!((total.seconds, total.setup_seconds), (60, 10));
    // Of e it is not known how it ended.
    let trunk = &day.trunks["sbc.example"];
    assert_eq!((trunk.attempts, trunk.effective()), (4, 2));
    assert_eq!(trunk.classes[&SipClass::CompletedElsewhere], 1);
    assert_eq!(trunk.codes["503/560503"], 1);
    assert_eq!(trunk.codes["486/?"], 1);
    assert_eq!(day.countries["+49"].legs, 1);
    assert_eq!(day.countries["unknown"].legs, 4);
}

#[test]
fn conferences_and_queues_are_no_persons_time_and_are_counted_all_the_same() {
    let row =
        |id: &str, word: &str| json!({"id": id, "userId": "ADA", "callType": word, "duration": 10});
    let words = ["user_in", "conf_in", "user_out_conf", "ucap_in", "hologram"];
    let all: Vec<Value> = words.iter().map(|word| row(word, word)).collect();
    let day = sums(Log::Pstn, &all.into());
    assert_eq!(day.people[&"user:ada".parse().unwrap()].seconds, 20, "user_in and hologram");
    assert_eq!(day.total().seconds, 50);
}

#[test]
fn a_duration_that_contradicts_start_and_end_is_counted() {
    let row = |id: &str, seconds: u32| {
        json!({"id": id, "startDateTime": "2026-11-23T09:00:00.9Z",
            "endDateTime": "2026-11-23T09:01:00.1Z", "duration": seconds})
    };
    let day = sums(Log::Pstn, &json!([row("a", 59), row("b", 60), row("c", 61), row("d", 0)]));
    assert_eq!(day.total().contradictory, 2, "c and d");
}
