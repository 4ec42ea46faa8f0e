//! Services are no people, however much they look like them.

use call_records::{AudioClassifier, Call, CallBuilder, decode_record};
use rstest::rstest;
use serde_json::{Value, json};

use crate::invented::{
    HOME, call, endpoint, id, joined, key, part, person, record, service, session, talk, with,
};

/// An endpoint with that role and identity.
fn role(role: &str, identity: Value) -> Value {
    json!({"associatedIdentity": identity, "userAgent": {"role": role}})
}

fn people(call: &Call) -> Vec<String> {
    call.people.keys().map(ToString::to_string).collect()
}

fn services(call: &Call) -> Vec<(String, &'static str)> {
    let services = call.services.values();
    services.map(|service| (service.service.to_string(), service.kind.as_str())).collect()
}

/// The resource account 7 is shown as a user, and its role stands on one of three sessions.
#[test]
fn a_role_on_one_session_makes_a_service_everywhere_in_any_order_of_pages() {
    let queue = "skypeForBusinessCallQueues";
    let sessions = [
        session("a", endpoint(person(1)), endpoint(person(7)), 0, 60),
        session("b", endpoint(person(7)), service(), 0, 60),
        session("c", endpoint(person(2)), role(queue, person(7)), 0, 0),
    ];
    let record = with(
        record("groupCall", sessions.to_vec()),
        json!({
            "organizer_v2": {"id": id(7), "identity": {"user": person(7)}},
            "participants_v2": [
                {"id": id(7), "identity": {"user": person(7)}},
                {"id": id(1), "identity": {"user": person(1)}},
            ],
        }),
    );
    let page = decode_record(record.to_string().as_bytes()).unwrap();
    let all = page.sessions.value;
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for participants_last in [false, true] {
        for order in orders {
            let mut builder = CallBuilder::new(Some(HOME), AudioClassifier::default());
            builder.record(&page.record);
            if !participants_last {
                builder.participants(&page.participants.value);
            }
            for place in order {
                builder.sessions(&all[place..=place]);
            }
            if participants_last {
                builder.participants(&page.participants.value);
            }
            let found = builder.finish().unwrap();
            assert_eq!(people(&found), [key(1), key(2)]);
            assert_eq!(services(&found), [(key(7), "queue")]);
            assert_eq!((&found.organizer, &found.organizer_name), (&None, &None));
            let queue = found.services.values().next().unwrap();
            assert!(queue.organizer);
            assert_eq!((queue.sessions, queue.seconds.unwrap().to_string().as_str()), (3, "60"));
            assert_eq!(part(&found, &key(2)).outcome.as_str(), "rung");
            assert_eq!(found, call(&record));
        }
    }
}

#[rstest]
#[case::instance("applicationInstance", "other")]
#[case::application("application", "bot")]
#[case::acs_instance("acsApplicationInstance", "other")]
#[case::spool_instance("spoolApplicationInstance", "other")]
fn what_a_list_calls_an_application_is_a_service_though_a_session_shows_a_bare_id(
    #[case] on_wire: &str,
    #[case] kind: &str,
) {
    let bare = endpoint(json!({"id": id(7).to_uppercase()}));
    let mut record =
        record("groupCall", vec![session("a", bare, service(), 0, 60), joined("b", 1, 0, 9)]);
    record["participants_v2"] = json!([{"identity": {on_wire: {"id": id(7)}}}]);
    let of_session = call(&record);
    assert_eq!(people(&of_session), [key(1)]);
    assert_eq!(services(&of_session), [(format!("{on_wire}:{}", id(7)), kind)]);
    // Only listed, it is one as well.
    record["sessions"] = json!([joined("b", 1, 0, 9)]);
    let only_listed = call(&record);
    assert_eq!((people(&only_listed), only_listed.services.len()), (vec![key(1)], 1));
    assert_eq!(part(&only_listed, &key(1)).others, 0);
}

