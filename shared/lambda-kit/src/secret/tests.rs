use rstest::rstest;
use serde_json::json;

use super::*;

const NEW: &str = "invented-state-that-is-new";
const OLD: &str = "invented-state-that-is-old";

fn good() -> Value {
    json!({
        "tenant_id": "84bd8158-6d4d-4958-8b9f-9d6445542f95",
        "client_id": "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
        "client_secret": "invented",
        "client_states": [NEW, OLD],
        "note": "unknown keys do no harm",
    })
}

fn with(key: &str, value: Value) -> Result<Secret, Error> {
    let mut json = good();
    json[key] = value;
    Secret::parse(&json.to_string())
}

#[test]
fn every_client_state_of_the_list_is_accepted_and_the_first_is_for_new_subscriptions() {
    let secret = Secret::parse(&good().to_string()).unwrap();
    assert!(secret.accepts(NEW));
    assert!(secret.accepts(OLD));
    assert_eq!(secret.newest_client_state().expose_secret(), NEW);
    assert_eq!(secret.client_states().len(), 2);
}

#[rstest]
#[case::nothing(String::new())]
#[case::a_beginning(NEW[..NEW.len() - 1].to_owned())]
#[case::with_more_behind(format!("{NEW}x"))]
#[case::with_a_zero_byte_behind(format!("{NEW}\0"))]
#[case::in_capitals(NEW.to_uppercase())]
#[case::both_joined(format!("{NEW}{OLD}"))]
#[case::zero_bytes("\0".repeat(NEW.len()))]
#[case::very_long("x".repeat(1_000_000))]
fn another_client_state_is_not_accepted(#[case] presented: String) {
    assert!(!Secret::parse(&good().to_string()).unwrap().accepts(&presented));
}

#[test]
fn a_state_of_the_greatest_length_is_accepted_and_one_longer_with_the_same_beginning_is_not() {
    let longest = "s".repeat(MAX_CLIENT_STATE_LENGTH);
    let secret = with("client_states", json!([longest])).unwrap();
    assert!(secret.accepts(&longest));
    assert!(!secret.accepts(&format!("{longest}s")));
}

#[test]
fn one_client_state_needs_no_list() {
    let secret = with("client_states", json!(NEW)).unwrap();
    assert!(secret.accepts(NEW));
    assert!(!secret.accepts(OLD));
    assert_eq!(secret.client_states().len(), 1);
}

#[test]
fn the_tenant_is_ours_in_any_capitals() {
    let secret = Secret::parse(&good().to_string()).unwrap();
    assert!(secret.is_tenant("84BD8158-6D4D-4958-8B9F-9D6445542F95"));
    assert!(!secret.is_tenant("84bd8158-6d4d-4958-8b9f-9d6445542f96"));
    assert!(!secret.is_tenant(""));
}

#[rstest]
#[case::no_client_secret("client_secret", Value::Null)]
#[case::an_empty_client_secret("client_secret", json!(""))]
fn without_a_client_secret_the_aws_identity_takes_its_place(
    #[case] key: &str,
    #[case] value: Value,
) {
    assert!(with(key, value).unwrap().client_secret().is_none());
}

#[rstest]
#[case::a_domain_for_a_tenant("tenant_id", json!("contoso.example"))]
#[case::no_tenant("tenant_id", Value::Null)]
#[case::a_name_for_an_application("client_id", json!("call records"))]
#[case::no_states("client_states", json!([]))]
#[case::no_list("client_states", json!({"new": NEW}))]
#[case::an_empty_state("client_states", json!([NEW, ""]))]
#[case::a_state_that_can_be_guessed("client_states", json!(["state"]))]
#[case::a_state_too_long_for_graph("client_states", json!(["s".repeat(129)]))]
#[case::a_state_with_a_line_break("client_states", json!([format!("{NEW}\n")]))]
fn an_unusable_secret_names_the_key_and_never_quotes_it(#[case] key: &str, #[case] value: Value) {
    let error = with(key, value.clone()).unwrap_err().to_string();
    assert!(error.contains(key), "{error}");
    if let Some(text) = value.as_str() {
        assert!(!error.contains(text), "{error}");
    }
}

#[rstest]
#[case::not_json("client_states=hunter2hunter2hunter2")]
#[case::a_list("[\"hunter2hunter2hunter2\"]")]
fn what_is_no_object_is_said_without_quoting_it(#[case] json: &str) {
    let error = Secret::parse(json).unwrap_err().to_string();
    assert!(error.contains("JSON object") && !error.contains("hunter2"), "{error}");
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!("{:?}", Secret::parse(&good().to_string()).unwrap());
    assert!(!shown.contains("invented"), "{shown}");
}
