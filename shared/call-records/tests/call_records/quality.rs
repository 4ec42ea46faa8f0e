//! Devices, networks and streams: of the side on which the person is, each once.

use call_records::{AudioClassifier, Participation};
use rstest::rstest;
use serde_json::{Value, json};

use crate::invented::{
    call, endpoint, joined, key, only_part, part, person, record, service, session, told_by, with,
};

/// The session with one segment that has the media.
fn with_media(mut session: Value, media: Value) -> Value {
    session["segments"] = json!([{"id": session["id"], "media": media}]);
    session
}

/// An audio stream that can be judged: jitter in milliseconds.
fn stream(id: &str, direction: &str, jitter: u32) -> Value {
    json!({
        "streamId": id,
        "streamDirection": direction,
        "packetUtilization": 1_000,
        "averageJitter": format!("PT0.{jitter:03}S"),
    })
}

fn counts(part: &Participation) -> (u32, u32, u32) {
    let streams = &part.audio_streams;
    (streams.good, streams.poor, streams.unclassified)
}

#[test]
fn devices_and_networks_are_those_of_the_side_the_person_is_on() {
    let media = json!([
        {
            "label": "main-audio",
            "callerDevice": {"captureDeviceName": "Caller mic", "renderDeviceName": "Caller ear"},
            "calleeDevice": {"captureDeviceName": "Callee mic", "renderDeviceName": ""},
            "callerNetwork": {
                "connectionType": "wifi", "wifiBand": "frequency50GHz", "wifiSignalStrength": 94,
            },
            "calleeNetwork": {"connectionType": "tunnel", "wifiBand": "unknown"},
        },
        {
            "label": "main-video",
            "callerDevice": {"captureDeviceName": "Caller camera"},
            "callerNetwork": {"connectionType": "wifi", "wifiSignalStrength": 61},
            "calleeNetwork": null,
        },
    ]);
    let session = session("s", endpoint(person(1)), endpoint(person(2)), 0, 90);
    let call = call(&record("peerToPeer", vec![with_media(session, media)]));
    let (caller, callee) = (part(&call, &key(1)), part(&call, &key(2)));
    let names =
        |set: &call_records::CompactSet<String>| -> Vec<String> { set.iter().cloned().collect() };
    assert_eq!(names(&caller.capture_devices), ["Caller camera", "Caller mic"]);
    assert_eq!(names(&caller.render_devices), ["Caller ear"]);
    assert_eq!(names(&callee.capture_devices), ["Callee mic"]);
    assert!(callee.render_devices.is_empty());
    assert_eq!(caller.connections["wifi"].unwrap().to_string(), "90");
    assert_eq!(callee.connections["tunnel"].unwrap().to_string(), "90");
    assert_eq!(names(&caller.wifi_bands), ["frequency50GHz"]);
    assert!(callee.wifi_bands.is_empty());
    let signal = (caller.wifi_signal_strength_min, caller.wifi_signal_strength_max);
    assert_eq!(signal, (Some(61), Some(94)));
    assert_eq!(callee.wifi_signal_strength_min, None);
}

/// A cable and a telephone network have no Wi-Fi, whatever they report of one.
#[rstest]
#[case::wifi(json!("wifi"), true)]
#[case::not_known(json!("unknown"), true)]
#[case::not_said(Value::Null, true)]
#[case::wired(json!("wired"), false)]
#[case::mobile(json!("mobile"), false)]
#[case::vpn(json!("tunnel"), false)]
#[case::new(json!("satellite"), false)]
fn band_and_signal_are_those_of_wifi(#[case] connection: Value, #[case] counts: bool) {
    let network = json!({
        "connectionType": connection, "wifiBand": "frequency24GHz", "wifiSignalStrength": 0,
    });
    let media = json!([{"label": "main-audio", "callerNetwork": network}]);
    let call = call(&record("groupCall", vec![with_media(joined("s", 1, 0, 60), media)]));
    let part = only_part(&call);
    assert_eq!(part.wifi_bands.contains("frequency24GHz"), counts);
    let signal = (part.wifi_signal_strength_min, part.wifi_signal_strength_max);
    assert_eq!(signal, if counts { (Some(0), Some(0)) } else { (None, None) });
}

