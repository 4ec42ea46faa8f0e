//! Every number has a definition, and every definition a number.

use std::collections::BTreeSet;
use std::path::Path;

use call_records::definitions::{
    self, Definition, PEOPLE_PREFIX, Scope, derived, organisation_day, person_day,
};
use call_records::{
    AudioClassifier, Call, Totals, busy_hour, organisation_quotients, person_quotients,
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::invented::{
    ELSEWHERE, call, endpoint, joined, person, record, service, session, told_by, with,
};

/// Media of all kinds, of which the audio is poor one way and cannot be judged the other.
fn media() -> Value {
    json!([{"id": "g", "media": [
        {
            "label": "main-audio",
            "callerDevice": {"captureDeviceName": "Microphone", "renderDeviceName": "Headphones"},
            "callerNetwork": {
                "connectionType": "wifi", "wifiBand": "frequency50GHz", "wifiSignalStrength": 80,
            },
            "streams": [
                {"streamId": "1", "streamDirection": "callerToCallee", "packetUtilization": 900,
                 "averageJitter": "PT0.031S"},
                {"streamId": "2", "streamDirection": "calleeToCaller", "packetUtilization": 900,
                 "averageJitter": "PT0.001S"},
                {"streamId": "3"},
            ],
        },
        {"label": "main-video", "streams": [{"streamId": "4", "averageVideoFrameRate": 3}]},
    ]}])
}

/// Calls that between them have every number.
fn calls() -> Vec<Call> {
    let rating = json!({"feedback": {"rating": "bad", "tokens": {"Echo": true, "Noisy": false}}});
    let rated = with(
        session("a", with(endpoint(person(1)), rating), service(), 0, 60),
        json!({
            "segments": media(),
            "caller": {"userAgent": {"applicationVersion": "1.2"}},
            "failureInfo": {"stage": "midcall", "reason": "The network was lost."},
        }),
    );
    let abroad = with(
        joined("b", 2, 0, 60),
        json!({
            "caller": {"associatedIdentity": {"tenantId": ELSEWHERE}},
        }),
    );
    let organised = json!({"organizer_v2": {"identity": {"user": person(1)}}});
    let meeting = with(record("groupCall", vec![rated, abroad]), organised);

    let two = |seconds| session("s", endpoint(person(1)), endpoint(person(2)), 0, seconds);
    let failure = json!({"failureInfo": {"stage": "callSetup", "reason": "Busy."}});
    let mut unknown = record("peerToPeer", vec![with(two(0), json!({"endDateTime": null}))]);
    unknown["endDateTime"] = Value::Null;
    unknown["sessions"][0]["endDateTime"] = Value::Null;
    let listed = with(
        record("unknown", vec![joined("a", 1, 0, 9)]),
        json!({
            "participants_v2": [{"identity": {"user": person(3)}}],
        }),
    );
    [
        meeting,
        record("peerToPeer", vec![two(9)]),
        record("peerToPeer", vec![two(0)]),
        record("peerToPeer", vec![with(two(0), failure)]),
        unknown,
        listed,
    ]
    .iter()
    .map(call)
    .collect()
}

/// Calls that have what [`calls`] leave out.
fn calls_with_services() -> Vec<Call> {
    let role = |role: &str| json!({"userAgent": {"role": role}});
    let failure = |stage: &str| json!({"failureInfo": {"stage": stage}});
    let two =
        |id: &str, callee: Value, seconds| session(id, endpoint(person(1)), callee, 0, seconds);
    let mailbox = with(endpoint(person(2)), role("voicemail"));
    let failed_medium = with(two("m", endpoint(person(2)), 9), failure("callSetup"));
    let unknown_relation = endpoint(json!({"id": "stranger"}));
    let offered = record(
        "groupCall",
        vec![
            two("q", with(service(), role("skypeForBusinessCallQueues")), 60),
            joined("r", 3, 0, 0),
            with(joined("f", 4, 0, 0), failure("callSetup")),
            with(joined("d", 5, 0, 60), failure("midcall")),
            joined("e", 5, 70, 90),
        ],
    );
    let mut no_sessions = record("groupCall", Vec::new());
    no_sessions["participants_v2"] = json!([{"identity": {"user": person(1)}}]);
    [
        record("peerToPeer", vec![two("v", mailbox, 30)]),
        record("peerToPeer", vec![with(failed_medium, json!({"segments": media()}))]),
        record(
            "peerToPeer",
            vec![two("a", endpoint(person(2)), 0), two("b", endpoint(person(3)), 9)],
        ),
        record("peerToPeer", vec![two("u", unknown_relation, 9)]),
        record("peerToPeer", vec![with(two("t", endpoint(person(2)), 9), json!({"isTest": true}))]),
        offered,
        no_sessions,
    ]
    .iter()
    .map(call)
    .collect()
}

fn all_calls() -> Vec<Call> {
    calls().into_iter().chain(calls_with_services()).collect()
}

fn added_up(totals: impl IntoIterator<Item = Totals>) -> Totals {
    totals.into_iter().fold(Totals::new(), |sum, totals| sum.checked_add(&totals).unwrap())
}

fn of_people(calls: &[Call]) -> Totals {
    let of_call =
        |call: &Call| added_up(call.people.values().map(|part| call.participation_totals(part)));
    added_up(calls.iter().map(of_call))
}

/// The names that have no definition, and the definitions that no name has.
fn unmatched<'a>(
    scope: Scope,
    names: impl IntoIterator<Item = &'a str>,
) -> (Vec<&'a str>, Vec<&'static str>) {
    let names: Vec<_> = names.into_iter().collect();
    let undefined = names.iter().filter(|name| definitions::find(scope, name).is_none());
    let unused = scope.definitions().iter().filter(|definition| {
        !names.iter().any(|name| definitions::find(scope, name) == Some(definition))
    });
    (undefined.copied().collect(), unused.map(|definition| definition.id).collect())
}

