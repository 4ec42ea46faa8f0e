//! How people relate to the home organisation.

use rstest::rstest;
use serde_json::{Value, json};

use crate::invented::{
    ELSEWHERE, HOME, call, endpoint, joined, key, only_part, part, person, record, service,
    session, with,
};
use crate::people::meeting_of;

#[rstest]
#[case::home(json!({"id": "a", "tenantId": HOME}), "internal")]
#[case::home_in_capitals(json!({"id": "a", "tenantId": HOME.to_uppercase()}), "internal")]
#[case::elsewhere(json!({"id": "a", "tenantId": ELSEWHERE}), "federated")]
#[case::no_tenant(json!({"id": "a", "tenantId": null}), "unknown")]
#[case::telephone(json!({"id": "+4930123456", "tenantId": HOME}), "pstn")]
#[case::visitor(json!({"id": "teamsvisitor:1", "tenantId": null}), "anonymous")]
#[case::acs(json!({"id": "8:acs:1"}), "acs")]
#[case::guest(json!({"email": "gil@fabrikam.example", "tenantId": HOME}), "guest")]
#[case::name_only(json!({"displayName": "Gil"}), "unknown")]
fn the_relation_is(#[case] identity: Value, #[case] relation: &str) {
    let call = call(&meeting_of(endpoint(identity)));
    assert_eq!(only_part(&call).relation.as_str(), relation);
}

#[test]
fn without_a_home_tenant_nobody_is_internal_or_federated() {
    use call_records::{AudioClassifier, CallBuilder, decode_record};
    let page = decode_record(meeting_of(endpoint(person(1))).to_string().as_bytes()).unwrap();
    let mut builder = CallBuilder::new(None, AudioClassifier::default());
    builder.record(&page.record);
    builder.sessions(&page.sessions.value);
    assert_eq!(only_part(&builder.finish().unwrap()).relation.as_str(), "unknown");
}

#[test]
fn a_call_counts_for_the_relations_of_the_others() {
    let outsider = with(person(2), json!({"tenantId": ELSEWHERE}));
    let mut sessions = vec![
        joined("a", 1, 0, 60),
        session("b", endpoint(outsider), service(), 0, 60),
        session("c", endpoint(json!({"id": "+4930123456"})), service(), 0, 60),
    ];
    let relations = |sessions: &[Value], key: &str| -> Vec<&'static str> {
        let call = call(&record("groupCall", sessions.to_vec()));
        part(&call, key).counterpart_relations.iter().map(|r| r.as_str()).collect()
    };
    assert_eq!(relations(&sessions, &key(1)), ["federated", "pstn"]);
    assert_eq!(relations(&sessions, &key(2)), ["internal", "pstn"]);
    sessions.push(joined("d", 3, 0, 60));
    assert_eq!(relations(&sessions, &key(1)), ["internal", "federated", "pstn"]);
}
