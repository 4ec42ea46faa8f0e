//! Taking one person out of a record.

use call_records::{PersonKey, redact};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use crate::invented::{
    CALL, HOME, call, endpoint, id, joined, key, part, person, record, service, session, with,
};
use crate::properties::any_record;

fn person_key(key: &str) -> PersonKey {
    key.parse().unwrap()
}

/// The record without that person.
fn without(record: &Value, person: &PersonKey, aliases: &[&str]) -> Value {
    let tombstone = person.tombstone("0f0f");
    let page = redact(record.to_string().as_bytes(), person, &tombstone, aliases).unwrap();
    page.map_or_else(|| record.clone(), |page| serde_json::from_slice(&page).unwrap())
}

/// A meeting that Ann organised, with everything that could tell who she is.
fn meeting() -> Value {
    let ann = with(
        endpoint(person(1)),
        json!({
            "name": "ANNS-LAPTOP", "cpuName": "Some processor",
            "identity": {"user": {"displayName": "Ann the First", "ipAddress": "198.51.100.7"}},
            "feedback": {"rating": "bad", "text": "It was me, Ann.", "tokens": {"Echo": true}},
        }),
    );
    let segment = json!({
        "id": "s",
        "caller": {"name": "ANNS-LAPTOP", "feedback": {"rating": "bad", "text": "Me again."}},
        "media": [{
            "label": "main-audio",
            "callerDevice": {"captureDeviceName": "Ann's headset", "renderDeviceName": "Ann's ears"},
            "callerNetwork": {
                "connectionType": "wifi", "ipAddress": "198.51.100.7", "macAddress": "00-00-5E",
                "subnet": "198.51.100.0", "traceRouteHops": [{"ipAddress": "198.51.100.8"}],
            },
            "calleeDevice": {"captureDeviceName": "The service's"},
            "streams": [{"streamId": "1", "packetUtilization": 900, "averageJitter": "PT0.001S"}],
        }],
    });
    let session = with(session("s", ann, service(), 0, 60), json!({"segments": [segment]}));
    with(
        record("groupCall", vec![session, joined("t", 2, 0, 60)]),
        json!({
            "joinWebUrl": format!(
                "https://teams.example/l/19%3ameeting?context=%7b%22Oid%22%3a%22{}%22%7d",
                id(1).to_ascii_uppercase()
            ),
            "organizer_v2": {
                "id": id(1).to_ascii_uppercase(),
                "identity": {"user": person(1), "guest": null},
                "administrativeUnitInfos": [{"id": "unit"}],
            },
            "participants": [{"user": person(1)}, {"user": person(2)}],
            "participants_v2": [
                {"id": id(1), "identity": {"user": person(1)}},
                {"id": id(2), "identity": {"user": person(2)}},
            ],
            "somethingNew": {"mail": "Person1@contoso.example", "of": "person1%40contoso.example"},
        }),
    )
}

#[test]
fn nothing_that_could_tell_who_it_was_is_left() {
    let redacted = without(&meeting(), &person_key(&key(1)), &[]).to_string();
    for telltale in [
        &id(1),
        "Person 1",
        "Ann",
        "ANN",
        "person1@",
        "person1%40",
        "Me again",
        "198.51.100",
        "00-00-5E",
        "It was me",
        "unit\"",
        "Some processor",
    ] {
        assert!(
            !redacted.to_ascii_lowercase().contains(&telltale.to_ascii_lowercase()),
            "{telltale}: {redacted}"
        );
    }
    for kept in [&id(2), "Person 2", "The service's", "wifi", "averageJitter", "Echo"] {
        assert!(redacted.contains(kept), "{kept}: {redacted}");
    }
}

