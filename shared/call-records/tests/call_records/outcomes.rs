//! What became of a call, for each person and altogether.

use call_records::{Outcome, Seconds};
use rstest::rstest;
use serde_json::{Value, json};

use crate::invented::{
    call, endpoint, joined, key, part, person, record, service, session, talk, with,
};

/// A session between the first two people: seconds, or no known length, and where it failed.
fn leg(id: &str, seconds: Option<i64>, stage: Option<&str>) -> Value {
    let mut session =
        session(id, endpoint(person(1)), endpoint(person(2)), 0, seconds.unwrap_or(0));
    if seconds.is_none() {
        session["endDateTime"] = Value::Null;
    }
    if let Some(stage) = stage {
        session["failureInfo"] = json!({"stage": stage, "reason": format!("It was {stage}.")});
    }
    session
}

type Leg = (Option<i64>, Option<&'static str>);

#[rstest]
#[case::it_lasted(&[(Some(5), None)], "answered")]
#[case::it_lasted_and_dropped(&[(Some(5), Some("midcall"))], "answered")]
#[case::nobody_answered(&[(Some(0), None)], "unanswered")]
#[case::it_ended_before_it_began(&[(Some(-5), None)], "unanswered")]
#[case::set_up_failed(&[(Some(0), Some("callSetup"))], "failed")]
#[case::set_up_failed_after_ringing(&[(Some(20), Some("callSetup"))], "failed")]
#[case::an_unknown_stage_decides_nothing(&[(Some(0), Some("unknown"))], "unanswered")]
#[case::the_second_try_was_answered(&[(Some(0), Some("callSetup")), (Some(5), None)], "answered")]
#[case::one_try_failed_and_one_rang(&[(Some(0), None), (Some(0), Some("callSetup"))], "failed")]
#[case::no_length_is_no_missed_call(&[(None, None)], "unknown")]
#[case::no_length_beside_a_length(&[(None, None), (Some(5), None)], "answered")]
#[case::no_length_beside_none(&[(None, None), (Some(0), None)], "unknown")]
fn a_peer_to_peer_call_comes_out_as(#[case] legs: &[Leg], #[case] outcome: &str) {
    let legs = legs
        .iter()
        .enumerate()
        .map(|(n, (seconds, stage))| leg(&format!("s{n}"), *seconds, *stage));
    let call = call(&record("peerToPeer", legs.collect()));
    assert_eq!(call.outcome.unwrap().as_str(), outcome);
    let callee = if outcome == "unanswered" { "missed" } else { outcome };
    let outcomes = [1, 2].map(|n| part(&call, &key(n)).outcome.as_str());
    assert_eq!(outcomes, [outcome, callee]);
    let totals = call.totals();
    for name in ["answered", "voicemail", "unanswered", "failed"] {
        assert_eq!(totals.get(name), i64::from(name == outcome), "{name}");
    }
    for name in ["answered", "missed", "unanswered", "failed"] {
        let people = outcomes.iter().filter(|outcome| **outcome == name).count();
        assert_eq!(totals.get(&format!("people_{name}")), i64::try_from(people).unwrap());
    }
}

#[test]
fn a_failed_call_has_the_reason_of_its_last_failure() {
    let early = leg("a", Some(0), Some("callSetup"));
    let late = with(
        leg("b", Some(0), Some("callSetup")),
        json!({
            "startDateTime": "2026-03-02T09:05:00Z",
            "failureInfo": {"reason": "Nobody was there."},
        }),
    );
    let call = call(&record("peerToPeer", vec![late, early]));
    let reason = part(&call, &key(2)).outcome_reason.as_deref();
    assert_eq!(reason, Some("Nobody was there."));
}

#[test]
fn a_failure_that_does_not_say_why_hides_no_reason_of_an_earlier_one() {
    let silent = |id: &str, stage: &str| {
        with(
            leg(id, Some(0), Some(stage)),
            json!({"startDateTime": "2026-03-02T09:05:00Z", "failureInfo": {"reason": null}}),
        )
    };
    let legs = vec![leg("a", Some(0), Some("callSetup")), silent("b", "callSetup")];
    let call_of = |legs: Vec<Value>| call(&record("peerToPeer", legs));
    let failed = call_of(legs);
    let reason = part(&failed, &key(1)).outcome_reason.as_deref();
    assert_eq!(reason, Some("It was callSetup."));
    let dropped = call_of(vec![leg("a", Some(9), Some("midcall")), silent("b", "midcall")]);
    let reason = part(&dropped, &key(1)).drop_reason.as_deref();
    assert_eq!(reason, Some("It was midcall."));
}

#[test]
fn an_answered_call_has_no_reason_for_failing() {
    let legs = vec![leg("a", Some(0), Some("callSetup")), leg("b", Some(9), None)];
    assert_eq!(part(&call(&record("peerToPeer", legs)), &key(1)).outcome_reason, None);
}

#[test]
fn a_call_that_is_passed_on_is_missed_by_one_and_answered_by_another() {
    let rang = session("a", endpoint(person(1)), endpoint(person(2)), 0, 0);
    let talked = session("b", endpoint(person(1)), endpoint(person(3)), 5, 65);
    let call = call(&record("peerToPeer", vec![talked, rang]));
    let outcome = |n| part(&call, &key(n)).outcome.as_str();
    assert_eq!((outcome(1), outcome(2), outcome(3)), ("answered", "missed", "answered"));
    assert_eq!(call.outcome.unwrap().as_str(), "answered");
    let counterparts: Vec<_> =
        part(&call, &key(1)).counterparts.iter().map(ToString::to_string).collect();
    assert_eq!(counterparts, [key(2), key(3)]);
    assert_eq!(part(&call, &key(3)).counterparts[0].to_string(), key(1));
}

/// A telephone may be on the list and on no session. Where two are on sessions, each faces only
/// whom its own sessions show.
#[test]
fn who_is_alone_on_the_sessions_faces_all_who_are_listed() {
    let listed = |key: &str| json!({"identity": {"phone": {"id": key}}});
    let with_service = session("a", endpoint(person(1)), service(), 0, 60);
    let mut record = record("peerToPeer", vec![with_service]);
    let counterparts = |record: &Value, key: &str| -> Vec<String> {
        part(&call(record), key).counterparts.iter().map(ToString::to_string).collect()
    };
    assert!(counterparts(&record, &key(1)).is_empty(), "nobody else is known");
    record["participants_v2"] = json!([listed("+4930123456"), {"identity": {"user": person(1)}}]);
    assert_eq!(counterparts(&record, &key(1)), ["phone:+4930123456"]);
    assert_eq!(counterparts(&record, "phone:+4930123456"), [key(1)]);
    let between = session("b", endpoint(person(2)), endpoint(person(3)), 60, 90);
    record["sessions"].as_array_mut().unwrap().push(between);
    assert!(counterparts(&record, &key(1)).is_empty(), "it may have been anybody");
    assert_eq!(counterparts(&record, &key(2)), [key(3)]);
}

#[rstest]
#[case::stayed("groupCall", Some(60), "attended", Some(true))]
#[case::came_and_went_at_once("groupCall", Some(0), "listed", Some(false))]
#[case::length_not_known("groupCall", None, "unknown", None)]
#[case::call_of_no_known_type("unknown", Some(60), "attended", Some(true))]
#[case::call_of_a_new_type("townHall", Some(60), "attended", Some(true))]
fn another_call_comes_out_as(
    #[case] call_type: &str,
    #[case] seconds: Option<i64>,
    #[case] outcome: &str,
    #[case] attended: Option<bool>,
) {
    let mut session = joined("s", 1, 0, seconds.unwrap_or(0));
    if seconds.is_none() {
        session.as_object_mut().unwrap().remove("endDateTime");
    }
    let call = call(&record(call_type, vec![session]));
    let part = part(&call, &key(1));
    assert_eq!((part.outcome.as_str(), part.attended), (outcome, attended));
    assert_eq!(call.outcome, None);
}

#[test]
fn a_session_of_unknown_length_still_tells_everything_else() {
    let mut session = joined("s", 1, 10, 20);
    session["startDateTime"] = json!("soon");
    let call = call(&record("groupCall", vec![session]));
    let part = part(&call, &key(1));
    assert_eq!(talk(part), None);
    assert_eq!((part.platforms["windows"], part.modalities["audio"]), (None, None));
    assert_eq!(call.participation_totals(part).get("platform_calls_windows"), 1);
    assert_eq!(part.first_joined_at, None);
    assert_eq!(part.last_left_at.unwrap().to_string(), "2026-03-02T09:00:20Z");
    assert_eq!(part.sessions, 1);
}

/// By hand, of one person's sessions, each on its own platform:
///
/// | on Windows | on Android | talk | attended | Windows | Android |
/// |---|---|---|---|---|---|
/// | no end | – | not known | not known | not known | – |
/// | no end | 0 s | not known: the first may have lasted | not known | not known | 0 s |
/// | no end | 60 s | at least 60 s | yes | not known | 60 s |
/// | 0 s | – | 0 s | no | 0 s | – |
/// | 0 s | 60 s | 60 s | yes | 0 s | 60 s |
#[rstest]
#[case::no_end(&[None], None, json!({"windows": null}))]
#[case::no_end_beside_nothing(&[None, Some(0)], None, json!({"windows": null, "android": 0}))]
#[case::no_end_beside_a_length(
    &[None, Some(60)], Some(60), json!({"windows": null, "android": 60})
)]
#[case::nothing(&[Some(0)], Some(0), json!({"windows": 0}))]
#[case::nothing_beside_a_length(
    &[Some(0), Some(60)], Some(60), json!({"windows": 0, "android": 60})
)]
fn a_length_is_not_known_unless_something_lasted_or_every_session_says_its_times(
    #[case] lengths: &[Option<i64>],
    #[case] talk_seconds: Option<i64>,
    #[case] platforms: Value,
) {
    let sessions = lengths.iter().zip(["windows", "android"]).map(|(seconds, platform)| {
        let mut session = with(
            joined(platform, 1, 0, seconds.unwrap_or(0)),
            json!({
                "caller": {"userAgent": {"platform": platform}},
                "modalities": [platform],
                "segments": [{"media": [{"callerNetwork": {"connectionType": platform}}]}],
            }),
        );
        if seconds.is_none() {
            session["endDateTime"] = Value::Null;
        }
        session
    });
    let call = call(&record("groupCall", sessions.collect()));
    let part = part(&call, &key(1));
    assert_eq!(part.talk_seconds.map(Seconds::as_millis), talk_seconds.map(|s| s * 1000));
    assert_eq!(part.attended, talk_seconds.map(|seconds| seconds > 0));
    for by_name in [&part.platforms, &part.modalities, &part.connections] {
        assert_eq!(json!(by_name), platforms);
    }
    let totals = call.participation_totals(part);
    let counted = ["talk_ms", "talk_unknown", "attended", "platform_ms_android"];
    let android = platforms["android"].as_i64().unwrap_or_default();
    assert_eq!(
        counted.map(|name| totals.get(name)),
        [
            talk_seconds.unwrap_or_default() * 1000,
            talk_seconds.is_none().into(),
            (talk_seconds > Some(0)).into(),
            android * 1000,
        ]
    );
    assert_eq!(totals.get("platform_ms_windows"), 0);
    assert_eq!(totals.get("platform_calls_windows"), 1);
}