/// By an annotation, beside another kind in one set, in either case of the word.
#[rstest]
#[case(endpoint(json!({"id": "x", "@odata.type": "#microsoft.graph.communicationsApplicationIdentity"})))]
#[case(endpoint(json!({"id": "x", "@odata.type": "#microsoft.graph.applicationInstanceIdentity"})))]
#[case(json!({"identity": {"user": {"id": "x"}, "applicationInstance": {"id": "x"}}}))]
#[case(json!({"associatedIdentity": {"id": "x"}, "identity": {"applicationInstance": {"id": "x"}}}))]
#[case(endpoint(json!({"id": "28:x"})))]
#[case(endpoint(json!({"id": "28:orgid:x"})))]
#[case(endpoint(json!({"id": "9E133CAC-5238-4D1E-AAA0-D8FF4CA23F4E"})))]
#[case(endpoint(json!({"id": "8:orgid:9e133cac-5238-4d1e-aaa0-d8ff4ca23f4e"})))]
#[case(role("unknown", json!({"id": "x"})))]
#[case(role("unknownFutureValue", json!({"id": "x"})))]
#[case(role("brandNewRole", json!({"displayName": "Only a name"})))]
fn a_service_on_an_endpoint_is(#[case] caller: Value) {
    let found = call(&record("groupCall", vec![session("a", caller, service(), 0, 60)]));
    assert_eq!((people(&found), found.services.len()), (vec![], 1));
    assert_eq!(found.totals().get("participants"), 0);
    assert_eq!(found.totals().get("people_talk_ms"), 0);
}

#[rstest]
#[case("mediationServer", json!({"id": "+4930123456"}), "phone:+4930123456")]
#[case("mediationServerCloudConnectorEdition", json!({"id": "4:+4930123456"}), "phone:+4930123456")]
#[case("gateway", json!({"id": "+49301234***"}), "phone:+49301234***")]
#[case("skypeForBusinessMicrosoftTeamsGateway", json!({"id": "110"}), "phone:110")]
#[case::withheld("mediationServer", json!({"id": "anonymous"}), "phone:anonymous")]
#[case::only_a_name("gateway", json!({"displayName": "Withheld"}), "unknown:Withheld")]
fn a_telephone_behind_a_gateway_is_a_person(
    #[case] gateway: &str,
    #[case] identity: Value,
    #[case] expected: &str,
) {
    let session = session("a", role(gateway, identity), endpoint(person(1)), 0, 60);
    let found = call(&record("peerToPeer", vec![session]));
    let telephone = part(&found, expected);
    assert_eq!((telephone.relation.as_str(), telephone.outcome.as_str()), ("pstn", "answered"));
    assert!(found.services.is_empty());
    assert_eq!(found.totals().get("people_talk_ms"), 120_000);
}

#[test]
fn a_user_behind_the_role_of_a_gateway_is_a_service() {
    let session = session("a", role("gateway", person(1)), endpoint(person(2)), 0, 60);
    assert_eq!(people(&call(&record("peerToPeer", vec![session]))), [key(2)]);
}

#[test]
fn a_role_on_a_segment_makes_a_service_and_one_of_a_gateway_or_mailbox_does_not() {
    for (on_segment, is_service) in
        [("customBot", true), ("mediationServer", false), ("voicemail", false)]
    {
        let session = with(
            joined("a", 1, 0, 60),
            json!({"segments": [{"id": "g", "caller": role(on_segment, person(1))}]}),
        );
        let found = call(&record("groupCall", vec![session]));
        assert_eq!(people(&found).is_empty(), is_service, "{on_segment}");
    }
}

/// The owner of a mailbox is no service, and so is a person of the call who was called.
#[rstest]
#[case::listed(json!([{"identity": {"user": person(2)}}]), "voicemail")]
#[case::not_listed(json!([]), "voicemail")]
#[case::of_exchange(json!([]), "exchangeUnifiedMessagingService")]
fn the_owner_of_a_mailbox_missed_the_call(#[case] listed: Value, #[case] mailbox: &str) {
    let mut record = record(
        "peerToPeer",
        vec![session("a", endpoint(person(1)), role(mailbox, person(2)), 0, 30)],
    );
    record["participants_v2"] = listed;
    let found = call(&record);
    assert_eq!(found.outcome.unwrap().as_str(), "voicemail");
    let owner = part(&found, &key(2));
    assert_eq!((owner.outcome.as_str(), talk(owner).as_deref()), ("missed", Some("0")));
    assert_eq!((owner.display_name.as_deref(), owner.sessions), (Some("Person 2"), 0));
    assert_eq!(part(&found, &key(1)).outcome.as_str(), "unanswered");
    assert_eq!(services(&found), [(format!("voicemail:{}", id(2)), "voicemail")]);
    // In a meeting there is no person behind it.
    record["type"] = json!("groupCall");
    record["participants_v2"] = json!([]);
    assert_eq!(people(&call(&record)), [key(1)]);
}