#[test]
fn the_rest_of_the_record_counts_as_it_did() {
    let before = call(&meeting());
    let after = call(&without(&meeting(), &person_key(&key(1)), &[]));
    assert_eq!(after.totals(), before.totals());
    let tombstone = part(&after, "forgotten:user:0f0f");
    assert!(tombstone.person.is_tombstone());
    assert_eq!(after.organizer.as_ref(), Some(&tombstone.person));
    assert_eq!((&after.organizer_name, &tombstone.display_name), (&None, &None));
    assert_eq!(tombstone.relation, part(&before, &key(1)).relation);
    assert_eq!(part(&after, &key(2)), part(&before, &key(2)));
    assert_eq!(tombstone.capture_devices.len(), 0);
}

#[test]
fn a_page_that_does_not_name_the_person_stays_as_it_came() {
    let page = meeting().to_string();
    let nobody = person_key(&key(9));
    assert_eq!(redact(page.as_bytes(), &nobody, &nobody.tombstone("0f"), &[]), Ok(None));
    let redacted = without(&meeting(), &person_key(&key(1)), &[]);
    assert_eq!(without(&redacted, &person_key(&key(1)), &[]), redacted);
}

#[test]
fn what_is_not_json_is_an_error() {
    let nobody = person_key(&key(9));
    assert!(redact(b"<html>", &nobody, &nobody.tombstone("0f"), &[]).is_err());
}

/// Each kind keeps the relation by which calls are counted.
#[rstest]
#[case("phone:+4930123456", json!({"identity": {"phone": {"id": "+4930123456"}}}), "pstn")]
#[case("guest:gina@example.org", json!({"identity": {"guest": {"email": "gina@example.org"}}}), "guest")]
#[case("acs:8:acs:0123", json!({"identity": {"acsUser": {"id": "8:acs:0123"}}}), "acs")]
#[case("anonymous:teamsvisitor:01", json!({"identity": {"user": {"id": "teamsvisitor:01"}}}), "anonymous")]
#[case("unknown:Robin", json!({"associatedIdentity": {"displayName": "Robin"}}), "unknown")]
#[case("unknown:Robin", json!({"identity": {"guest": {"displayName": "Robin"}}}), "guest")]
#[case(
    "unknown:Robin",
    json!({
        "associatedIdentity": {"id": null, "displayName": null},
        "identity": {"user": {"id": null}, "phone": {"id": null, "displayName": "Robin"}},
    }),
    "pstn"
)]
#[case(
    "unknown:Robin",
    json!({
        "associatedIdentity": {"displayName": "Robin"},
        "identity": {"guest": {"displayName": "Robin", "tenantId": HOME}},
    }),
    "guest"
)]
fn whoever_it_is_the_relation_stays(
    #[case] key: &str,
    #[case] caller: Value,
    #[case] relation: &str,
) {
    let record = record("groupCall", vec![session(CALL, caller, service(), 0, 60)]);
    let redacted = without(&record, &person_key(key), &[]);
    let (before, after) = (call(&record), call(&redacted));
    assert_eq!(part(&before, key).relation.as_str(), relation);
    assert!(!redacted.to_string().contains("Robin"), "{redacted}");
    assert_eq!(after.totals(), before.totals());
    let person = after.people.keys().next().unwrap();
    assert!(person.is_tombstone(), "{person}");
    assert_eq!(person.id(), format!("{}:0f0f", person_key(key).kind()));
}

/// Who is only in a list: by a name alone, or by the id of the entry.
#[rstest]
#[case("unknown:Robin", json!({"participants": [{"guest": {"displayName": "Robin"}}]}))]
#[case("unknown:Robin", json!({"organizer": {"guest": {"id": null, "displayName": "Robin"}}}))]
#[case(
    "unknown:Robin",
    json!({"participants_v2": [{"id": null, "identity": {"guest": {"displayName": "Robin"}}}]})
)]
#[case(
    "guest:entry",
    json!({"participants_v2": [{"id": "entry", "identity": {"guest": {"displayName": "Robin"}}}]})
)]
#[case(
    "guest:entry",
    json!({"participants_v2": [{"id": "entry", "identity": {"guest": {"id": null}}}]})
)]
fn who_is_only_listed_is_found_and_the_relation_stays(#[case] key: &str, #[case] list: Value) {
    let record = with(record("groupCall", Vec::new()), list);
    let redacted = without(&record, &person_key(key), &[]);
    let (before, after) = (call(&record), call(&redacted));
    assert_eq!(part(&before, key).relation.as_str(), "guest");
    assert_eq!(after.totals(), before.totals());
    assert!(after.people.keys().all(PersonKey::is_tombstone));
    assert!(!redacted.to_string().contains("Robin") && !redacted.to_string().contains("entry"));
}

