//! Whole records whose every number was worked out by hand, from the definitions and not from the
//! code.

use call_records::AudioClassifier::{Cqd2024, CqdClassic};
use call_records::{AudioClassifier, Participation, Totals};
use rstest::rstest;
use serde_json::{Value, json};

use crate::invented::{ELSEWHERE, HOME, call, key, part, person, told_by};

fn totals(expected: Value) -> Totals {
    serde_json::from_value(expected).unwrap()
}

fn field(part: &Participation, name: &str) -> Value {
    serde_json::to_value(part).unwrap()[name].clone()
}

/// A telephone rings at Ben's, who does not pick up; Graph gives a reason in a stage of its own.
///
/// Start equals end, so the only session has 0 s: the call was unanswered for the telephone, which
/// placed it, and missed by Ben, who was called. The telephone is `pstn`, Ben is of the home tenant.
/// The wired network and the desk telephone's microphone are the caller's, the rest is Ben's; the
/// empty names are none. One stream without any measurement is unclassified, so no leg is judged.
#[test]
fn a_call_from_a_telephone_that_nobody_answered() {
    let record = json!({
        "id": "c", "version": 3, "type": "peerToPeer", "modalities": ["audio"],
        "startDateTime": "2026-03-02T23:59:59.9999999Z",
        "endDateTime": "2026-03-02T23:59:59.9999999Z",
        "joinWebUrl": "",
        "organizer_v2": {"id": "+4930123456", "identity": {"phone": {"id": "+4930123456"}, "user": null}},
        "sessions": [{
            "id": "c",
            "startDateTime": "2026-03-02T23:59:59.9999999Z",
            "endDateTime": "2026-03-02T23:59:59.9999999Z",
            "modalities": ["audio"],
            "failureInfo": {"stage": "unknown", "reason": "Nobody answered."},
            "caller": {
                "@odata.type": "#microsoft.graph.callRecords.participantEndpoint",
                "associatedIdentity": {"id": "+4930123456", "displayName": null},
                "userAgent": {"platform": "unknown", "productFamily": "unknown"},
                "feedback": null,
            },
            "callee": {
                "associatedIdentity": person(2),
                "userAgent": {
                    "platform": "iOS", "productFamily": "teams", "applicationVersion": "7.1",
                },
                "feedback": {"rating": "notRated", "tokens": {"Echo": false}, "text": null},
            },
            "segments": [{"id": "c", "media": [{
                "label": "main-audio",
                "callerDevice": {"captureDeviceName": "Desk", "renderDeviceName": ""},
                "calleeDevice": {"captureDeviceName": "", "renderDeviceName": "Ear"},
                "callerNetwork": {"connectionType": "wired", "wifiBand": "unknown"},
                "calleeNetwork": {
                    "connectionType": "mobile", "wifiBand": "unknown", "wifiSignalStrength": null,
                },
                "streams": [{"streamId": "1", "packetUtilization": null}],
            }]}],
        }],
    });
    let call = call(&record);
    let (phone, ben) = (part(&call, "phone:+4930123456"), part(&call, &key(2)));
    assert_eq!((phone.role.as_str(), ben.role.as_str()), ("caller", "callee"));
    for (part, outcome) in [(phone, "unanswered"), (ben, "missed")] {
        assert_eq!(
            (part.outcome.as_str(), part.attended, part.dropped),
            (outcome, Some(false), false)
        );
        assert_eq!(part.outcome_reason.as_deref(), Some("Nobody answered."));
        assert_eq!(part.talk_seconds.unwrap().as_millis(), 0);
    }
    assert_eq!((phone.relation.as_str(), ben.relation.as_str()), ("pstn", "internal"));
    assert_eq!(field(phone, "capture_devices"), json!(["Desk"]));
    assert_eq!(field(phone, "render_devices"), Value::Null);
    assert_eq!(field(ben, "render_devices"), json!(["Ear"]));
    assert_eq!(field(ben, "capture_devices"), Value::Null);
    assert_eq!(field(ben, "connections"), json!({"mobile": 0}));
    assert_eq!(field(ben, "application_versions"), json!(["7.1"]));
    assert_eq!(call.organizer.as_ref().unwrap(), &phone.person);
    assert_eq!(
        call.participation_totals(ben),
        totals(json!({
            "calls": 1, "calls_peer_to_peer": 1, "missed": 1, "calls_external": 1,
            "calls_as_internal": 1,
            "platform_calls_iOS": 1, "relation_calls_pstn": 1, "feedback_objects": 1,
            "audio_streams_unclassified": 1,
        }))
    );
    assert_eq!(
        call.call_totals(),
        totals(json!({
            "calls": 1, "calls_peer_to_peer": 1, "unanswered": 1, "participants": 2, "sessions": 1,
            "sessions_with_media": 1, "hour_23": 1, "relation_calls_pstn": 1, "calls_external": 1,
            "relation_calls_internal": 1, "versions": 3, "audio_streams_unclassified": 1,
        }))
    );
}

