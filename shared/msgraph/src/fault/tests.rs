use rstest::rstest;

use super::*;

fn fault(status: u16, body: &str) -> Fault {
    Fault::parse(status, body.as_bytes(), "the-token")
}

#[rstest]
#[case::inner_error_with_hyphens(include_str!("../../../../tests/payloads/error-404-callrecord-capture.json"),
    "NotFound", Some("a42062a8-06ad-4055-b586-e8d540889a4d"))]
#[case::inner_error_in_camel_case(include_str!("../../../../tests/payloads/error-generic-graph.json"),
    "invalidRange", Some("request-id"))]
#[case::inner_error_without_capitals(
    r#"{"error": {"code": "x", "innererror": {"request-id": "r"}}}"#,
    "x",
    Some("r")
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
    assert_eq!(fault.request_id.as_deref(), request_id);
}

#[test]
fn the_inner_message_stands_in_for_an_empty_one() {
    let body = r#"{"error": {"code": "x", "message": "", "innerError": {"message": "inner"}}}"#;
    assert_eq!(fault(400, body).message, "inner");
}

#[test]
fn a_message_is_one_short_line() {
    let long = format!(r#"{{"error": {{"message": "first\r\nsecond {}"}}}}"#, "ü".repeat(400));
    let message = fault(400, &long).message;
    assert!(message.starts_with("first second ü"), "{message}");
    assert!(message.len() <= MAX_TEXT_LENGTH + '…'.len_utf8(), "{}", message.len());
}

#[rstest]
#[case::the_one_that_was_sent("token the-token is not valid")]
#[case::inside_a_word("'Bearer:the-token;'")]
#[case::any_that_looks_like_one("token eyJhbGciOiJub25lIn0.e30. is not valid")]
fn a_token_that_is_echoed_is_withheld(#[case] message: &str) {
    let body = serde_json::json!({ "error": { "code": message, "message": message } });
    let fault = fault(401, &body.to_string());
    let shown = format!(
        "{fault:?} {:?} {}",
        crate::advice::unauthorized(&fault),
        crate::advice::unauthorized(&fault)
    );
    assert!(!shown.contains("the-token") && !shown.contains("eyJ"), "{shown}");
    assert!(shown.contains("[withheld]"), "{shown}");
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

#[rstest]
#[case::upper("Ab8Q%7Ez%2F%26%2B1")]
#[case::lower("Ab8Q%7ez%2f%26%2b1")]
#[case::every_character("%41%62%38%51%7E%7A%2F%26%2B%31")]
#[case::twice("Ab8Q%257Ez%252F%2526%252B1")]
#[case::within_a_form("client_secret=Ab8Q%7Ez%2F%26%2B1&scope=x")]
#[case::plain("Ab8Q~z/&+1")]
fn an_encoded_echo_of_the_secret_is_withheld(#[case] echo: &str) {
    let said = presentable(&format!("invalid value {echo} was sent"), "Ab8Q~z/&+1");
    assert_eq!(said, "invalid value [withheld] was sent");
}

#[rstest]
#[case::html("0123456789abc&amp;x")]
#[case::json("0123456789abc\\u0026x")]
fn an_echo_with_other_escapes_is_known_by_its_letters(#[case] echo: &str) {
    assert_eq!(presentable(echo, "0123456789abc&x"), "[withheld]");
}

#[test]
fn a_text_with_percent_signs_stays_as_it_is() {
    let text = "100% of 5%2 %zz %41";
    assert_eq!(presentable(text, "another-secret"), text);
}