#[test]
fn every_total_of_a_person_has_a_definition_and_every_definition_a_total() {
    let totals = of_people(&all_calls());
    let names = totals.iter().map(|(name, _)| name);
    assert_eq!(unmatched(Scope::PersonDay, names), (vec![], vec![]));
}

#[test]
fn every_total_of_the_organisation_has_a_definition_and_every_definition_a_total() {
    let all = added_up(all_calls().iter().map(Call::totals));
    let own = all.iter().map(|(name, _)| name).filter(|name| !name.starts_with(PEOPLE_PREFIX));
    assert_eq!(unmatched(Scope::OrganisationDay, own), (vec![], vec![]));
    let people = all.under(PEOPLE_PREFIX);
    assert_eq!(people, of_people(&all_calls()));
    assert!(all.iter().all(|(name, _)| definitions::find(Scope::OrganisationDay, name).is_some()));
}

#[test]
fn every_field_of_a_part_has_a_definition_and_every_definition_a_field() {
    let mut fields = BTreeSet::new();
    for call in all_calls() {
        for part in call.people.values() {
            let Value::Object(part) = serde_json::to_value(part).unwrap() else { panic!() };
            fields.extend(part.into_iter().map(|(field, _)| field));
        }
    }
    let names = fields.iter().map(String::as_str);
    assert_eq!(unmatched(Scope::Participation, names), (vec![], vec![]));
}

#[test]
fn everything_that_is_derived_has_a_definition_and_every_definition_is_derived() {
    let quotients = organisation_quotients(&Totals::new());
    let mut found: Vec<_> = quotients.into_iter().map(|(definition, _)| definition.id).collect();
    // What the lists of calls and people tell: see `Overview`.
    let listed = [
        &derived::BUSY_HOUR,
        &derived::DISTINCT_PEOPLE,
        &derived::PEAK_CONCURRENCY,
        &derived::TOP_ORGANISERS,
        &derived::LAG,
    ];
    found.extend(listed.map(|definition| definition.id));
    assert_eq!(unmatched(Scope::Derived, found), (vec![], vec![]));
}

#[test]
fn no_id_stands_for_two_numbers_of_a_scope_and_every_text_is_there() {
    for scope in Scope::ALL {
        let definitions = scope.definitions();
        let ids: BTreeSet<_> = definitions.iter().map(|definition| definition.id).collect();
        assert_eq!(ids.len(), definitions.len(), "{scope}");
        for definition in definitions {
            let Definition { id, version, title, .. } = definition;
            assert!(*version >= 1 && !title.is_empty(), "{id}");
            let meaning = definition.meaning();
            assert!(meaning.ends_with('.') && !meaning.contains("  "), "{id}: {meaning}");
            assert_eq!(definition.scope, scope);
        }
    }
}

#[rstest]
#[case(Scope::PersonDay, "legs", Some(&person_day::LEGS))]
#[case(Scope::PersonDay, "legs_poor", Some(&person_day::LEGS_POOR))]
#[case(Scope::PersonDay, "token_Echo", Some(&person_day::TOKEN))]
#[case(Scope::PersonDay, "token_", None)]
#[case(Scope::PersonDay, "people_calls", None)]
#[case(Scope::OrganisationDay, "people_calls", Some(&person_day::CALLS))]
#[case(Scope::OrganisationDay, "calls", Some(&organisation_day::CALLS))]
#[case(Scope::OrganisationDay, "hour_09", Some(&organisation_day::HOUR))]
#[case(Scope::OrganisationDay, "talk_ms", None)]
fn a_number_is_found_by_its_name(
    #[case] scope: Scope,
    #[case] name: &str,
    #[case] definition: Option<&Definition>,
) {
    assert_eq!(definitions::find(scope, name), definition);
}