/// Another person may have the same name: by an id beside it, or by another name before it.
#[rstest]
#[case(json!({"associatedIdentity": person(1), "identity": {"user": {"displayName": "Robin"}}}))]
#[case(json!({"associatedIdentity": {"displayName": "Ann"}, "identity": {"user": {"displayName": "Robin"}}}))]
#[case(json!({"identity": {"guest": {"displayName": "Robin", "email": "robin@example.org"}}}))]
fn nobody_is_forgotten_for_the_name_of_another(#[case] caller: Value) {
    let robin = json!({"identity": {"guest": {"displayName": "Robin"}}});
    let record = with(
        record("groupCall", vec![session("a", caller, service(), 0, 60)]),
        json!({"participants_v2": [
            robin, {"id": "entry", "identity": {"guest": {"displayName": "Robin"}}},
        ]}),
    );
    let (before, after) =
        (call(&record), call(&without(&record, &person_key("unknown:Robin"), &[])));
    let (is_robin, tombstone) = ("unknown:Robin", "forgotten:unknown:0f0f");
    let others = |call: &call_records::Call, but: &str| {
        let others = call.people.values().filter(|part| part.person.to_string() != but);
        others.cloned().collect::<Vec<_>>()
    };
    assert_eq!(others(&before, is_robin).len(), 2);
    assert_eq!(others(&after, tombstone), others(&before, is_robin));
    assert_eq!(after.totals(), before.totals());
}

/// A name alone behind a gateway is a telephone, also where another session has it in front of one.
#[test]
fn a_name_that_was_behind_a_gateway_once_stays_a_telephone() {
    let robin = json!({"associatedIdentity": {"displayName": "Robin"}});
    let behind = with(robin.clone(), json!({"userAgent": {"role": "mediationServer"}}));
    let record = record(
        "groupCall",
        vec![session("a", robin, service(), 0, 60), session("b", behind, service(), 0, 60)],
    );
    let (before, after) =
        (call(&record), call(&without(&record, &person_key("unknown:Robin"), &[])));
    assert_eq!(part(&before, "unknown:Robin").relation.as_str(), "pstn");
    assert_eq!(part(&after, "forgotten:unknown:0f0f").relation.as_str(), "pstn");
    assert_eq!(after.totals(), before.totals());
}

#[test]
fn aliases_are_replaced_wherever_they_stand() {
    let record = with(record("groupCall", Vec::new()), json!({"note": "by ANN@contoso.example."}));
    let redacted = without(&record, &person_key(&key(1)), &["ann@contoso.example"]);
    assert_eq!(redacted["note"], "by forgotten:user:0f0f.");
}

proptest! {
    #[test]
    fn after_forgetting_any_person_the_organisation_counts_as_before(
        record in any_record(),
        which in any::<prop::sample::Index>(),
    ) {
        let before = call(&record);
        let people: Vec<_> = before.people.keys().collect();
        prop_assume!(!people.is_empty());
        let person = people[which.index(people.len())];
        let redacted = without(&record, person, &[]);
        let after = call(&redacted);
        prop_assert_eq!(after.totals(), before.totals());
        prop_assert!(!after.people.contains_key(person));
        prop_assert_eq!(after.people.len(), before.people.len());
        if person.kind() != "unknown" {
            prop_assert!(!redacted.to_string().contains(person.id()));
        }
    }
}