/// A meeting in the retired shape: identities only in `identity`, people only in `participants`.
///
/// | session | who | from | to |
/// |---|---|---|---|
/// | `s1` | Ann on Windows, by VPN | 09:00:00 | 09:20:00 |
/// | `s1` again, the same | Ann | 09:00:00 | 09:20:00 |
/// | `s2` | Ann on her telephone | 09:10:00 | 09:30:00.5 |
/// | `s3` | a visitor | 09:05:00 | 09:06:00 |
/// | `s4` | a guest of another tenant, who dropped | 09:05:00 | 09:25:00 |
///
/// Ann: union 09:00:00 to 09:30:00.5 are 1,800.5 s; Windows 1,200 s, Android 1,200.5 s. Her rating
/// stands on `s1`, on its segment and on the repetition: one session, one rating. On `s2` she was
/// asked in vain. Dan is listed and on no session.
///
/// Callee's devices and networks are the service's and no person's.
#[test]
fn a_meeting_in_the_retired_shape() {
    let identity = |kind: &str, id: &str, tenant: Value| json!({kind: {"id": id, "displayName": id, "tenantId": tenant}, "application": null});
    let ann = || identity("user", "ann-of-contoso", json!(HOME));
    let bad =
        || json!({"rating": "bad", "tokens": {"Echo": true, "NoSound": false, "Noisy": true}});
    let session = |id: &str, who: Value, platform: &str, from: &str, to: &str| {
        json!({
            "id": id, "startDateTime": format!("2026-03-02T{from}Z"),
            "endDateTime": format!("2026-03-02T{to}Z"), "modalities": ["audio"],
            "caller": {"identity": who, "userAgent": {"platform": platform}},
            "callee": {"userAgent": {"platform": "unknown"}},
            "segments": [],
        })
    };
    let mut first = session("s1", ann(), "windows", "09:00:00", "09:20:00");
    first["modalities"] = json!(["audio", "video"]);
    first["caller"]["feedback"] = bad();
    first["segments"] = json!([{
        "id": "s1",
        "caller": {"identity": ann(), "feedback": bad()},
        "media": [{
            "label": "main-audio",
            "callerNetwork": {"connectionType": "tunnel"},
            "calleeNetwork": {"connectionType": "wired"},
            "calleeDevice": {"captureDeviceName": "The service's"},
            "streams": [],
        }],
    }]);
    let mut second = session("s2", ann(), "android", "09:10:00", "09:30:00.5");
    second["caller"]["feedback"] = json!({"text": null, "rating": "notRated", "tokens": {}});
    let visitor = identity("user", "teamsvisitor:0123456789abcdef0123456789abcdef", Value::Null);
    let mut dropped =
        session("s4", identity("guest", "gina", json!(ELSEWHERE)), "web", "09:05:00", "09:25:00");
    dropped["failureInfo"] = json!({"stage": "midcall", "reason": "Lost."});
    let record = json!({
        "id": "c", "version": 1, "type": "groupCall", "modalities": ["audio", "video"],
        "startDateTime": "2026-03-02T09:00:00Z", "endDateTime": "2026-03-02T09:30:00.5Z",
        "organizer": ann(),
        "participants": [ann(), identity("user", "dan", json!(HOME))],
        "sessions": [
            first.clone(), first, second,
            session("s3", visitor, "web", "09:05:00", "09:06:00"),
            dropped,
        ],
    });
    let call = call(&record);
    assert_eq!(call.people.len(), 4);
    let ann = part(&call, "user:ann-of-contoso");
    assert_eq!(field(ann, "talk_seconds"), json!(1800.5));
    assert_eq!(field(ann, "platforms"), json!({"windows": 1200, "android": 1200.5}));
    assert_eq!(field(ann, "modalities"), json!({"audio": 1800.5, "video": 1200}));
    assert_eq!(field(ann, "connections"), json!({"tunnel": 1200}));
    assert_eq!(field(ann, "capture_devices"), Value::Null);
    assert_eq!(field(ann, "feedback"), json!([{"rating": "bad", "tokens": ["Echo", "Noisy"]}]));
    assert_eq!((ann.feedback_objects, ann.sessions, ann.others), (2, 2, 3));
    let visitor = part(&call, "anonymous:teamsvisitor:0123456789abcdef0123456789abcdef");
    assert_eq!(
        (visitor.relation.as_str(), field(visitor, "talk_seconds")),
        ("anonymous", json!(60))
    );
    let gina = part(&call, "guest:gina");
    assert_eq!((gina.relation.as_str(), gina.dropped), ("guest", true));
    let dan = part(&call, "user:dan");
    assert_eq!((dan.outcome.as_str(), dan.attended), ("listed", Some(false)));
    assert_eq!(
        call.totals(),
        totals(json!({
            "calls": 1, "calls_group": 1, "dropped": 1, "call_ms": 1_800_500, "participants": 4,
            "sessions": 5, "sessions_with_media": 2, "hour_09": 1, "versions": 1,
            "relation_calls_internal": 1, "relation_calls_guest": 1, "relation_calls_anonymous": 1,
            "calls_external": 1, "people_calls_external": 4, "people_calls_as_internal": 2,
            // Ann's two sessions, and one each of the visitor and Gina, who dropped.
            "legs_established": 4, "legs_dropped": 1,
            "people_legs_established": 4, "people_legs_dropped": 1,
            "people_calls": 4, "people_calls_group": 4, "people_attended": 3, "people_listed": 1,
            "people_dropped": 1, "people_organised": 1,
            // 1,800.5 + 60 + 1,200 s
            "people_talk_ms": 3_060_500, "people_modality_ms_audio": 3_060_500,
            "people_modality_ms_video": 1_200_000,
            "people_platform_ms_windows": 1_200_000, "people_platform_ms_android": 1_200_500,
            "people_platform_ms_web": 1_260_000, "people_platform_calls_windows": 1,
            "people_platform_calls_android": 1, "people_platform_calls_web": 2,
            "people_connection_ms_tunnel": 1_200_000,
            // Every person meets an internal one; all but the visitor meet the visitor, and so on.
            "people_relation_calls_internal": 4, "people_relation_calls_guest": 3,
            "people_relation_calls_anonymous": 3,
            "people_feedback_objects": 2, "people_feedback_rated": 1, "people_rating_bad": 1,
            "people_token_Echo": 1, "people_token_Noisy": 1,
        }))
    );
}

