//! Who is in a call, what kind of person they are, and what they are called.

use call_records::Seconds;
use rstest::rstest;
use serde_json::{Value, json};

use crate::invented::{
    ELSEWHERE, HOME, call, endpoint, id, joined, key, only_part, part, person, record, service,
    session, with,
};

/// A meeting with one session, whose caller is the endpoint.
pub(crate) fn meeting_of(endpoint: Value) -> Value {
    record("groupCall", vec![session("s", endpoint, service(), 0, 60)])
}

#[rstest]
#[case::object_id(json!({"id": id(1)}), "user:00000000-0000-4000-8000-000000000001")]
#[case::object_id_in_capitals(
    json!({"id": "ABCDEF00-0000-4000-8000-00000000000A"}),
    "user:abcdef00-0000-4000-8000-00000000000a"
)]
#[case::digits_only_object_id(
    json!({"id": "12345678-1234-1234-1234-123456789012"}),
    "user:12345678-1234-1234-1234-123456789012"
)]
#[case::visitor(json!({"id": "teamsvisitor:0aF1"}), "anonymous:teamsvisitor:0aF1")]
#[case::visitor_in_long_form(json!({"id": "8:teamsvisitor:01"}), "anonymous:teamsvisitor:01")]
#[case::visitor_said_to_be_a_user(
    json!({"id": "teamsvisitor:01", "@odata.type": "#microsoft.graph.callRecords.userIdentity"}),
    "anonymous:teamsvisitor:01"
)]
#[case::telephone(json!({"id": "+5564981205182"}), "phone:+5564981205182")]
#[case::masked_telephone(json!({"id": "+12345678***"}), "phone:+12345678***")]
#[case::telephone_without_plus(json!({"id": "5564981205182"}), "phone:5564981205182")]
#[case::telephone_as_url(json!({"id": "tel:+4930123456"}), "phone:+4930123456")]
#[case::telephone_said_to_be_a_user(
    json!({"id": "+4930123456", "@odata.type": "#microsoft.graph.identity"}),
    "phone:+4930123456"
)]
#[case::acs(json!({"id": "8:acs:0a_0b"}), "acs:8:acs:0a_0b")]
#[case::acs_short(json!({"id": "acs:0a_0b"}), "acs:acs:0a_0b")]
#[case::acs_in_capitals(json!({"id": "8:ACS:0A_0b"}), "acs:8:acs:0a_0b")]
#[case::acs_of_another_cloud(json!({"id": "8:gcch-acs:0a_0b"}), "acs:8:gcch-acs:0a_0b")]
#[case::acs_of_skype(json!({"id": "8:spool:0a_0b"}), "acs:8:spool:0a_0b")]
#[case::organisation_user(json!({"id": "8:orgid:0a"}), "user:0a")]
#[case::organisation_user_said_to_be_a_guest(
    json!({"id": "8:orgid:0a", "@odata.type": "#microsoft.graph.communicationsGuestIdentity"}),
    "guest:0a"
)]
#[case::telephone_in_long_form(json!({"id": "4:+4930123456"}), "phone:+4930123456")]
#[case::withheld_number(json!({"id": "4:anonymous"}), "phone:anonymous")]
#[case::annotated_telephone(
    json!({"id": "anonymous", "@odata.type": "#microsoft.graph.communicationsPhoneIdentity"}),
    "phone:anonymous"
)]
#[case::annotated_guest(
    json!({"id": id(1), "@odata.type": "#microsoft.graph.communicationsGuestIdentity"}),
    "guest:00000000-0000-4000-8000-000000000001"
)]
#[case::annotated_acs(
    json!({"id": "x", "@odata.type": "#microsoft.graph.azureCommunicationServicesUserIdentity"}),
    "acs:x"
)]
#[case::annotated_user(
    json!({"id": "x", "@odata.type": "#microsoft.graph.communicationsUserIdentity"}),
    "user:x"
)]
#[case::guest_without_id(
    json!({"id": null, "email": "gil@fabrikam.example", "displayName": "Gil"}),
    "guest:gil@fabrikam.example"
)]
#[case::sign_in_name_only(
    json!({"userPrincipalName": "person1@contoso.example"}),
    "user:person1@contoso.example"
)]
#[case::name_only(json!({"id": "", "displayName": "External user"}), "unknown:External user")]
#[case::not_only_blanks(json!({"id": "  ", "displayName": "Gil"}), "unknown:Gil")]
#[case::wrong_type_of_id(json!({"id": 7, "displayName": "Gil"}), "unknown:Gil")]
fn the_bare_identity_of_an_endpoint_is(#[case] identity: Value, #[case] key: &str) {
    let call = call(&meeting_of(endpoint(identity)));
    assert_eq!(only_part(&call).person.to_string(), key);
}

