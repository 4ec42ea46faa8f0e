//! A call of two that became one of three, as Graph records it.

use serde_json::{Value, json};

use crate::invented::{
    CALL, call, endpoint, joined, key, part, person, record, session, talk, told_by, with,
};

/// Ann (1) called Ben (2), who were joined by Cleo (3) two minutes later.
///
/// | session | who | from | to |
/// |---|---|---|---|
/// | the call's own id | Ann to Ben | 0 | 0, left over from the call of two |
/// | `ann` | Ann | 0 | 600 |
/// | `ben` | Ben | 0 | 300 |
/// | `ben` again | Ben, on a second device | 290 | 500.25 |
/// | `cleo` | Cleo, dropped | 120 | 600 |
fn escalated() -> Value {
    let mut ben_again = joined("ben", 2, 290, 500);
    ben_again["endDateTime"] = json!("2026-03-02T09:08:20.25Z");
    ben_again["caller"]["userAgent"]["platform"] = json!("iOS");
    let cleo = with(
        joined("cleo", 3, 120, 600),
        json!({
            "modalities": ["audio", "video"],
            "failureInfo": {"stage": "midcall", "reason": "The network was lost."},
        }),
    );
    with(
        record(
            "groupCall",
            vec![
                session(CALL, endpoint(person(1)), endpoint(person(2)), 0, 0),
                joined("ann", 1, 0, 600),
                joined("ben", 2, 0, 300),
                ben_again,
                cleo,
            ],
        ),
        json!({
            "endDateTime": "2026-03-02T09:10:00Z",
            "organizer_v2": {"id": person(1)["id"], "identity": {"user": person(1)}},
        }),
    )
}

#[test]
fn talk_time_is_the_union_and_not_the_sum() {
    let call = call(&escalated());
    assert_eq!(talk(part(&call, &key(1))).unwrap(), "600");
    // 0 to 300 and 290 to 500.25 are 0 to 500.25; the sum would be 510.25.
    assert_eq!(talk(part(&call, &key(2))).unwrap(), "500.25");
    assert_eq!(talk(part(&call, &key(3))).unwrap(), "480");
}

#[test]
fn the_leftover_session_makes_nobody_a_person_and_no_call_missed() {
    let (call, sessions) = told_by(&escalated(), call_records::AudioClassifier::default());
    assert_eq!(call.people.len(), 3);
    assert_eq!(sessions[0].seconds.unwrap().as_millis(), 0);
    assert_eq!(sessions[0].callee.as_ref().unwrap().to_string(), key(2));
    assert_eq!(call.outcome, None);
    let totals = call.totals();
    assert_eq!(totals.get("missed"), 0);
    assert_eq!(totals.get("people_attended"), 3);
    // Ann's two ids; Ben's one, which came twice.
    assert_eq!(part(&call, &key(1)).sessions, 2);
    assert_eq!(part(&call, &key(2)).sessions, 1);
}

#[test]
fn somebody_only_on_the_leftover_session_did_not_attend() {
    let mut record = escalated();
    record["sessions"].as_array_mut().unwrap().remove(1);
    let call = call(&record);
    let ann = part(&call, &key(1));
    assert_eq!(ann.attended, Some(false));
    assert_eq!(ann.outcome.as_str(), "listed");
    assert_eq!(talk(ann).unwrap(), "0");
}

#[test]
fn each_platform_and_modality_has_the_union_of_its_own_sessions() {
    let call = call(&escalated());
    let ben = part(&call, &key(2));
    assert_eq!(ben.platforms["windows"].unwrap().to_string(), "300");
    assert_eq!(ben.platforms["iOS"].unwrap().to_string(), "210.25");
    assert_eq!(ben.modalities["audio"].unwrap().to_string(), "500.25");
    assert_eq!(part(&call, &key(3)).modalities["video"].unwrap().to_string(), "480");
}

#[test]
fn the_totals_are_those_worked_out_by_hand() {
    let call = call(&escalated());
    let totals = call.totals();
    let expected = [
        ("calls", 1),
        ("calls_group", 1),
        ("calls_internal_only", 1),
        ("call_ms", 600_000),
        ("dropped", 1),
        ("hour_09", 1),
        // Not the leftover.
        ("legs_established", 3),
        ("legs_dropped", 1),
        ("participants", 3),
        ("relation_calls_internal", 1),
        ("sessions", 5),
        ("versions", 1),
        ("people_calls", 3),
        ("people_calls_group", 3),
        ("people_calls_internal_only", 3),
        ("people_calls_as_internal", 3),
        ("people_legs_established", 3),
        ("people_legs_dropped", 1),
        ("people_attended", 3),
        ("people_dropped", 1),
        ("people_organised", 1),
        // 600 + 500.25 + 480 s
        ("people_talk_ms", 1_580_250),
        ("people_modality_ms_audio", 1_580_250),
        ("people_modality_ms_video", 480_000),
        // 600 + 300 + 480 s on Windows; Ben's second device
        ("people_platform_ms_windows", 1_380_000),
        ("people_platform_ms_iOS", 210_250),
        ("people_platform_calls_windows", 3),
        ("people_platform_calls_iOS", 1),
        ("people_relation_calls_internal", 3),
    ];
    let mut found: Vec<_> = totals.iter().collect();
    let mut expected = expected.to_vec();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn who_was_what_and_who_was_dropped_is_told() {
    let call = call(&escalated());
    let roles: Vec<_> = call.people.values().map(|part| part.role.as_str()).collect();
    assert_eq!(roles, ["organizer", "participant", "participant"]);
    assert_eq!(call.organizer_name.as_deref(), Some("Person 1"));
    let cleo = part(&call, &key(3));
    assert!(cleo.dropped);
    assert_eq!(cleo.drop_reason.as_deref(), Some("The network was lost."));
    assert_eq!(cleo.others, 2);
    assert!(cleo.counterparts.is_empty());
    assert!(!part(&call, &key(1)).dropped);
}
