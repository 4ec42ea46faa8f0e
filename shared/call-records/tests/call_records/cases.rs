//! Records from the field, with their right values worked out by hand: see `tests/cases/README.md`.

use call_records::{AudioClassifier, Call, CallBuilder, ServiceKind, decode_record, redact};
use rstest::rstest;
use serde_json::{Value, json};

use crate::invented::{part, talk};

const TENANT: &str = "11111111-1111-4111-8111-111111111111";
const OTHER_TENANT: &str = "7c0f2e5a-3d41-4c8e-9b7d-1f6a2e5c8d90";
const A: &str = "user:aaaaaaaa-0000-4000-8000-000000000001";
const B: &str = "user:bbbbbbbb-0000-4000-8000-000000000002";
const C: &str = "user:cccccccc-0000-4000-8000-000000000003";
const PRIYA: &str = "user:aaaaaaaa-0000-4000-8000-000000000003";
const QUENTIN: &str = "user:aaaaaaaa-0000-4000-8000-000000000004";
const CHANDRA: &str = "user:aaaaaaaa-0000-4000-8000-000000000007";

fn bytes(file: &str) -> Vec<u8> {
    let path = format!("{}/tests/cases/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read(path).unwrap();
    match serde_json::from_slice(&text).unwrap() {
        Value::Array(records) => records[0].to_string().into_bytes(),
        record => record.to_string().into_bytes(),
    }
}

fn call_of(record: &[u8], tenant: &str) -> Call {
    let page = decode_record(record).unwrap();
    let mut builder = CallBuilder::new(Some(tenant), AudioClassifier::default());
    builder.record(&page.record);
    builder.participants(&page.participants.value);
    builder.sessions(&page.sessions.value);
    builder.finish().unwrap()
}

fn case(file: &str) -> Call {
    let record = bytes(file);
    let own = String::from_utf8_lossy(&record).contains(OTHER_TENANT);
    call_of(&record, if own { OTHER_TENANT } else { TENANT })
}

fn outcome_and_talk(call: &Call, key: &str) -> (&'static str, Option<String>) {
    let part = part(call, key);
    (part.outcome.as_str(), talk(part))
}

fn seconds(seconds: &str) -> Option<String> {
    Some(seconds.to_owned())
}

/// 18:30:00 to 18:36:00 is the caller's time, in two sessions of 40 s and 320 s; agent B is there
/// from 18:32 to 18:36.
#[test]
fn a_queue_call_is_of_the_caller_and_the_agents_and_its_services_are_no_people() {
    let call = case("call-queue-answered");
    let phone = "phone:+15550109999";
    let [missed, answered] = [1, 2].map(|n| format!("user:aaaaaaaa-0000-4000-8000-00000000000{n}"));
    assert_eq!(outcome_and_talk(&call, phone), ("attended", seconds("360")));
    assert_eq!(outcome_and_talk(&call, &missed), ("rung", seconds("0")));
    assert_eq!(outcome_and_talk(&call, &answered), ("attended", seconds("240")));
    assert_eq!(part(&call, phone).relation.as_str(), "pstn");
    let totals = call.totals();
    for (name, value) in [
        ("participants", 3),
        ("people_attended", 2),
        ("people_rung", 1),
        ("people_talk_ms", 600_000),
        ("relation_calls_internal", 1),
        ("relation_calls_pstn", 1),
        ("relation_calls_unknown", 0),
        ("relation_calls_federated", 0),
        ("service_calls_queue", 1),
        ("service_calls_auto_attendant", 1),
        ("service_calls_conferencing", 1),
    ] {
        assert_eq!(totals.get(name), value, "{name}");
    }
    let services: Vec<_> = call
        .services
        .values()
        .map(|service| (service.kind, service.seconds.unwrap().to_string(), service.sessions))
        .collect();
    assert_eq!(
        services,
        [
            (ServiceKind::Conferencing, "320".to_owned(), 1),
            (ServiceKind::AutoAttendant, "40".to_owned(), 1),
            // Its sessions with the caller, the assistant, the agent who missed, and its own.
            (ServiceKind::Queue, "320".to_owned(), 4),
        ]
    );
    assert_eq!(call.organizer.unwrap().to_string(), phone);
}

#[test]
fn what_the_mailbox_takes_its_owner_missed() {
    let call = case("voicemail-takes-the-call");
    assert_eq!(call.outcome.unwrap().as_str(), "voicemail");
    assert_eq!(outcome_and_talk(&call, QUENTIN), ("missed", seconds("0")));
    let quentin = part(&call, QUENTIN);
    assert_eq!(quentin.attended, Some(false));
    assert_eq!(quentin.taken_by.unwrap().as_str(), "voicemail");
    assert_eq!(outcome_and_talk(&call, PRIYA), ("unanswered", seconds("35")));
    assert_eq!(part(&call, PRIYA).counterparts[0].to_string(), QUENTIN);
    let totals = call.totals();
    for (name, value) in [
        ("answered", 0),
        ("voicemail", 1),
        ("people_missed", 1),
        ("people_missed_voicemail", 1),
        ("people_unanswered", 1),
        ("participants", 2),
    ] {
        assert_eq!(totals.get(name), value, "{name}");
    }
    let mailbox = call.services.values().next().unwrap();
    assert_eq!(mailbox.service.to_string(), QUENTIN.replace("user:", "voicemail:"));
    assert_eq!(
        (mailbox.kind, mailbox.seconds.unwrap().to_string().as_str()),
        (ServiceKind::Voicemail, "35")
    );
}

#[test]
fn what_lies_between_servers_is_no_part_of_the_users_quality() {
    let call = case("pstn-two-segments");
    let user = part(&call, PRIYA);
    assert_eq!(json!(user.connections), json!({"wifi": 300}));
    assert_eq!(json!(user.capture_devices), json!(["Headset Mic"]));
    assert_eq!(json!(user.render_devices), json!(["Headset Speaker"]));
    assert_eq!((user.audio_streams.good, user.audio_streams.poor), (2, 0));
    assert_eq!((user.legs, user.poor_legs), (1, 0));
    assert_eq!((user.judged_sent, user.judged_received), (1, 1));
    assert_eq!(outcome_and_talk(&call, PRIYA), ("answered", seconds("300")));
    let phone = part(&call, "phone:+15550107777");
    assert_eq!((phone.poor_received, phone.poor_sent), (1, 1));
    // Each stream once: two of the user's, and two of the telephone's.
    assert_eq!((call.audio_streams.good, call.audio_streams.poor), (2, 2));
    assert_eq!((call.legs, call.poor_legs), (1, 1));
}

#[test]
fn without_sessions_nothing_is_known_of_times_and_outcomes() {
    let call = case("peer-to-peer-without-sessions");
    for key in [PRIYA, QUENTIN] {
        assert_eq!(outcome_and_talk(&call, key), ("unknown", None));
        assert_eq!(part(&call, key).attended, None);
    }
    let totals = call.totals();
    for (name, value) in [
        ("calls_peer_to_peer", 1),
        ("outcome_unknown", 1),
        ("people_outcome_unknown", 2),
        ("people_talk_unknown", 2),
        ("people_listed", 0),
    ] {
        assert_eq!(totals.get(name), value, "{name}");
    }
}

#[test]
fn one_person_is_one_in_every_spelling_of_an_id() {
    let call = case("prefixed-ids");
    let keys: Vec<_> = call.people.keys().map(ToString::to_string).collect();
    let start = "00000000-aaaa-4000-8000-000000000001_0000000a";
    let expected = [
        format!("acs:8:acs:{start}-1"),
        format!("acs:8:dod-acs:{start}-3"),
        format!("acs:8:gcch-acs:{start}-2"),
        format!("acs:8:spool:{start}-4"),
        "anonymous:teamsvisitor:0123456789abcdef0123456789abcdef".to_owned(),
        "phone:+15550101234".to_owned(),
        PRIYA.to_owned(),
    ];
    assert_eq!(keys, expected);
    assert_eq!(part(&call, PRIYA).sessions, 2);
    assert_eq!(outcome_and_talk(&call, PRIYA), ("attended", seconds("1800")));
}

#[test]
fn the_first_callee_missed_the_call_that_the_second_took() {
    let call = case("forwarded-call");
    assert_eq!(outcome_and_talk(&call, PRIYA), ("answered", seconds("580")));
    assert_eq!(outcome_and_talk(&call, QUENTIN), ("missed", seconds("0")));
    assert_eq!(part(&call, QUENTIN).taken_by.unwrap().as_str(), "another_person");
    assert_eq!(outcome_and_talk(&call, CHANDRA), ("answered", seconds("580")));
    let others: Vec<_> = part(&call, PRIYA).counterparts.iter().map(ToString::to_string).collect();
    assert_eq!(others, [QUENTIN, CHANDRA]);
    let totals = call.totals();
    assert_eq!((totals.get("answered"), totals.get("people_missed_taken")), (1, 1));
}

#[test]
fn to_forget_one_person_leaves_another_who_shares_an_endpoint() {
    let record = bytes("forget-takes-another-person");
    let before = call_of(&record, OTHER_TENANT);
    assert_eq!(before.people.len(), 3);
    for (forgotten, others) in [(A, [B, C]), (B, [A, C])] {
        let person = forgotten.parse().unwrap();
        let redacted = redact(&record, &person, &person.tombstone("t"), &[]).unwrap().unwrap();
        let text = String::from_utf8(redacted.clone()).unwrap();
        assert!(!text.contains(person.id()), "{text}");
        let after = call_of(&redacted, OTHER_TENANT);
        for other in others {
            assert_eq!(part(&after, other), part(&before, other));
        }
        let tombstone = part(&after, &person.tombstone("t").to_string());
        assert_eq!(talk(tombstone), talk(part(&before, forgotten)));
        assert_eq!(after.totals(), before.totals());
    }
}

#[test]
fn a_call_with_sound_is_answered_though_one_medium_failed_in_set_up() {
    let call = case("media-failed-in-setup");
    for key in [A, B] {
        assert_eq!(outcome_and_talk(&call, key), ("answered", seconds("1200")));
        assert!(part(&call, key).medium_failed);
        assert_eq!(part(&call, key).outcome_reason, None);
    }
    let totals = call.totals();
    assert_eq!(["answered", "failed", "medium_failed"].map(|name| totals.get(name)), [1, 0, 1]);
}

#[test]
fn ringing_is_not_talking() {
    let call = case("rung-then-failed");
    for key in [A, B] {
        assert_eq!(outcome_and_talk(&call, key), ("failed", seconds("0")));
        assert_eq!(part(&call, key).attended, Some(false));
        assert!(part(&call, key).outcome_reason.is_some());
    }
    let totals = call.totals();
    assert_eq!(["failed", "people_talk_ms", "answered"].map(|name| totals.get(name)), [1, 0, 0]);
    assert_eq!(totals.get("people_attended"), 0);
}

#[test]
fn who_could_not_join_a_meeting_is_a_failed_join() {
    let call = case("failed-in-a-meeting");
    assert_eq!(outcome_and_talk(&call, A), ("attended", seconds("300")));
    assert_eq!(outcome_and_talk(&call, B), ("failed", seconds("0")));
    let totals = call.totals();
    for (name, value) in
        [("failed_joins", 1), ("people_failed_joins", 1), ("people_listed", 0), ("failed", 0)]
    {
        assert_eq!(totals.get(name), value, "{name}");
    }
}

#[test]
fn a_poor_stream_is_sent_by_one_and_received_by_the_other() {
    let call = case("p2p-poor-outbound-of-A");
    let directions = |key| (part(&call, key).poor_sent, part(&call, key).poor_received);
    assert_eq!((directions(A), directions(B)), ((1, 0), (0, 1)));
    let totals = call.totals();
    for (name, value) in [
        ("poor_calls", 1),
        ("audio_streams_poor", 1),
        ("audio_streams_good", 1),
        ("legs", 1),
        ("legs_poor", 1),
        ("people_poor_sent", 1),
        ("people_poor_received", 1),
    ] {
        assert_eq!(totals.get(name), value, "{name}");
    }
}

#[test]
fn a_record_without_an_end_has_no_known_length() {
    let call = case("no-end-of-record");
    assert_eq!((call.ended_at, call.seconds()), (None, None));
    assert_eq!((call.totals().get("call_ms"), call.totals().get("call_ms_unknown")), (0, 1));
    // Of the people it is known that they were there for at least the first session.
    assert_eq!(outcome_and_talk(&call, A), ("answered", seconds("300")));
}

#[test]
fn of_two_ratings_for_one_session_at_one_time_the_worse_counts() {
    let call = case("feedback-tie");
    let feedback = &part(&call, A).feedback;
    assert_eq!(feedback.len(), 1);
    assert_eq!(feedback[0].rating.as_ref().unwrap().as_str(), "bad");
    assert_eq!(part(&call, A).feedback_objects, 1);
}

#[test]
fn sessions_without_an_id_are_not_the_same_session() {
    let call = case("no-session-id");
    for key in [A, B] {
        assert_eq!(part(&call, key).sessions, 2);
        assert_eq!(outcome_and_talk(&call, key), ("answered", seconds("300")));
    }
    assert_eq!((call.sessions, call.established_legs), (2, 2));
}

/// Of every call, the five outcomes are all peer-to-peer calls, for the organisation and for its
/// people.
#[rstest]
#[case("call-queue-answered")]
#[case("failed-in-a-meeting")]
#[case("feedback-tie")]
#[case("forwarded-call")]
#[case("media-failed-in-setup")]
#[case("no-end-of-record")]
#[case("no-session-id")]
#[case("p2p-poor-outbound-of-A")]
#[case("peer-to-peer-without-sessions")]
#[case("prefixed-ids")]
#[case("pstn-two-segments")]
#[case("rung-then-failed")]
#[case("voicemail-takes-the-call")]
fn the_outcomes_are_all_calls(#[case] file: &str) {
    let totals = case(file).totals();
    let sum = |names: &[&str]| names.iter().map(|name| totals.get(name)).sum::<i64>();
    let of_calls = ["answered", "voicemail", "unanswered", "failed", "outcome_unknown"];
    assert_eq!(sum(&of_calls), totals.get("calls_peer_to_peer"));
    let of_people = ["answered", "missed", "unanswered", "failed", "outcome_unknown"];
    let of_people = of_people.map(|name| format!("people_{name}"));
    let of_people: i64 = of_people.iter().map(|name| totals.get(name)).sum();
    assert_eq!(of_people, totals.get("people_calls_peer_to_peer"));
}