#[rstest]
#[case::the_organizer_who_is_on_a_session(Some(2), &[(1, 0), (2, 10)], "2")]
#[case::else_the_earliest_caller(Some(3), &[(2, 10), (1, 0)], "1")]
#[case::without_an_organizer(None, &[(2, 10), (1, 0)], "1")]
fn the_caller_is(
    #[case] organizer: Option<u32>,
    #[case] calls: &[(u32, i64)],
    #[case] caller: &str,
) {
    let sessions = calls.iter().map(|(n, start)| {
        session(&format!("s{n}"), endpoint(person(*n)), endpoint(person(9)), *start, start + 60)
    });
    let mut record = record("peerToPeer", sessions.collect());
    if let Some(n) = organizer {
        record["organizer_v2"] = json!({"identity": {"user": person(n)}});
    }
    let call = call(&record);
    let callers: Vec<_> = call.people.values().filter(|p| p.role.as_str() == "caller").collect();
    assert_eq!(callers.len(), 1);
    assert_eq!(callers[0].person.to_string(), key(caller.parse().unwrap()));
    assert!(call.people.values().all(|p| matches!(p.role.as_str(), "caller" | "callee")));
    assert_eq!(call.totals().get("people_organised"), 0);
}

#[rstest]
#[case::of_two("peerToPeer", Some("unknown"))]
#[case::of_several("groupCall", None)]
fn without_sessions_nothing_is_known_of_times_and_outcomes(
    #[case] call_type: &str,
    #[case] outcome: Option<&str>,
) {
    let record = with(
        record(call_type, Vec::new()),
        json!({
            "organizer_v2": {"identity": {"user": person(1)}},
            "participants_v2": [{"identity": {"user": person(2)}}],
        }),
    );
    let call = call(&record);
    assert_eq!(call.outcome.map(Outcome::as_str), outcome);
    for n in [1, 2] {
        let part = part(&call, &key(n));
        assert_eq!((part.outcome.as_str(), part.attended, talk(part)), ("unknown", None, None));
    }
    let roles = [1, 2].map(|n| part(&call, &key(n)).role.as_str());
    let totals = call.totals();
    match outcome {
        Some(_) => {
            assert_eq!(roles, ["caller", "callee"]);
            assert_eq!(part(&call, &key(2)).counterparts[0].to_string(), key(1));
            assert_eq!(totals.get("outcome_unknown"), 1);
            assert_eq!(totals.get("people_outcome_unknown"), 2);
        }
        None => {
            assert_eq!(roles, ["organizer", "participant"]);
            assert_eq!(totals.get("people_attendance_unknown"), 2);
        }
    }
}
