use rstest::rstest;

use super::*;

fn fault(status: u16, body: &str) -> Fault {
    Fault::parse(status, body.as_bytes(), "the-token")
}

#[rstest]
#[case::inner_error_with_hyphens(include_str!("../../../../tests/payloads/error-404-callrecord-capture.json"),
    "NotFound", Some("a42062a8-06ad-4055-b586-e8d540889a4d"))]
#[case::inner_error_in_camel_case(include_str!("../../../../tests/payloads/error-generic-graph.json"),
    "invalidRange", None)]
#[case::inner_error_without_capitals(
    r#"{"error": {"code": "x", "innererror": {"request-id": "A42062A8-06AD-4055-B586-E8D540889A4D"}}}"#,
    "x",
    Some("a42062a8-06ad-4055-b586-e8d540889a4d")
)]
#[case::no_inner_error(include_str!("../../../../tests/payloads/error-400-expiration-too-far.json"),
    "ExtensionError", None)]
#[case::inner_error_of_another_type(r#"{"error": {"code": "x", "innerError": []}}"#, "x", None)]
#[case::a_key_twice(r#"{"error": {"code": "x", "code": "y"}}"#, "y", None)]
#[case::the_login_hosts_form(include_str!("../../../../tests/payloads/token-error-invalid_scope.json"),
    "invalid_scope", None)]
#[case::a_page_of_html("<html><body>Bad Gateway</body></html>", "", None)]
#[case::nothing("", "", None)]
#[case::null("null", "", None)]
#[case::a_list("[]", "", None)]
#[case::a_number_for_a_code(r#"{"error": {"code": 5}}"#, "", None)]
fn an_error_body_is_read_as_far_as_it_can_be(
    #[case] body: &str,
    #[case] code: &str,
    #[case] request_id: Option<&str>,
) {
    let fault = fault(400, body);
    assert_eq!(fault.code, code);
    assert_eq!(fault.request_id.map(|id| id.to_string()).as_deref(), request_id);
}

#[test]
fn the_inner_message_stands_in_for_an_empty_one() {
    let body = r#"{"error": {"code": "x", "message": "", "innerError": {"message": "inner"}}}"#;
    assert_eq!(fault(400, body).message, "inner");
}

#[rstest]
#[case::the_token_that_was_sent("the-token")]
#[case::inside_a_word("Bearer.the-token")]
#[case::a_part_of_the_token("token-part")]
#[case::any_that_looks_like_a_token("eyJhbGciOiJub25lIn0")]
#[case::a_telephone_number("user.4930123456")]
#[case::a_name("Ada Lovelace")]
#[case::an_address("ada@example.com")]
#[case::a_line("a\nb")]
#[case::a_number_alone("4930123456")]
#[case::not_ascii("Zoë")]
fn what_is_no_code_is_left_out(#[case] code: &str) {
    let token = if code == "token-part" { "a-token-part-of" } else { "the-token" };
    let body = serde_json::json!({ "error": { "code": code } }).to_string();
    assert_eq!(Fault::parse(401, body.as_bytes(), token).code, "");
}

#[test]
fn a_code_is_not_longer_than_a_code() {
    assert_eq!(code_or_empty(&"x".repeat(MAX_CODE_LENGTH), ""), "x".repeat(MAX_CODE_LENGTH));
    assert_eq!(code_or_empty(&"x".repeat(MAX_CODE_LENGTH + 1), ""), "");
}

#[rstest]
#[case::quota(403, "ExtensionError", "Tenant subscription limit exceeded for")]
#[case::consent(403, "Forbidden", "no access for")]
#[case::handshake(400, "ValidationError", "Subscription validation request failed by")]
#[case::a_clock(400, "ExtensionError", "4230 minutes in the future, says")]
#[case::anything(400, "BadRequest", "not possible for")]
fn no_error_repeats_what_graph_wrote(#[case] status: u16, #[case] code: &str, #[case] words: &str) {
    let message = format!("{words} Ada Lovelace <ada@example.com>, +49 30 123456, 10.0.0.7");
    let id = "a42062a8-06ad-4055-b586-e8d540889a4d";
    let inner = serde_json::json!({ "request-id": id, "message": message });
    let body = serde_json::json!({
        "error": { "code": code, "message": message, "innerError": inner }
    });
    let fault = fault(status, &body.to_string());
    let errors = [
        crate::advice::unauthorized(&fault),
        Error::QuotaExceeded { reference: fault.reference() },
        Error::HandshakeFailed { reference: fault.reference() },
        fault.rejected(),
    ];
    for error in errors {
        let shown = format!("{error} {error:?}").to_lowercase();
        for word in ["lovelace", "ada@", "123456", "10.0.0"] {
            assert!(!shown.contains(word), "{shown}");
        }
        assert!(
            shown.contains(&format!("{status} {}, request-id {id}", code.to_lowercase())),
            "{shown}"
        );
    }
}

#[rstest]
#[case::as_captured(include_str!("../../../../tests/payloads/error-409-subscription-exists-capture.json"),
    Some("c0bba80e-57a3-43a7-bac2-e6f525a76e7c"))]
#[case::in_quotes(
    r#"{"error": {"message": "Id 'C0BBA80E-57A3-43A7-BAC2-E6F525A76E7C', sorry"}}"#,
    Some("C0BBA80E-57A3-43A7-BAC2-E6F525A76E7C")
)]
#[case::no_guid(r#"{"error": {"message": "Subscription Id abc already exists"}}"#, None)]
#[case::nearly_a_guid(
    r#"{"error": {"message": "Id c0bba80e-57a3-43a7-bac2-e6f525a76e7 exists"}}"#,
    None
)]
#[case::no_message("", None)]
fn the_id_of_the_existing_subscription_is_read_from_the_message(
    #[case] body: &str,
    #[case] id: Option<&str>,
) {
    assert_eq!(fault(409, body).named_id().as_deref(), id);
}

#[rstest]
#[case::as_captured(
    "Operation: Create; Exception: [Status Code: Forbidden; Reason: App 'a' has reached its limit of '1' 'COMMUNICATIONS/CALLRECORDS' subscription on tenant 't']",
    true
)]
#[case::exceeded("Tenant subscription limit exceeded", true)]
#[case::quota("Subscription quota of the organization has been reached", true)]
#[case::maximum("The maximum number of subscriptions is reached", true)]
#[case::too_many("Too many subscriptions for this application", true)]
#[case::consent("Insufficient privileges to complete the operation.", false)]
#[case::limited_access("Access to the subscription is limited to its creator", false)]
fn a_quota_that_is_used_up_is_no_missing_consent(#[case] message: &str, #[case] quota: bool) {
    let body = serde_json::json!({"error": {"code": "ExtensionError", "message": message}});
    assert_eq!(fault(403, &body.to_string()).is_quota(), quota);
}

#[rstest]
#[case("ObjectIdentifierInUse", "Subscription Id x already exists", true)]
#[case("ExtensionError", "Operation: Create; Exception: [A subscription already exists]", true)]
#[case("Conflict", "The request conflicts with the state of the resource", false)]
fn a_subscription_that_exists_is_a_duplicate_in_every_wording(
    #[case] code: &str,
    #[case] message: &str,
    #[case] duplicate: bool,
) {
    let body = serde_json::json!({"error": {"code": code, "message": message}});
    assert_eq!(fault(409, &body.to_string()).is_duplicate(), duplicate);
}
