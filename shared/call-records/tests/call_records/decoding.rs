//! What decodes, and what is said about what does not.

use call_records::{
    CallBuilder, CallType, DecodeError, Modality, decode_list, decode_participants, decode_record,
    decode_sessions,
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::invented::{at, call, joined, record, with};

fn decoded(record: &Value) -> Result<call_records::RecordPage, DecodeError> {
    decode_record(record.to_string().as_bytes())
}

#[rstest]
#[case::number("2", 2)]
#[case::text("\"2\"", 2)]
#[case::whole_fraction("2.0", 2)]
#[case::large("9223372036854775807", i64::MAX)]
#[case::large_text("\"9223372036854775807\"", i64::MAX)]
#[case::zero("0", 0)]
fn a_version_is_a_whole_number(#[case] json: &str, #[case] version: i64) {
    let record = format!(r#"{{"id": "c", "version": {json}}}"#);
    assert_eq!(decode_record(record.as_bytes()).unwrap().record.version, version);
}

#[rstest]
#[case::no_object("[]", "$ is not an object")]
#[case::null("null", "$ is not an object")]
#[case::no_id(r#"{"version": 1}"#, "$.id is missing")]
#[case::empty_id(r#"{"id": "", "version": 1}"#, "$.id is missing")]
#[case::no_version(r#"{"id": "c"}"#, "$.version is missing")]
#[case::null_version(r#"{"id": "c", "version": null}"#, "$.version is missing")]
#[case::half_version(r#"{"id": "c", "version": 1.5}"#, "$.version is not a whole number")]
#[case::huge_version(
    r#"{"id": "c", "version": 9223372036854775808}"#,
    "$.version is not a whole number"
)]
#[case::version_of_words(r#"{"id": "c", "version": "secret"}"#, "$.version is not a whole number")]
#[case::sessions(r#"{"id": "c", "version": 1, "sessions": "no"}"#, "$.sessions is not an array")]
#[case::session(
    r#"{"id": "c", "version": 1, "sessions": [{}, 7]}"#,
    "$.sessions[1] is not an object"
)]
#[case::caller(
    r#"{"id": "c", "version": 1, "sessions": [{"caller": []}]}"#,
    "$.sessions[0].caller is not an object"
)]
#[case::identity(
    r#"{"id": "c", "version": 1, "sessions": [{"callee": {"associatedIdentity": "x"}}]}"#,
    "$.sessions[0].callee.associatedIdentity is not an object"
)]
#[case::streams(
    r#"{"id": "c", "version": 1, "sessions": [{"segments": [null, {"media": [{"streams": {}}]}]}]}"#,
    "$.sessions[0].segments[1].media[0].streams is not an array"
)]
#[case::participants(
    r#"{"id": "c", "version": 1, "participants_v2": {}}"#,
    "$.participants_v2 is not an array"
)]
#[case::organizer(
    r#"{"id": "c", "version": 1, "organizer_v2": "x"}"#,
    "$.organizer_v2 is not an object"
)]
#[case::link(
    r#"{"id": "c", "version": 1, "sessions@odata.nextLink": 7}"#,
    "$.sessions@odata.nextLink is not a string"
)]
fn what_is_wrong_is_named_without_its_value(#[case] record: &str, #[case] message: &str) {
    assert_eq!(decode_record(record.as_bytes()).unwrap_err().to_string(), message);
}

#[rstest]
#[case::empty(b"".to_vec())]
#[case::cut_off(br#"{"id": "c", "versi"#.to_vec())]
#[case::not_utf8(b"{\"id\": \"\xff\", \"version\": 1}".to_vec())]
#[case::lone_surrogate(br#"{"id": "\ud800", "version": 1}"#.to_vec())]
#[case::huge_number(br#"{"id": "c", "version": 1, "x": 1e999}"#.to_vec())]
#[case::deep(["[".repeat(100_000), "]".repeat(100_000)].concat().into_bytes())]
#[case::deep_inside(
    format!(r#"{{"id": "c", "version": 1, "x": {}1{}}}"#, "[".repeat(500), "]".repeat(500)).into_bytes()
)]
#[case::two_documents(br#"{"id": "c", "version": 1} {}"#.to_vec())]
#[case::html(b"<html>Service unavailable</html>".to_vec())]
fn what_is_not_json_is_an_error_and_no_more(#[case] bytes: Vec<u8>) {
    for error in [
        decode_record(&bytes).unwrap_err(),
        decode_sessions(&bytes).unwrap_err(),
        decode_participants(&bytes).unwrap_err(),
        decode_list(&bytes).unwrap_err(),
    ] {
        assert!(matches!(error, DecodeError::NotJson { .. }), "{error}");
    }
}