#[test]
fn the_client_is_that_of_the_person_and_unknown_words_are_kept() {
    let agent = json!({"userAgent": {
        "platform": "smartFridge", "productFamily": "unknownFutureValue",
        "applicationVersion": "27/1.2.3", "headerValue": "os=windows",
    }});
    let session = session("s", with(endpoint(person(1)), agent), service(), 0, 30);
    let call = call(&record("groupCall", vec![session]));
    let part = only_part(&call);
    assert_eq!(part.platforms.keys().collect::<Vec<_>>(), ["smartFridge"]);
    assert_eq!(part.product_families.first().unwrap(), "unknownFutureValue");
    assert_eq!(part.application_versions.first().unwrap(), "27/1.2.3");
    assert_eq!(call.participation_totals(part).get("platform_ms_smartFridge"), 30_000);
}

#[rstest]
#[case::labelled("main-audio", Value::Null, 1)]
#[case::labelled_in_capitals("Main-AUDIO-2", json!("unknown"), 1)]
#[case::data("data", json!("satin"), 0)]
#[case::video("main-video", json!("satin"), 0)]
#[case::sharing("applicationsharing-video", json!("satin"), 0)]
#[case::the_label_does_not_say("main", json!("satin"), 1)]
#[case::no_label("", json!("opus"), 1)]
#[case::no_codec("", json!("unknown"), 0)]
#[case::invalid_codec("main", json!("invalid"), 0)]
fn a_stream_is_audio_by_its_label_or_else_by_its_codec(
    #[case] label: &str,
    #[case] codec: Value,
    #[case] audio: u32,
) {
    let stream = with(stream("1", "callerToCallee", 5), json!({"audioCodec": codec}));
    let media = json!([{"label": label, "streams": [stream]}]);
    let call = call(&record("groupCall", vec![with_media(joined("s", 1, 0, 60), media)]));
    assert_eq!(counts(only_part(&call)), (audio, 0, 0));
}

#[test]
fn a_leg_is_poor_when_either_of_its_audio_streams_is() {
    let media = |caller: u32, callee: u32| {
        let streams =
            [stream("1", "callerToCallee", caller), stream("2", "calleeToCaller", callee)];
        json!([{"label": "main-audio", "streams": streams}])
    };
    let unmeasured = json!([{"label": "main-audio", "streams": [{"streamId": "1"}]}]);
    let sessions = vec![
        with_media(joined("good", 1, 0, 10), media(5, 5)),
        with_media(joined("poor", 1, 10, 20), media(5, 80)),
        with_media(joined("worse", 1, 20, 30), media(80, 80)),
        with_media(joined("unmeasured", 1, 30, 40), unmeasured),
        joined("silent", 1, 40, 50),
    ];
    let call = call(&record("groupCall", sessions));
    let part = only_part(&call);
    assert_eq!(counts(part), (3, 3, 1));
    // The leg that cannot be judged is not a good one.
    assert_eq!((part.legs, part.poor_legs), (3, 2));
    assert_eq!(call.sessions_with_media, 4);
    let totals = call.totals();
    assert_eq!((totals.get("poor_calls"), totals.get("people_legs_poor")), (1, 2));
    assert_eq!(totals.get("people_audio_streams_unclassified"), 1);
}

#[test]
fn both_people_of_a_peer_to_peer_call_have_the_streams_of_both_directions() {
    let streams = [stream("1", "callerToCallee", 5), stream("2", "calleeToCaller", 80)];
    let media = json!([{"label": "main-audio", "streams": streams}]);
    let session = session("s", endpoint(person(1)), endpoint(person(2)), 0, 90);
    let call = call(&record("peerToPeer", vec![with_media(session, media)]));
    assert_eq!(counts(part(&call, &key(1))), (1, 1, 0));
    assert_eq!(counts(part(&call, &key(2))), (1, 1, 0));
}

#[test]
fn a_stream_that_repeats_is_one_stream_and_its_worst_judgement_stays() {
    let media = |jitter| json!([{"label": "main-audio", "streams": [stream("1", "callerToCallee", jitter)]}]);
    let again = vec![
        with_media(joined("s", 1, 0, 10), media(5)),
        with_media(joined("s", 1, 0, 10), media(80)),
        with_media(joined("s", 1, 0, 10), media(5)),
    ];
    assert_eq!(counts(only_part(&call(&record("groupCall", again)))), (0, 1, 0));
}

