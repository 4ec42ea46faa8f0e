use rstest::rstest;
use serde_json::json;

use super::*;

const CLIENT: &str = "8f0e6c39-51cf-44ba-b1be-f2e5a2ad7f3c";

fn refused(error: &str, description: &str) -> Refusal {
    let body = json!({ "error": error, "error_description": description }).to_string();
    refusal(401, body.as_bytes(), CLIENT, "the-secret")
}

#[rstest]
#[case("invalid_client", 7_000_215, LoginProblem::WrongSecret, "client_secret")]
#[case("invalid_request", 7_000_216, LoginProblem::MissingCredential, "no credential")]
#[case("invalid_client", 7_000_222, LoginProblem::ExpiredSecret, "add a new client secret")]
#[case("unauthorized_client", 700_016, LoginProblem::UnknownApplication, "into client_id")]
#[case("invalid_request", 90_002, LoginProblem::WrongTenant, "into tenant_id")]
#[case("invalid_request", 900_023, LoginProblem::WrongTenant, "into tenant_id")]
#[case("invalid_scope", 70_011, LoginProblem::WrongCloud, "GRAPH_URL and LOGIN_URL")]
#[case("invalid_resource", 500_011, LoginProblem::WrongCloud, "GRAPH_URL and LOGIN_URL")]
#[case("invalid_client", 700_213, LoginProblem::WrongAssertion, "role ARN")]
#[case("invalid_client", 700_024, LoginProblem::WrongAssertion, "federated credential")]
#[case("unauthorized_client", 7_000_112, LoginProblem::DisabledApplication, "is disabled")]
#[case("access_denied", 53_003, LoginProblem::Blocked, "Conditional Access")]
#[case("access_denied", 1_234_567, LoginProblem::Other, "check LOGIN_URL")]
fn an_administrator_reads_what_to_fix(
    #[case] error: &str,
    #[case] code: u64,
    #[case] kind: LoginProblem,
    #[case] words: &str,
) {
    let refusal = refused(error, &format!("AADSTS{code}: Words.\r\nTrace ID: 1\r\nTimestamp: 2"));
    assert_eq!(refusal.kind, kind);
    assert!(refusal.sentence.contains(words), "{}", refusal.sentence);
    assert!(refusal.sentence.contains(&format!("AADSTS{code}")), "{}", refusal.sentence);
    assert!(!refusal.sentence.contains("Trace ID"), "{}", refusal.sentence);
    assert!(!refusal.passing);
}

#[rstest]
#[case("invalid_client", LoginProblem::WrongSecret)]
#[case("unauthorized_client", LoginProblem::UnknownApplication)]
#[case("invalid_scope", LoginProblem::WrongCloud)]
#[case("something_new", LoginProblem::Other)]
fn without_a_number_the_error_decides(#[case] error: &str, #[case] kind: LoginProblem) {
    assert_eq!(refused(error, "").kind, kind);
}

#[test]
fn the_listed_codes_count_when_the_description_names_none() {
    let body = json!({ "error": "invalid_client", "error_codes": [7_000_222] }).to_string();
    assert_eq!(refusal(401, body.as_bytes(), CLIENT, "").kind, LoginProblem::ExpiredSecret);
}

#[test]
fn the_documented_wrong_scope_is_a_wrong_cloud() {
    let body = include_bytes!("../../../../tests/payloads/token-error-invalid_scope.json");
    let refusal = refusal(400, body, CLIENT, "the-secret");
    assert_eq!(refusal.kind, LoginProblem::WrongCloud);
    assert_eq!(
        refusal.sentence,
        "the login host does not know this Graph host: check that GRAPH_URL and LOGIN_URL belong to \
         the same cloud (Microsoft Entra: AADSTS70011)"
    );
}

#[rstest]
#[case::by_name(400, r#"{"error": "temporarily_unavailable"}"#)]
#[case::by_name_of_a_server_error(400, r#"{"error": "server_error"}"#)]
#[case::by_number(400, r#"{"error": "invalid_grant", "error_codes": [90033]}"#)]
#[case::by_status(503, "<html>")]
fn what_passes_by_itself_is_no_work_for_an_administrator(#[case] status: u16, #[case] body: &str) {
    assert!(refusal(status, body.as_bytes(), CLIENT, "").passing);
}

#[rstest]
#[case::words("invalid_client", "AADSTS7000215: secret the-secret of Ada Lovelace is wrong")]
#[case::no_number("the-secret", "the-secret of Ada Lovelace")]
#[case::a_number_that_is_none("Ada Lovelace", "AADSTS4930123456: +49 30 123456")]
fn no_word_of_the_login_host_is_repeated(#[case] error: &str, #[case] description: &str) {
    let sentence = refused(error, description).sentence;
    for word in ["the-secret", "Ada", "Lovelace", "30123456", "30 123456"] {
        assert!(!sentence.contains(word), "{sentence}");
    }
}