#[test]
fn the_reference_says_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("NUMBERS.md");
    let written = std::fs::read_to_string(path).unwrap();
    assert!(
        written == definitions::reference(),
        "write it again: cargo run -p call-records --example numbers > shared/call-records/NUMBERS.md"
    );
}

/// By hand: person 1 was asked once and rated once. Three calls have legs with known streams: none
/// but the meeting, which is poor. Its two judged streams are one poor and one good.
#[test]
fn shares_and_means_rest_on_what_was_counted() {
    let all = added_up(calls().iter().map(Call::totals));
    let shown: Vec<_> = organisation_quotients(&all)
        .into_iter()
        .map(|(definition, quotient)| {
            (definition.id, quotient.map(|quotient| (quotient.numerator, quotient.denominator)))
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("feedback_rated_share", Some((1, 1))),
            ("poor_received_share", Some((0, 1))),
            ("poor_sent_share", Some((1, 1))),
            // One was answered, and one failed.
            ("failure_rate", Some((1, 2))),
            // Of the legs of two people in the meeting, the one that was answered, and the one of
            // the call of unknown type, one dropped.
            ("drop_rate", Some((1, 4))),
            ("poor_stream_share", Some((1, 2))),
            ("poor_leg_share", Some((1, 1))),
            ("poor_call_share", Some((1, 1))),
            ("participants_per_call", Some((12, 6))),
            ("versions_per_record", Some((6, 6))),
            // Two sessions of the meeting, one each of five calls.
            ("media_share", Some((1, 7))),
        ]
    );
    assert_eq!(busy_hour(&all), Some((9, 6)));
}

#[test]
fn what_rests_on_nothing_is_no_share() {
    assert!(person_quotients(&Totals::new()).iter().all(|(_, quotient)| quotient.is_none()));
    assert!(organisation_quotients(&Totals::new()).iter().all(|(_, share)| share.is_none()));
    assert_eq!(busy_hour(&Totals::new()), None);
}

#[test]
fn of_equal_hours_the_earliest_is_the_busy_one() {
    let hours = json!({"hour_07": 2, "hour_09": 2, "hour_08": 1});
    assert_eq!(busy_hour(&serde_json::from_value(hours).unwrap()), Some((7, 2)));
}

#[test]
fn what_is_not_known_is_counted_beside_the_sum_and_not_in_it() {
    let unknown = calls().remove(4);
    let totals = unknown.totals();
    let counted = ["outcome_unknown", "call_ms_unknown", "people_talk_unknown"];
    assert_eq!(counted.map(|name| totals.get(name)), [1, 1, 2]);
    assert_eq!(["call_ms", "people_talk_ms", "missed"].map(|name| totals.get(name)), [0, 0, 0]);
}

#[rstest]
#[case(AudioClassifier::Cqd2024, "classifier_calls_cqd_2024_v1")]
#[case(AudioClassifier::CqdClassic, "classifier_calls_cqd_classic_v1")]
fn the_totals_name_the_classifier_that_judged(
    #[case] classifier: AudioClassifier,
    #[case] name: &str,
) {
    let judged = with(joined("a", 1, 0, 60), json!({"segments": media()}));
    let (call, _) = told_by(&record("groupCall", vec![judged]), classifier);
    assert_eq!(call.totals().get(name), 1);
    assert_eq!(call.totals().get(&format!("people_{name}")), 1);
}

#[test]
fn a_call_that_was_not_taken_is_unanswered_for_one_and_missed_for_the_other() {
    let totals = of_people(&calls()[2..3]);
    let counted = ["missed", "unanswered", "missed_voicemail", "missed_taken"];
    assert_eq!(counted.map(|name| totals.get(name)), [1, 1, 0, 0]);
}

#[test]
fn a_test_call_is_counted_by_itself_only() {
    let test = calls_with_services().remove(4);
    assert!(test.is_test);
    assert_eq!(test.totals(), serde_json::from_value(json!({"test_calls": 1})).unwrap());
    assert_eq!(of_people(&[test]), Totals::new());
}

/// Every session of a test call is one.
#[rstest]
#[case::all(&[json!(true), json!(true)], true)]
#[case::one_of_two(&[json!(true), json!(false)], false)]
#[case::one_does_not_say(&[json!(true), Value::Null], false)]
#[case::as_text(&[json!("true")], false)]
#[case::no_session(&[], false)]
fn a_call_is_a_test_call_when(#[case] is_test: &[Value], #[case] expected: bool) {
    let sessions = is_test.iter().map(|is_test| {
        let n = is_test.to_string();
        with(joined(&n, 1, 0, 9), json!({"isTest": is_test}))
    });
    let call = call(&record("groupCall", sessions.collect()));
    assert_eq!(call.is_test, expected);
    assert_eq!(call.totals().get("calls"), i64::from(!expected));
}
