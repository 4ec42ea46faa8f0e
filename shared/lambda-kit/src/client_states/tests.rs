use rstest::rstest;
use serde_json::json;

use super::*;

const NEW: &str = "invented-state-that-is-new";
const OLD: &str = "invented-state-that-is-old";

fn of(states: &Value) -> Result<ClientStates, Error> {
    let json = json!({ "client_states": states, "note": "unknown keys do no harm" });
    ClientStates::parse(&json.to_string())
}

fn both() -> ClientStates {
    of(&json!([NEW, OLD])).unwrap()
}

#[test]
fn every_client_state_of_the_list_is_accepted_and_the_first_is_for_new_subscriptions() {
    assert!(both().accept(NEW));
    assert!(both().accept(OLD));
    assert_eq!(both().newest().expose_secret(), NEW);
    assert_eq!(both().all().len(), 2);
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
    assert!(!both().accept(&presented));
}

#[test]
fn a_state_of_the_greatest_length_is_accepted_and_one_longer_with_the_same_beginning_is_not() {
    let longest = "s".repeat(MAX_LENGTH);
    let states = of(&json!([longest])).unwrap();
    assert!(states.accept(&longest));
    assert!(!states.accept(&format!("{longest}s")));
}

#[test]
fn one_client_state_needs_no_list() {
    let states = of(&json!(NEW)).unwrap();
    assert!(states.accept(NEW));
    assert!(!states.accept(OLD));
    assert_eq!(states.all().len(), 1);
}

#[rstest]
#[case::no_states(json!([]))]
#[case::no_list(json!({"new": NEW}))]
#[case::an_empty_state(json!([NEW, ""]))]
#[case::a_state_that_can_be_guessed(json!(["state"]))]
#[case::a_state_too_long_for_graph(json!(["s".repeat(129)]))]
#[case::a_state_with_a_line_break(json!([format!("{NEW}\n")]))]
fn unusable_client_states_are_named_and_never_quoted(#[case] states: Value) {
    let error = of(&states).unwrap_err().to_string();
    assert!(error.contains("client_states") && error.contains("CLIENT_STATES_ARN"), "{error}");
    assert!(!error.contains("state-that-is-new"), "{error}");
}

#[rstest]
#[case::not_json("client_states=hunter2hunter2hunter2")]
#[case::a_list("[\"hunter2hunter2hunter2\"]")]
fn what_is_no_object_is_said_without_quoting_it(#[case] json: &str) {
    let error = ClientStates::parse(json).unwrap_err().to_string();
    assert!(error.contains("JSON object") && !error.contains("hunter2"), "{error}");
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!("{:?}", both());
    assert!(!shown.contains("invented"), "{shown}");
}