#[rstest]
#[case::user("user", "user")]
#[case::guest("guest", "guest")]
#[case::phone("phone", "phone")]
#[case::acs_user("acsUser", "acs")]
#[case::acs_documented("azureCommunicationServicesUser", "acs")]
#[case::of_skype("spoolUser", "acs")]
#[case::new("hologramUser", "hologramUser")]
#[case::odd("new kind:1", "new_kind_1")]
fn the_kind_of_a_bare_id_is_that_of_its_participant(#[case] on_wire: &str, #[case] kind: &str) {
    let mut participant =
        json!({"id": "wrong", "identity": {"user": null, "endpointType": "default"}});
    participant["identity"][on_wire] = json!({"id": id(1)});
    let mut record = meeting_of(endpoint(json!({"id": id(1).to_uppercase()})));
    record["participants_v2"] = json!([participant]);
    let call = call(&record);
    assert_eq!(only_part(&call).person.to_string(), format!("{kind}:{}", id(1)));
    assert_eq!(only_part(&call).attended, Some(true));
}

#[test]
fn the_kind_comes_from_the_best_place_that_has_the_id() {
    let bare = json!({"id": "x", "@odata.type": "#microsoft.graph.communicationsPhoneIdentity"});
    let mut record = meeting_of(endpoint(bare));
    let kind = |record: &Value| only_part(&call(record)).person.kind().to_owned();
    assert_eq!(kind(&record), "phone");
    record["sessions"][0]["caller"]["identity"] = json!({"guest": {"id": "x"}, "user": null});
    assert_eq!(kind(&record), "guest");
    record["organizer_v2"] = json!({"id": "x", "identity": {"acsUser": {"id": "x"}}});
    assert_eq!(kind(&record), "acs");
    assert_eq!(call(&record).organizer.unwrap().to_string(), "acs:x");
}

#[test]
fn a_participant_that_comes_after_the_sessions_still_tells_the_kind() {
    use call_records::{AudioClassifier, CallBuilder, decode_participants, decode_record};
    let page = decode_record(meeting_of(endpoint(json!({"id": "x"}))).to_string().as_bytes());
    let page = page.unwrap();
    let later = br#"{"value": [{"id": "x", "identity": {"guest": {"id": "x"}}}]}"#;
    let mut builder = CallBuilder::new(Some(HOME), AudioClassifier::default());
    builder.record(&page.record);
    builder.sessions(&page.sessions.value);
    builder.participants(&decode_participants(later).unwrap().value);
    let call = builder.finish().unwrap();
    assert_eq!(only_part(&call).person.to_string(), "guest:x");
}

#[rstest]
#[case::typed(json!({"@odata.type": "#microsoft.graph.callRecords.serviceEndpoint"}))]
#[case::with_a_client_user_agent(service())]
#[case::said_to_be_a_participant(
    json!({"@odata.type": "#microsoft.graph.callRecords.participantEndpoint", "name": "pc"})
)]
#[case::all_null(json!({
    "associatedIdentity": {"id": null, "displayName": ""},
    "identity": {"user": null, "endpointType": "default", "phone": {"id": null}},
}))]
#[case::absent(Value::Null)]
fn an_endpoint_without_an_identity_is_a_service(#[case] endpoint: Value) {
    let call = call(&meeting_of(endpoint));
    assert!(call.people.is_empty());
    assert_eq!(call.sessions, 1);
}

#[test]
fn the_retired_identity_is_read_when_there_is_no_other() {
    let retired = json!({
        "@odata.type": "#microsoft.graph.callRecords.serviceEndpoint",
        "identity": {"acsUser": null, "encrypted": {"id": "e"}, "user": person(1)},
        "userAgent": {"platform": "macOS"},
    });
    let call = call(&meeting_of(retired));
    let part = only_part(&call);
    assert_eq!(part.person.to_string(), key(1));
    assert_eq!(part.display_name.as_deref(), Some("Person 1"));
    assert!(part.platforms.contains_key("macOS"));
}

#[test]
fn the_retired_identity_fills_in_what_the_same_one_leaves_out() {
    let both = |retired: Value| {
        let associated = json!({"id": id(1).to_uppercase(), "displayName": "Newer name"});
        json!({"associatedIdentity": associated, "identity": retired})
    };
    let of_one = call(&meeting_of(both(json!({"guest": {"id": "x"}, "user": person(1)}))));
    let part = only_part(&of_one);
    assert_eq!(part.person.to_string(), key(1));
    assert_eq!(part.display_name.as_deref(), Some("Newer name"));
    assert_eq!((part.tenant_id.as_deref(), part.relation.as_str()), (Some(HOME), "internal"));
}