/// An auto attendant passed a caller on to a queue and to two agents: four sessions under one id.
///
/// | who called whom | from | to |
/// |---|---|---|
/// | Ann, the attendant (an application instance) | 09:00:00 | 09:00:30 |
/// | Ann, Ben (rang) | 09:00:30 | 09:00:30 |
/// | Ann, Cleo | 09:00:40 | 09:05:40 |
/// | Ann, Cleo: the same once more | 09:00:40 | 09:05:40 |
///
/// Ann: 30 + 300 s. Ben missed it, and Cleo answered; the attendant is no person. The same session
/// id for four sessions is one session of each person, and Ann's one feedback.
#[test]
fn a_call_through_an_auto_attendant() {
    let ann = json!({
        "associatedIdentity": person(1), "userAgent": {"platform": "macOS"},
        "feedback": {"rating": "good"},
    });
    let session = |callee: Value, from: &str, to: &str| {
        json!({
            "id": "s", "caller": ann, "callee": callee,
            "startDateTime": format!("2026-03-02T{from}Z"),
            "endDateTime": format!("2026-03-02T{to}Z"),
        })
    };
    let attendant = json!({"associatedIdentity": {
        "@odata.type": "#microsoft.graph.applicationInstanceIdentity", "id": "attendant",
    }});
    let end = |n| json!({"associatedIdentity": person(n), "userAgent": {"platform": "windows"}});
    let record = json!({
        "id": "c", "version": 1, "type": "peerToPeer",
        "startDateTime": "2026-03-02T09:00:00Z", "endDateTime": "2026-03-02T09:05:40Z",
        "sessions": [
            session(attendant, "09:00:00", "09:00:30"),
            session(end(2), "09:00:30", "09:00:30"),
            session(end(3), "09:00:40", "09:05:40"),
            session(end(3), "09:00:40", "09:05:40"),
        ],
    });
    let call = call(&record);
    let told = |key: &str| {
        let part = part(&call, key);
        (part.role.as_str(), part.outcome.as_str(), part.talk_seconds.unwrap().as_millis())
    };
    assert_eq!(told(&key(1)), ("caller", "answered", 330_000));
    assert_eq!(told(&key(2)), ("callee", "missed", 0));
    assert_eq!(told(&key(3)), ("callee", "answered", 300_000));
    let attendant = call.services.values().next().unwrap();
    assert_eq!(attendant.service.to_string(), "applicationInstance:attendant");
    assert_eq!(attendant.seconds.unwrap().as_millis(), 30_000);
    let ann = part(&call, &key(1));
    assert_eq!((ann.sessions, ann.feedback.len(), ann.counterparts.len()), (1, 1, 2));
    let totals = call.totals();
    let counted = ["calls", "answered", "people_missed", "people_answered", "sessions"];
    assert_eq!(counted.map(|name| totals.get(name)), [1, 1, 1, 2, 4]);
    assert_eq!(totals.get("people_talk_ms"), 330_000 + 300_000);
    assert_eq!(totals.get("service_ms_other"), 30_000);
}