#[test]
fn streams_without_an_id_are_told_apart_by_their_place() {
    let unnamed = json!({"packetUtilization": 900, "averageJitter": "PT0.005S"});
    let audio = json!({"label": "main-audio", "streams": [unnamed, unnamed]});
    let media = json!([audio, audio]);
    let call = call(&record("groupCall", vec![with_media(joined("s", 1, 0, 10), media)]));
    assert_eq!(counts(only_part(&call)), (4, 0, 0));
}

/// A session of the first person with two segments, each with one unnamed stream: the jitter of
/// each in milliseconds.
fn unnamed(start: i64, segments: [(&str, u32); 2]) -> Value {
    let segments = segments.map(|(id, jitter)| {
        let stream = with(stream("", "callerToCallee", jitter), json!({"streamId": null}));
        json!({"id": id, "media": [{"label": "main-audio", "streams": [stream]}]})
    });
    with(joined("s", 1, start, start + 60), json!({"segments": segments}))
}

/// By hand: of streams without an id, jitter 5 ms is good and 80 ms is poor.
///
/// | sessions, all of one id | streams | good | poor |
/// |---|---|---|---|
/// | one of two segments of one id | 5, 80 | 1 | 1 |
/// | one of two segments of one id, which say the same | 5, 5 | 2 | 0 |
/// | the first, and the same again | 5, 80 | 1 | 1 |
/// | the first, and later once more | 5, 80, 5, 80 | 2 | 2 |
/// | the first, and at the same time one that differs in its second stream | 5, 80, 5 | 2 | 1 |
///
/// In the last the first stream of both is the same one.
#[rstest]
#[case::in_two_segments(vec![unnamed(0, [("a", 5), ("a", 80)])], (1, 1, 0))]
#[case::the_same_in_two_segments(vec![unnamed(0, [("a", 5), ("a", 5)])], (2, 0, 0))]
#[case::in_a_session_that_is_repeated(
    vec![unnamed(0, [("a", 5), ("a", 80)]), unnamed(0, [("a", 5), ("a", 80)])], (1, 1, 0)
)]
#[case::in_a_later_session_of_the_id(
    vec![unnamed(0, [("a", 5), ("a", 80)]), unnamed(99, [("a", 5), ("a", 80)])], (2, 2, 0)
)]
#[case::in_another_session_of_the_id(
    vec![unnamed(0, [("a", 5), ("a", 80)]), unnamed(0, [("a", 5), ("a", 5)])], (2, 1, 0)
)]
fn streams_without_an_id_are_one_only_when_they_are_the_same_in_everything(
    #[case] sessions: Vec<Value>,
    #[case] streams: (u32, u32, u32),
) {
    let call = call(&record("groupCall", sessions));
    assert_eq!(counts(only_part(&call)), streams);
    assert_eq!(only_part(&call).legs, 1, "one session id is one leg");
}

#[test]
fn the_classifier_and_its_version_stand_with_the_result() {
    let degraded = json!({"streamId": "1", "averageAudioDegradation": 2});
    let media = json!([
        {"label": "main-audio", "streams": [degraded]},
        {"label": "main-video", "streams": [{"streamId": "1", "averageVideoFrameRate": 5}]},
        {"label": "applicationsharing-video", "streams": [{"averageVideoFrameRate": 5}]},
    ]);
    let record = record("groupCall", vec![with_media(joined("s", 1, 0, 10), media)]);
    let (call, sessions) = told_by(&record, AudioClassifier::CqdClassic);
    let part = only_part(&call);
    assert_eq!(counts(part), (0, 1, 0));
    assert_eq!(
        (part.audio_streams.classifier.as_str(), part.audio_streams.classifier_version),
        ("cqd-classic", 1)
    );
    let video = &part.video_streams;
    assert_eq!((video.classifier.as_str(), video.good, video.poor), ("cqd-video", 1, 1));
    assert_eq!(sessions[0].audio_streams, part.audio_streams);
    assert_eq!(sessions[0].video_streams, part.video_streams);
    assert!(sessions[0].has_media);
}

/// A medium with a good stream from the caller and a poor one to the caller.
fn both_ways() -> Value {
    let streams = [stream("1", "callerToCallee", 5), stream("2", "calleeToCaller", 80)];
    json!([{
        "label": "main-audio",
        "callerDevice": {"captureDeviceName": "Caller's"},
        "calleeDevice": {"captureDeviceName": "Callee's"},
        "streams": streams,
    }])
}