/// Two ids on one endpoint are of two people, and the retired one does not decide.
#[rstest]
#[case::two_ids(json!({"id": id(1)}), key(1))]
#[case::a_name_and_an_id(json!({"displayName": "Gus"}), "unknown:Gus".to_owned())]
#[case::an_address_and_an_id(json!({"email": "gus@fabrikam.example"}), "guest:gus@fabrikam.example".to_owned())]
fn beside_an_identity_that_decides_another_one_is_not_read(
    #[case] associated: Value,
    #[case] person_key: String,
) {
    let both = json!({"associatedIdentity": associated, "identity": {"guest": person(2)}});
    let call = call(&meeting_of(both));
    let part = only_part(&call);
    assert_eq!(part.person.to_string(), person_key);
    assert_eq!((part.tenant_id.as_deref(), part.user_principal_name.as_deref()), (None, None));
}

#[test]
fn another_identity_in_the_retired_set_names_nobody() {
    let both = json!({
        "associatedIdentity": {"id": id(1)},
        "identity": {"device": {"id": "d", "displayName": "Room 5", "tenantId": ELSEWHERE}},
    });
    let call = call(&meeting_of(both));
    let part = only_part(&call);
    assert_eq!(part.person.to_string(), key(1));
    assert_eq!((part.display_name.as_deref(), part.tenant_id.as_deref()), (None, None));
}

/// Old records name a guest or a telephone without an id: on the session as in the list.
#[rstest]
#[case::guest(json!({"identity": {"guest": {"id": null, "displayName": "Gus"}}}), "guest")]
#[case::telephone(json!({"identity": {"phone": {"displayName": "Gus"}, "user": null}}), "pstn")]
#[case::user(json!({"identity": {"user": {"displayName": "Gus", "tenantId": HOME}}}), "internal")]
#[case::beside_an_empty_identity(
    json!({
        "associatedIdentity": {"id": null, "displayName": ""},
        "identity": {"user": {"id": null}, "guest": {"id": null, "displayName": "Gus"}},
    }),
    "guest"
)]
#[case::beside_a_name(
    json!({
        "associatedIdentity": {"displayName": "Gus"}, "identity": {"guest": {"displayName": "Gus"}},
    }),
    "guest"
)]
#[case::annotated(
    json!({"associatedIdentity": {
        "@odata.type": "#microsoft.graph.communicationsGuestIdentity", "displayName": "Gus",
    }}),
    "guest"
)]
fn who_has_only_a_name_is_on_the_session_with_the_relation_of_the_kind(
    #[case] caller: Value,
    #[case] relation: &str,
) {
    let call = call(&meeting_of(caller));
    let gus = only_part(&call);
    assert_eq!(gus.person.to_string(), "unknown:Gus");
    assert_eq!(gus.display_name.as_deref(), Some("Gus"));
    assert_eq!((gus.relation.as_str(), gus.outcome.as_str()), (relation, "attended"));
    assert_eq!(gus.talk_seconds.unwrap().as_millis(), 60_000);
}

/// One person, whose kind only one of the places says.
#[test]
fn a_name_is_one_person_whatever_says_the_kind() {
    let mut record = meeting_of(endpoint(json!({"displayName": "Gus"})));
    let relation = |record: &Value| only_part(&call(record)).relation.as_str();
    assert_eq!(relation(&record), "unknown");
    record["participants"] = json!([{"guest": {"id": null, "displayName": "Gus"}}]);
    assert_eq!(relation(&record), "guest");
    record["participants_v2"] = json!([{"identity": {"phone": {"displayName": "Gus"}}}]);
    assert_eq!(relation(&record), "pstn");
}

#[rstest]
#[case("encrypted")]
#[case("phone")]
#[case("guest")]
fn a_visitor_is_one_under_whatever_kind(#[case] kind: &str) {
    let visitor = json!({"id": "teamsvisitor:0aF1"});
    let mut record = meeting_of(endpoint(visitor.clone()));
    record["participants_v2"] = json!([{"id": "teamsvisitor:0aF1", "identity": {kind: visitor}}]);
    let call = call(&record);
    assert_eq!(only_part(&call).person.to_string(), "anonymous:teamsvisitor:0aF1");
    assert_eq!(only_part(&call).relation.as_str(), "anonymous");
}

#[rstest]
#[case("groupCall", &[1])]
#[case("peerToPeer", &[1, 2])]
#[case("unknown", &[1, 2])]
#[case("unknownFutureValue", &[1, 2])]
fn both_ends_are_people_unless_it_is_a_group_call(#[case] call_type: &str, #[case] people: &[u32]) {
    let session = session("s", endpoint(person(1)), endpoint(person(2)), 0, 60);
    let call = call(&record(call_type, vec![session]));
    let found: Vec<_> = call.people.keys().map(ToString::to_string).collect();
    let expected: Vec<_> = people.iter().map(|n| key(*n)).collect();
    assert_eq!(found, expected);
}

