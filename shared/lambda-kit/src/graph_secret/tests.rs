use rstest::rstest;
use serde_json::json;

use super::*;

fn good() -> Value {
    json!({
        "tenant_id": "84bd8158-6d4d-4958-8b9f-9d6445542f95",
        "client_id": "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
        "client_secret": "invented",
        "client_states": "of an older version, which kept them here",
    })
}

fn with(key: &str, value: Value) -> Result<GraphSecret, Error> {
    let mut json = good();
    json[key] = value;
    GraphSecret::parse(&json.to_string())
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
fn an_unusable_secret_names_the_key_and_never_quotes_it(#[case] key: &str, #[case] value: Value) {
    let error = with(key, value.clone()).unwrap_err().to_string();
    assert!(error.contains(key), "{error}");
    if let Some(text) = value.as_str() {
        assert!(!error.contains(text), "{error}");
    }
}

#[rstest]
#[case::not_json("client_secret=hunter2hunter2hunter2")]
#[case::a_list("[\"hunter2hunter2hunter2\"]")]
fn what_is_no_object_is_said_without_quoting_it(#[case] json: &str) {
    let error = GraphSecret::parse(json).unwrap_err().to_string();
    assert!(error.contains("JSON object") && !error.contains("hunter2"), "{error}");
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!("{:?}", GraphSecret::parse(&good().to_string()).unwrap());
    assert!(!shown.contains("invented"), "{shown}");
}