/// A segment of a call between the first two people, by whom its ends name.
#[rstest]
#[case::no_ends(Value::Null, Value::Null, [(0, 1), (1, 0)])]
#[case::the_ends_of_the_session(endpoint(person(1)), endpoint(person(2)), [(0, 1), (1, 0)])]
#[case::the_other_way_round(endpoint(person(2)), endpoint(person(1)), [(1, 0), (0, 1)])]
#[case::in_capitals(
    endpoint(json!({"id": crate::invented::id(1).to_uppercase()})), Value::Null, [(0, 1), (1, 0)]
)]
#[case::ends_that_say_nothing(json!({}), json!({"feedback": null}), [(0, 1), (1, 0)])]
#[case::a_program_of_the_same_platform(
    json!({"userAgent": {"platform": "windows"}}), service(), [(0, 1), (0, 0)]
)]
#[case::a_server_and_a_person(
    json!({"userAgent": {"role": "mediationServer"}}), endpoint(person(2)), [(0, 0), (1, 0)]
)]
#[case::a_server_that_says_no_role(service(), endpoint(person(2)), [(0, 0), (1, 0)])]
#[case::two_servers(service(), json!({"userAgent": {"role": "gateway"}}), [(0, 0), (0, 0)])]
#[case::two_others(endpoint(person(8)), endpoint(person(9)), [(0, 0), (0, 0)])]
fn what_a_segment_measures_is_of_its_own_ends(
    #[case] caller: Value,
    #[case] callee: Value,
    #[case] sent_and_received: [(u32, u32); 2],
) {
    let mut of_two = session("s", endpoint(person(1)), endpoint(person(2)), 0, 60);
    of_two["segments"] =
        json!([{"id": "g", "caller": caller, "callee": callee, "media": both_ways()}]);
    let call = call(&record("peerToPeer", vec![of_two]));
    for (n, (poor_sent, poor_received)) in (1..).zip(sent_and_received) {
        let part = part(&call, &key(n));
        assert_eq!((part.poor_sent, part.poor_received), (poor_sent, poor_received), "person {n}");
        let judged = poor_sent + poor_received;
        assert_eq!((part.judged_sent, part.judged_received), (judged, judged), "person {n}");
        assert_eq!(part.capture_devices.len(), usize::from(judged > 0), "person {n}");
    }
    let judged = sent_and_received.iter().any(|(sent, received)| sent + received > 0);
    assert_eq!(call.audio_streams.poor, u32::from(judged), "each stream counts once");
}

#[test]
fn a_direction_that_is_not_known_is_neither_sent_nor_received() {
    let media = json!([{"label": "main-audio", "streams": [
        with(stream("1", "sideways", 80), json!({})),
        with(stream("2", "", 80), json!({"streamDirection": null})),
    ]}]);
    let call = call(&record("groupCall", vec![with_media(joined("s", 1, 0, 60), media)]));
    let part = only_part(&call);
    assert_eq!((part.judged_sent, part.judged_received), (0, 0));
    assert_eq!((counts(part), part.poor_legs), ((0, 2, 0), 1));
}

/// One session id, one segment id and one stream id for two people of a meeting are two legs.
#[test]
fn the_same_ids_at_two_people_are_two_legs_and_two_streams() {
    let media = |jitter| json!([{"label": "main-audio", "streams": [stream("1", "callerToCallee", jitter)]}]);
    let sessions = vec![
        with_media(joined("s", 1, 0, 60), media(80)),
        with_media(joined("s", 2, 0, 60), media(5)),
    ];
    let call = call(&record("groupCall", sessions));
    assert_eq!((call.audio_streams.good, call.audio_streams.poor), (1, 1));
    assert_eq!((call.legs, call.poor_legs, call.established_legs), (2, 1, 2));
    assert_eq!(part(&call, &key(2)).poor_legs, 0);
}

#[test]
fn streams_of_sessions_without_an_id_are_each_their_own() {
    let media = || json!([{"label": "main-audio", "streams": [stream("1", "callerToCallee", 80)]}]);
    let unnamed = || with(with_media(joined("s", 1, 0, 60), media()), json!({"id": null}));
    let call = call(&record("groupCall", vec![unnamed(), unnamed()]));
    assert_eq!((call.audio_streams.poor, call.legs, call.poor_legs), (2, 2, 2));
    let part = only_part(&call);
    assert_eq!((part.audio_streams.poor, part.legs, part.sessions), (2, 2, 2));
    assert_eq!(talk_of(part), "60");
}

fn talk_of(part: &Participation) -> String {
    part.talk_seconds.unwrap().to_string()
}