#[test]
fn who_is_in_a_list_and_on_no_session_is_listed() {
    let record = with(
        record("groupCall", vec![joined("s", 1, 0, 60)]),
        json!({
            "organizer_v2": {"id": id(2), "identity": {"user": person(2)}},
            "organizer": {"user": person(3)},
            "participants_v2": [
                {"id": id(1), "identity": {"user": person(1)}},
                {"id": "+4930123456", "identity": {"phone": {"id": "+4930123456"}}},
                {"id": "entry", "identity": {"guest": {"id": null, "displayName": "Gil"}}},
                {"id": id(5)},
                {"identity": {"user": {"displayName": "Nameless"}}},
                {"identity": null},
                null,
            ],
            "participants": [null, {"user": person(4)}, {"user": null}],
        }),
    );
    let call = call(&record);
    let listed: Vec<_> = call
        .people
        .values()
        .filter(|part| part.outcome.as_str() == "listed")
        .map(|part| part.person.to_string())
        .collect();
    let expected = [
        "guest:entry".to_owned(),
        "phone:+4930123456".to_owned(),
        "unknown:Nameless".to_owned(),
        key(2),
        key(3),
        key(4),
        key(5),
    ];
    assert_eq!(listed, expected);
    assert_eq!(call.people.len(), 8);
    assert_eq!(call.organizer.as_ref().unwrap().to_string(), key(2));
    let organizer = part(&call, &key(2));
    assert_eq!((organizer.role.as_str(), organizer.attended), ("organizer", Some(false)));
    assert_eq!(organizer.talk_seconds, Some(Seconds::ZERO));
    assert_eq!(part(&call, &key(1)).others, 7);
}

#[test]
fn people_are_told_apart_by_the_identity_and_not_by_the_id_of_the_entry() {
    let mut record = record("groupCall", Vec::new());
    record["participants_v2"] = json!([
        {"id": id(1), "identity": {"user": person(1)}},
        {"id": id(1), "identity": {"user": person(2)}},
    ]);
    assert_eq!(call(&record).people.len(), 2);
}

#[test]
fn the_name_is_the_one_of_the_best_place_and_there_the_latest() {
    let named = |name: &str| with(person(1), json!({"displayName": name}));
    let mut record = with(
        record("groupCall", Vec::new()),
        json!({
            "participants": [{"user": named("retired")}],
            "organizer_v2": {"identity": {"user": named("organizer")}},
        }),
    );
    let name = |record: &Value| only_part(&call(record)).display_name.clone().unwrap();
    assert_eq!(name(&record), "organizer");
    assert_eq!(call(&record).organizer_name.unwrap(), "organizer");
    record["participants_v2"] = json!([{"identity": {"user": named("participant")}}]);
    assert_eq!(name(&record), "participant");
    let by_retired_identity = json!({"identity": {"user": named("retired")}});
    record["sessions"] = json!([session("r", by_retired_identity, service(), 500, 600)]);
    assert_eq!(name(&record), "participant");
    record["sessions"] = json!([
        session("a", endpoint(named("later")), service(), 200, 300),
        session("b", endpoint(named("earlier")), service(), 100, 300),
        session("c", endpoint(named("")), service(), 400, 500),
    ]);
    assert_eq!(name(&record), "later");
    let call = call(&record);
    assert_eq!(only_part(&call).user_principal_name.as_deref(), Some("person1@contoso.example"));
}

#[test]
fn a_call_to_oneself_is_one_person() {
    let session = session("s", endpoint(person(1)), endpoint(person(1)), 0, 60);
    let call = call(&record("peerToPeer", vec![session]));
    let part = only_part(&call);
    assert_eq!((part.others, part.sessions), (0, 1));
    assert!(part.counterparts.is_empty());
    assert_eq!(part.talk_seconds.unwrap().as_millis(), 60_000);
}

/// It counts for no time there, but who is listed has a tenant and a name by it.
#[test]
fn the_called_end_of_a_meeting_still_names_who_is_listed() {
    let session = session("s", endpoint(person(1)), endpoint(person(2)), 0, 60);
    let mut record = record("groupCall", vec![session]);
    record["participants_v2"] = json!([{"identity": {"user": {"id": id(2)}}}]);
    let call = call(&record);
    let listed = part(&call, &key(2));
    assert_eq!((listed.outcome.as_str(), listed.relation.as_str()), ("listed", "internal"));
    assert_eq!(listed.display_name.as_deref(), Some("Person 2"));
    assert_eq!(listed.sessions, 0);
}
