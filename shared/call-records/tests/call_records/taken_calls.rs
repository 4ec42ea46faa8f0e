//! Who took a peer-to-peer call, and what it was then for the others.

use call_records::TakenBy;
use rstest::rstest;
use serde_json::{Value, json};

use crate::invented::{
    CALL, call, endpoint, joined, key, part, person, record, service, session, talk, with,
};

fn role(role: &str) -> Value {
    json!({"userAgent": {"role": role}})
}

fn failed(session: Value) -> Value {
    with(session, json!({"failureInfo": {"stage": "callSetup", "reason": "Busy."}}))
}

fn open(mut session: Value) -> Value {
    session["endDateTime"] = Value::Null;
    session
}

/// From the first person to the second.
fn rang(id: &str, seconds: i64) -> Value {
    session(id, endpoint(person(1)), endpoint(person(2)), 0, seconds)
}

fn mailbox(id: &str, seconds: i64) -> Value {
    session(id, endpoint(person(1)), with(endpoint(person(2)), role("voicemail")), 20, 20 + seconds)
}

fn to_third(id: &str, seconds: i64) -> Value {
    session(id, endpoint(person(1)), endpoint(person(3)), 30, 30 + seconds)
}

fn bot(id: &str, seconds: i64) -> Value {
    session(id, endpoint(person(1)), role("customBot"), 0, seconds)
}

/// By hand, of the call, of who placed it, and of the second person.
#[rstest]
#[case::rang_then_voicemail(vec![rang("a", 0), mailbox("b", 30)], "voicemail", "unanswered", "missed")]
#[case::failed_then_voicemail(vec![failed(rang("a", 20)), mailbox("b", 30)], "voicemail", "unanswered", "missed")]
#[case::voicemail_then_taken(vec![mailbox("a", 30), rang("b", 60)], "answered", "answered", "answered")]
#[case::voicemail_was_not_reached(vec![mailbox("a", 0)], "unanswered", "unanswered", "missed")]
#[case::voicemail_failed(vec![failed(mailbox("a", 9))], "failed", "failed", "failed")]
#[case::voicemail_is_open(vec![open(mailbox("a", 0)), rang("b", 0)], "unknown", "unknown", "missed")]
#[case::failed_and_taken_by_another(vec![failed(rang("a", 20)), to_third("b", 60)], "answered", "answered", "missed")]
#[case::rang_and_failed_at_another(vec![rang("a", 0), failed(to_third("b", 9))], "failed", "failed", "missed")]
#[case::open_at_another(vec![rang("a", 0), open(to_third("b", 0))], "unknown", "unknown", "missed")]
#[case::open(vec![open(rang("a", 0)), to_third("b", 0)], "unknown", "unknown", "unknown")]
#[case::open_and_taken_by_another(vec![open(rang("a", 0)), to_third("b", 9)], "answered", "answered", "unknown")]
#[case::only_a_bot_took_it(vec![bot("a", 60), rang("b", 0)], "unanswered", "unanswered", "missed")]
#[case::a_bot_is_open(vec![open(bot("a", 0)), rang("b", 0)], "unanswered", "unanswered", "missed")]
fn a_call_to_the_second_person_comes_out_as(
    #[case] sessions: Vec<Value>,
    #[case] outcome: &str,
    #[case] caller: &str,
    #[case] callee: &str,
) {
    let mut record = record("peerToPeer", sessions);
    record["organizer_v2"] = json!({"identity": {"user": person(1)}});
    let found = call(&record);
    let of = |n| part(&found, &key(n)).outcome.as_str();
    assert_eq!((found.outcome.unwrap().as_str(), of(1), of(2)), (outcome, caller, callee));
    let taken_by = part(&found, &key(2)).taken_by.map(TakenBy::as_str);
    let expected = match (callee, outcome) {
        ("missed", "voicemail") => Some("voicemail"),
        ("missed", "answered") => Some("another_person"),
        ("missed", "unanswered" | "failed") => Some("no_one"),
        _ => None,
    };
    assert_eq!(taken_by, expected);
}

#[test]
fn who_is_only_listed_missed_the_call_that_another_took() {
    let mut record = record("peerToPeer", vec![to_third("a", 60)]);
    record["participants_v2"] = json!([{"identity": {"user": person(2)}}]);
    let found = call(&record);
    let listed = part(&found, &key(2));
    assert_eq!((listed.outcome.as_str(), listed.attended), ("missed", Some(false)));
    assert_eq!(talk(listed).as_deref(), Some("0"));
}

/// The far end of a telephone call may have no identity: a person took the call, and the listed telephone
/// may be who it was.
#[rstest]
#[case::no_identity(service())]
#[case::behind_a_gateway(role("mediationServer"))]
#[case::no_endpoint(Value::Null)]
fn an_end_that_names_nobody_can_take_a_call(#[case] far_end: Value) {
    let mut record = record("peerToPeer", vec![session("a", endpoint(person(1)), far_end, 0, 60)]);
    record["participants_v2"] = json!([{"identity": {"phone": {"id": "+4930123456"}}}]);
    let found = call(&record);
    assert_eq!(found.outcome.unwrap().as_str(), "answered");
    assert_eq!(part(&found, &key(1)).outcome.as_str(), "answered");
    let telephone = part(&found, "phone:+4930123456");
    assert_eq!(
        (telephone.outcome.as_str(), telephone.attended, talk(telephone)),
        ("unknown", None, None)
    );
    record["sessions"][0]["endDateTime"] = record["sessions"][0]["startDateTime"].clone();
    let found = call(&record);
    assert_eq!(found.outcome.unwrap().as_str(), "unanswered");
    assert_eq!(part(&found, "phone:+4930123456").outcome.as_str(), "missed");
}