/// Two legs of one person, four audio streams, and a shared screen.
///
/// | leg | stream | packets | round trip | loss | jitter | concealed | 2024 | classic |
/// |---|---|---|---|---|---|---|---|---|
/// | `s1` | out | 501 | 500 ms | 0 (an integer) | 30 ms | 0.5 | good: nothing above its limit | poor: concealed |
/// | `s1` | in | 500 | 9 s | 1 | 9 s | – | too few packets | too few packets |
/// | `s2` | out | 100,000 | `PT0H0M0.501S` | – | – | – | poor | poor |
/// | `s2` | in | – | 1 ms | 0.0 | `P0DT0.001S` | – | packets not known | good |
///
/// 2024: one good, one poor, two unclassified; both legs judged, `s2` poor. Classic: two poor, one
/// good, one unclassified; both legs poor. The screen: no frame loss is said, 2 frames per second
/// are not fewer than 2, so the loss after correction is not looked at: good.
#[rstest]
#[case(Cqd2024, [1, 1, 2], [2, 1])]
#[case(CqdClassic, [1, 2, 1], [2, 2])]
fn streams_at_the_limits(
    #[case] classifier: AudioClassifier,
    #[case] streams: [u32; 3],
    #[case] legs: [u32; 2],
) {
    let session = |id: &str, media: Value| {
        json!({
            "id": id, "startDateTime": "2026-03-02T09:00:00Z", "endDateTime": "2026-03-02T09:01:00Z",
            "caller": {"associatedIdentity": person(1)}, "callee": {},
            "segments": [{"id": id, "media": media}],
        })
    };
    let record = json!({
        "id": "c", "version": 1, "type": "groupCall",
        "startDateTime": "2026-03-02T09:00:00Z", "endDateTime": "2026-03-02T09:01:00Z",
        "sessions": [
            session("s1", json!([{"label": "main-audio", "streams": [
                {"streamId": "1", "streamDirection": "callerToCallee", "packetUtilization": 501,
                 "averageRoundTripTime": "PT0.5S", "averagePacketLossRate": 0,
                 "averageJitter": "PT0.03S", "averageRatioOfConcealedSamples": 0.5},
                {"streamId": "1", "streamDirection": "calleeToCaller", "packetUtilization": 500,
                 "averageRoundTripTime": "PT9S", "averagePacketLossRate": 1, "averageJitter": "PT9S"},
            ]}])),
            session("s2", json!([
                {"label": "main-audio", "streams": [
                    {"streamId": "1", "streamDirection": "callerToCallee",
                     "packetUtilization": 100_000, "averageRoundTripTime": "PT0H0M0.501S",
                     "averageJitter": ""},
                    {"streamId": "1", "streamDirection": "calleeToCaller",
                     "averageRoundTripTime": "PT0.001S", "averagePacketLossRate": 0.0,
                     "averageJitter": "P0DT0.001S"},
                ]},
                {"label": "applicationsharing-video", "streams": [
                    {"streamId": "2", "averageVideoFrameRate": 2,
                     "postForwardErrorCorrectionPacketLossRate": 0.9},
                ]},
            ])),
        ],
    });
    let (call, _) = told_by(&record, classifier);
    let part = part(&call, &key(1));
    let audio = &part.audio_streams;
    assert_eq!([audio.good, audio.poor, audio.unclassified], streams);
    assert_eq!((audio.classifier.as_str(), audio.classifier_version), (classifier.id(), 1));
    assert_eq!([part.legs, part.poor_legs], legs);
    let video = &part.video_streams;
    assert_eq!([video.good, video.poor, video.unclassified], [1, 0, 0]);
    let totals = call.totals();
    assert_eq!((totals.get("judged_calls"), totals.get("poor_calls")), (1, 1));
}
