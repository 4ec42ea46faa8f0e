//! Keys of people as text.

use rstest::rstest;
use serde_json::json;

use crate::invented::{call, endpoint, only_part};
use crate::people::meeting_of;

#[rstest]
#[case("user:1", "user", "1")]
#[case("anonymous:teamsvisitor:01", "anonymous", "teamsvisitor:01")]
#[case("phone:+49 30 123", "phone", "+49 30 123")]
#[case("unknown:Ünknown", "unknown", "Ünknown")]
fn a_key_is_read_as_it_is_written(#[case] text: &str, #[case] kind: &str, #[case] id: &str) {
    let key: call_records::PersonKey = text.parse().unwrap();
    assert_eq!((key.kind(), key.id()), (kind, id));
    assert_eq!(key.to_string(), text);
    assert_eq!(serde_json::to_value(&key).unwrap(), json!(text));
    assert_eq!(serde_json::from_value::<call_records::PersonKey>(json!(text)).unwrap(), key);
}

#[rstest]
#[case("")]
#[case("user")]
#[case("user:")]
#[case(":1")]
fn a_text_without_kind_and_id_is_no_key(#[case] text: &str) {
    assert!(text.parse::<call_records::PersonKey>().is_err());
}

#[test]
fn very_long_ids_fit_into_a_key_and_still_differ() {
    let long = |end: &str| json!({"id": format!("{}{end}", "ü".repeat(10_000))});
    let of = |end: &str| only_part(&call(&meeting_of(endpoint(long(end))))).person.clone();
    assert!(of("a").id().len() <= 512);
    assert_ne!(of("a"), of("b"));
    assert_eq!(of("a").to_string().parse(), Ok(of("a")));
}