#[rstest]
#[case::numbers(r#"{"id": "c", "version": 1, "x": [LIST]}"#, "1", 200_000)]
#[case::sessions(r#"{"id": "c", "version": 1, "sessions": [LIST]}"#, "{}", 10_001)]
#[case::in_a_session(
    r#"{"id": "c", "version": 1, "sessions": [{"segments": [LIST]}]}"#,
    "{}",
    10_001
)]
fn more_values_than_memory_holds_are_an_error(
    #[case] record: &str,
    #[case] value: &str,
    #[case] times: usize,
) {
    let of = |times: usize| record.replace("LIST", &vec![value; times].join(","));
    let error = decode_record(of(times).as_bytes()).unwrap_err();
    assert!(matches!(error, DecodeError::TooManyValues { .. }), "{error}");
    decode_record(of(9_000).as_bytes()).unwrap();
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let bytes = [b"\xEF\xBB\xBF".as_slice(), br#"{"id": "c", "version": 1}"#].concat();
    assert_eq!(decode_record(&bytes).unwrap().record.id, "c");
}

#[test]
fn of_a_key_that_comes_twice_the_last_one_counts() {
    let record = br#"{"id": "a", "version": 1, "id": "b", "sessions": 7, "sessions": []}"#;
    assert_eq!(decode_record(record).unwrap().record.id, "b");
}

#[test]
fn an_id_that_no_key_can_hold_is_an_error() {
    let record = |length| json!({"id": "x".repeat(length), "version": 1});
    assert!(decoded(&record(512)).is_ok());
    let message = decoded(&record(513)).unwrap_err().to_string();
    assert_eq!(message, "$.id is not an id of at most 512 bytes");
}

#[test]
fn a_link_that_no_item_can_hold_is_left_out() {
    let record = |length| json!({"id": "c", "version": 1, "joinWebUrl": "x".repeat(length)});
    assert!(decoded(&record(8_192)).unwrap().record.join_web_url.is_some());
    assert!(decoded(&record(8_193)).unwrap().record.join_web_url.is_none());
}

#[test]
fn an_almost_empty_record_decodes() {
    let page = decoded(&json!({"id": "c", "version": 1})).unwrap();
    assert_eq!(page.record.call_type, CallType::Unknown);
    assert!(page.sessions.value.is_empty() && page.participants.value.is_empty());
    assert_eq!((page.record.started_at, page.record.organizer), (None, None));
}

#[test]
fn null_everywhere_is_the_same_as_nothing() {
    let nulls = json!({
        "id": "c", "version": 1, "type": null, "modalities": null, "startDateTime": null,
        "endDateTime": null, "lastModifiedDateTime": null, "joinWebUrl": "", "organizer": null,
        "participants": null, "organizer_v2": null, "participants_v2": null, "sessions": null,
        "sessions@odata.nextLink": null, "participants_v2@odata.nextLink": "",
    });
    assert_eq!(decoded(&nulls), decoded(&json!({"id": "c", "version": 1})));
    let session = json!({
        "id": null, "caller": null, "callee": {"userAgent": null, "feedback": null},
        "modalities": null, "failureInfo": null, "isTest": null, "segments": [{
            "id": null, "caller": null, "callee": null, "media": [{
                "label": null, "callerDevice": null, "callerNetwork": {}, "streams": [null, {}],
            }],
        }],
    });
    let with_nulls = with(record("groupCall", vec![session, Value::Null]), json!({}));
    let call = call(&with_nulls);
    assert_eq!((call.sessions, call.people.len()), (1, 0));
}

#[test]
fn a_measurement_of_a_wrong_type_is_unknown_and_costs_nothing_else() {
    let odd = json!({
        "modalities": ["audio", 7, null, "hologram", "audio", ""],
        "isTest": "no",
        "failureInfo": {"stage": 3, "reason": []},
        "caller": {
            "userAgent": {"platform": 5, "productFamily": {}, "applicationVersion": []},
            "feedback": {"rating": 1, "tokens": {"Echo": "yes", "Noisy": 1, "NoSound": true}},
        },
        "segments": [{"media": [{
            "label": 5,
            "callerNetwork": {"wifiSignalStrength": "94", "connectionType": true},
            "streams": [{
                "streamId": 1, "packetUtilization": "1000", "averageJitter": 0.016,
                "averagePacketLossRate": 0, "averageRoundTripTime": "-PT1S",
                "averageAudioDegradation": -1, "audioCodec": "satin",
            }],
        }]}],
    });
    let session = with(joined("s", 1, 0, 60), odd);
    let page = decoded(&record("groupCall", vec![session.clone()])).unwrap();
    let stream = &page.sessions.value[0].segments[0].media[0].streams[0];
    assert_eq!(stream.packet_utilization, Some(1_000));
    assert_eq!(stream.average_packet_loss_rate, Some(0.0));
    assert_eq!(stream.average_jitter, None);
    assert_eq!(stream.average_round_trip_time, None);
    assert_eq!(stream.average_audio_degradation, None);
    let call = call(&record("groupCall", vec![session]));
    let part = call.people.values().next().unwrap();
    assert_eq!(part.modalities.keys().collect::<Vec<_>>(), ["audio", "hologram"]);
    assert!(part.platforms.is_empty());
    assert_eq!(part.feedback[0].tokens, ["NoSound"]);
    assert_eq!(part.wifi_signal_strength_max, Some(94));
    assert_eq!(part.audio_streams.good, 1);
    assert!(!part.dropped);
}

#[test]
fn members_of_enumerations_are_kept_as_they_came() {
    let record = json!({
        "id": "c", "version": 1, "type": "TownHall",
        "modalities": ["Audio", "unknownFutureValue", "audio"],
    });
    let record = decoded(&record).unwrap().record;
    assert_eq!(record.call_type, CallType::Other("TownHall".to_owned()));
    let modalities: Vec<_> = record.modalities.iter().map(Modality::as_str).collect();
    assert_eq!(modalities, ["Audio", "unknownFutureValue", "audio"]);
    assert_eq!(record.modalities[2], Modality::Audio);
}

#[test]
fn next_links_are_passed_on_as_they_came() {
    let link = "https://graph.example/v1.0/$metadata#x?$skiptoken=a b";
    let page = decoded(&json!({
        "id": "c", "version": 1, "sessions@odata.nextLink": link,
        "participants_v2@odata.nextLink": format!("{link}2"),
    }));
    let page = page.unwrap();
    assert_eq!(page.sessions.next_link.as_deref(), Some(link));
    assert_eq!(page.participants.next_link, Some(format!("{link}2")));
    let sub = json!({"value": [], "@odata.nextLink": link}).to_string();
    assert_eq!(decode_sessions(sub.as_bytes()).unwrap().next_link.as_deref(), Some(link));
    assert_eq!(decode_list(sub.as_bytes()).unwrap().next_link.as_deref(), Some(link));
}

#[rstest]
#[case::empty(r#"{"value": []}"#)]
#[case::value_left_out(r#"{"@odata.context": "https://graph.example/$metadata#x"}"#)]
#[case::bare(r"[]")]
fn a_page_may_be_empty(#[case] json: &str) {
    assert_eq!(decode_list(json.as_bytes()).unwrap().value, []);
    assert_eq!(decode_sessions(json.as_bytes()).unwrap().value, []);
}

#[rstest]
#[case::error(r#"{"error": {"code": "NotFound"}}"#, "$.value is missing")]
#[case::null(r#"{"value": null}"#, "$.value is not an array")]
#[case::element(r#"{"value": [{"id": "a", "version": 1}, null]}"#, "$.value[1] is not an object")]
#[case::no_id(
    r#"{"value": [{"id": "a", "version": 1}, {"version": 1}]}"#,
    "$.value[1].id is missing"
)]
#[case::no_version(r#"[{"id": "a", "version": 1}, {"id": "b"}]"#, "$[1].version is missing")]
fn a_list_that_cannot_be_read_whole_is_not_read_at_all(#[case] json: &str, #[case] message: &str) {
    assert_eq!(decode_list(json.as_bytes()).unwrap_err().to_string(), message);
}