/// A queue in a call that Graph calls peer-to-peer: the agent's own session answers it.
#[test]
fn an_agent_who_talks_through_a_queue_answers() {
    let queue = || with(endpoint(json!({"id": "q"})), role("skypeForBusinessCallQueues"));
    let sessions = vec![
        session("a", endpoint(person(1)), queue(), 0, 60),
        session("b", queue(), endpoint(person(2)), 20, 60),
        session("c", queue(), endpoint(person(3)), 10, 10),
    ];
    let found = call(&record("peerToPeer", sessions));
    let of = |n| part(&found, &key(n)).outcome.as_str();
    assert_eq!(
        (found.outcome.unwrap().as_str(), of(1), of(2), of(3)),
        ("answered", "answered", "answered", "missed")
    );
    let totals = found.totals();
    assert_eq!(totals.get("people_talk_ms"), 60_000 + 40_000);
}

/// Evidence of media, of each kind of content, makes a set-up failure that of one medium.
#[rstest]
#[case::audio("main-audio", json!(1), "answered")]
#[case::video("main-video", json!(1), "answered")]
#[case::sharing("applicationsharing-video", json!("7"), "answered")]
#[case::data("data", json!(900), "failed")]
#[case::no_packets("main-audio", json!(0), "failed")]
#[case::not_measured("main-audio", Value::Null, "failed")]
fn media_in_a_session_that_failed_in_set_up(
    #[case] label: &str,
    #[case] packets: Value,
    #[case] outcome: &str,
) {
    let stream = json!({"streamId": "1", "packetUtilization": packets});
    let media = json!([{"id": "g", "media": [{"label": label, "streams": [stream]}]}]);
    let of_two = with(failed(rang("a", 60)), json!({"segments": media}));
    let found = call(&record("peerToPeer", vec![of_two]));
    assert_eq!(found.outcome.unwrap().as_str(), outcome);
    let is_answered = outcome == "answered";
    assert_eq!(part(&found, &key(1)).medium_failed, is_answered);
    assert_eq!(found.totals().get("people_talk_ms"), if is_answered { 120_000 } else { 0 });
    let of_meeting = with(failed(joined("a", 1, 0, 60)), json!({"segments": media}));
    let found = call(&record("groupCall", vec![of_meeting]));
    let joined = part(&found, &key(1)).outcome.as_str();
    assert_eq!(joined, if is_answered { "attended" } else { "failed" });
}

#[rstest]
#[case::twice(vec![failed(joined("a", 1, 0, 0)), failed(joined("b", 1, 5, 9))], "failed")]
#[case::then_joined(vec![failed(joined("a", 1, 0, 0)), joined("b", 1, 5, 9)], "attended")]
#[case::beside_what_an_escalated_call_leaves(
    vec![failed(joined("a", 1, 0, 0)), joined(CALL, 1, 0, 0)], "failed"
)]
#[case::beside_another_session_of_no_length(
    vec![failed(joined("a", 1, 0, 0)), joined("b", 1, 0, 0)], "listed"
)]
#[case::beside_an_open_one(vec![failed(joined("a", 1, 0, 0)), open(joined("b", 1, 0, 0))], "unknown")]
fn a_failed_join_is_of_who_never_got_in(#[case] sessions: Vec<Value>, #[case] outcome: &str) {
    let found = call(&record("groupCall", sessions));
    assert_eq!(part(&found, &key(1)).outcome.as_str(), outcome);
    assert_eq!(found.totals().get("failed_joins"), i64::from(outcome == "failed"));
}

/// Back within two minutes of every drop, on whatever device.
#[rstest]
#[case::back_at_once(&[(0, 60, true), (70, 90, false)], Some(true))]
#[case::back_after_two_minutes(&[(0, 60, true), (180, 190, false)], Some(true))]
#[case::back_too_late(&[(0, 60, true), (181, 190, false)], Some(false))]
#[case::never(&[(0, 60, true)], Some(false))]
#[case::still_there_on_another_device(&[(0, 60, true), (10, 90, false)], Some(true))]
#[case::was_there_before_only(&[(0, 60, true), (10, 50, false)], Some(false))]
#[case::back_for_no_time(&[(0, 60, true), (70, 70, false)], Some(false))]
#[case::back_and_dropped_again(&[(0, 60, true), (70, 90, true)], Some(false))]
#[case::not_dropped(&[(0, 60, false)], None)]
fn a_person_who_dropped_is_back(
    #[case] sessions: &[(i64, i64, bool)],
    #[case] rejoined: Option<bool>,
) {
    let sessions = sessions.iter().enumerate().map(|(n, (start, end, dropped))| {
        let session = joined(&format!("s{n}"), 1, *start, *end);
        let failure = json!({"failureInfo": {"stage": "midcall"}});
        if *dropped { with(session, failure) } else { session }
    });
    let found = call(&record("groupCall", sessions.collect()));
    let person = part(&found, &key(1));
    assert_eq!((person.rejoined, person.dropped), (rejoined, rejoined.is_some()));
    let totals = found.totals();
    assert_eq!(totals.get("people_rejoined"), i64::from(rejoined == Some(true)));
}