#[test]
fn a_mailbox_without_an_owner_takes_the_call_as_well() {
    let session = session("a", endpoint(person(1)), role("voicemail", Value::Null), 0, 30);
    let mut record = record("peerToPeer", vec![session]);
    record["participants_v2"] =
        json!([{"identity": {"user": person(1)}}, {"identity": {"user": person(2)}}]);
    let found = call(&record);
    assert_eq!(found.outcome.unwrap().as_str(), "voicemail");
    assert_eq!(part(&found, &key(2)).taken_by.unwrap().as_str(), "voicemail");
    assert_eq!(services(&found), [("service:voicemail".to_owned(), "voicemail")]);
}

#[test]
fn the_kind_of_a_service_of_two_roles_is_that_of_the_queue() {
    let session_of =
        |id: &str, word: &str| session(id, endpoint(person(1)), role(word, person(7)), 0, 60);
    let sessions = vec![
        session_of("a", "skypeForBusinessAutoAttendant"),
        session_of("b", "skypeForBusinessCallQueues"),
    ];
    let found = call(&record("groupCall", sessions));
    assert_eq!(services(&found), [(key(7), "queue")]);
    assert_eq!(found.services.values().next().unwrap().roles.len(), 2);
    assert_eq!(found.totals().get("service_ms_queue"), 60_000);
}

/// A queue call of 200 s that was given up: the caller's time alone.
#[test]
fn in_an_abandoned_queue_call_the_time_is_the_callers() {
    let caller = || endpoint(json!({"id": "+15550100000"}));
    let sessions = vec![
        session("a", caller(), role("skypeForBusinessAutoAttendant", person(8)), 0, 50),
        session("b", caller(), role("skypeForBusinessCallQueues", person(9)), 50, 200),
        session(
            "c",
            role("mediaController", json!({"id": "9e133cac-5238-4d1e-aaa0-d8ff4ca23f4e"})),
            role("skypeForBusinessCallQueues", person(9)),
            50,
            200,
        ),
    ];
    let mut record = record("groupCall", sessions);
    record["organizer_v2"] = json!({"identity": {"phone": {"id": "+15550100000"}}});
    let totals = call(&record).totals();
    for (name, value) in [
        ("participants", 1),
        ("people_talk_ms", 200_000),
        ("people_rung", 0),
        ("people_calls_alone", 1),
        ("service_calls_queue", 1),
    ] {
        assert_eq!(totals.get(name), value, "{name}");
    }
}

/// Whom a queue rang and who is its organizer, or has no queue in the call, was offered nothing.
#[rstest]
#[case::a_queue("skypeForBusinessCallQueues", 9, "rung")]
#[case::an_attendant("skypeForBusinessAutoAttendant", 9, "rung")]
#[case::a_response_group("responseGroupService", 9, "rung")]
#[case::conferencing("conferencingAttendant", 9, "listed")]
#[case::the_organizer("skypeForBusinessCallQueues", 2, "listed")]
fn a_session_of_no_length_is(#[case] word: &str, #[case] organizer: u32, #[case] outcome: &str) {
    let sessions = vec![
        session("a", endpoint(person(1)), role(word, json!({"id": "q"})), 0, 60),
        joined("b", 2, 30, 30),
    ];
    let mut record = record("groupCall", sessions);
    record["organizer_v2"] = json!({"identity": {"user": person(organizer)}});
    assert_eq!(part(&call(&record), &key(2)).outcome.as_str(), outcome);
}