#[test]
fn a_listed_call_without_times_is_still_listed() {
    let page = decode_list(br#"{"value": [{"id": "a", "version": "3", "type": 7}]}"#).unwrap();
    let listed = &page.value[0];
    assert_eq!((listed.id.as_str(), listed.version, listed.started_at), ("a", 3, None));
}

#[test]
fn a_call_needs_a_record_and_a_start() {
    let new = || CallBuilder::new(None, Default::default());
    assert_eq!(new().finish().unwrap_err().to_string(), "$.id is missing");
    let mut builder = new();
    builder.record(&decoded(&json!({"id": "c", "version": 1})).unwrap().record);
    assert_eq!(builder.clone().finish().unwrap_err().to_string(), "$.startDateTime is missing");
    let session = json!({"value": [{"startDateTime": at(5)}]}).to_string();
    builder.sessions(&decode_sessions(session.as_bytes()).unwrap().value);
    assert_eq!(builder.finish().unwrap().started_at.to_string(), at(5));
}

#[test]
fn a_flood_of_words_does_not_grow_without_end() {
    let words: Vec<_> = (0..100_000).map(|n| format!("modality{n}")).collect();
    let call = call(&with(record("groupCall", Vec::new()), json!({"modalities": words})));
    assert_eq!(call.modalities.len(), 32);
}
