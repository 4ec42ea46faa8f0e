//! Subscriptions and their rules.

use std::time::Duration;

use fake_graph::Violation;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::endpoint::{Endpoint, Handshake};
use crate::tenant::Tenant;

async fn both() -> (Tenant, Endpoint) {
    (Tenant::start().await, Endpoint::start().await)
}

fn path(subscription: &Value) -> String {
    format!("/subscriptions/{}", subscription["id"].as_str().expect("an id"))
}

#[tokio::test]
async fn both_addresses_are_validated_before_a_subscription_exists() {
    let (tenant, endpoint) = both().await;
    let subscription = tenant.subscribe(&endpoint.url).await;
    assert_eq!(endpoint.handshakes(), ["/notifications", "/notifications/lifecycle"]);
    assert_eq!(subscription["clientState"], "an invented client state");
    assert_eq!(subscription["resource"], "communications/callRecords");
    let read = tenant.get(&path(&subscription)).await.json();
    assert_eq!(read, subscription);
}

#[rstest]
#[case(Handshake::WrongToken)]
#[case(Handshake::StillEncoded)]
#[case(Handshake::AsJson)]
#[case(Handshake::WithWrongType)]
#[case(Handshake::WithStatus(202))]
#[case(Handshake::WithStatus(500))]
#[case(Handshake::TooLate)]
#[tokio::test]
async fn an_endpoint_that_fails_the_handshake_gets_no_subscription(#[case] how: Handshake) {
    let tenant = Tenant::with(|options| {
        options.delivery.handshake_timeout = Duration::from_millis(200);
    })
    .await;
    let endpoint = Endpoint::start().await;
    endpoint.shake(how);
    let body = tenant.subscription(&endpoint.url);
    let refused = tenant.send(Method::POST, "/subscriptions", &body).await;
    assert_eq!((refused.status, refused.error_code().as_str()), (400, "ValidationError"));
    assert!(tenant.graph.subscriptions().is_empty());
}

#[tokio::test]
async fn the_query_of_an_endpoint_stays_in_the_handshake_and_in_notifications() {
    let (tenant, endpoint) = both().await;
    let url = format!("{}?code=a%20b", endpoint.url);
    let mut body = tenant.subscription(&url);
    body["lifecycleNotificationUrl"] = endpoint.url.clone().into();
    assert_eq!(tenant.send(Method::POST, "/subscriptions", &body).await.status, 201);
    tenant.graph.notify("a");
    tenant.quiet().await;
    assert_eq!(endpoint.bodies()[0].0, "/notifications?code=a%20b");
}

#[rstest]
#[case::no_change_type("changeType", Value::Null)]
#[case::no_url("notificationUrl", Value::Null)]
#[case::no_resource("resource", Value::Null)]
#[case::no_expiry("expirationDateTime", Value::Null)]
#[case::deleted("changeType", json!("deleted"))]
#[case::plain_http("notificationUrl", json!("http://webhook.contoso.example/"))]
#[case::no_address("notificationUrl", json!("webhook"))]
#[case::other_resource("resource", json!("me/messages"))]
#[case::past("expirationDateTime", json!("2026-03-02T08:59:59Z"))]
#[case::no_time("expirationDateTime", json!("tomorrow"))]
#[case::long_state("clientState", json!("x".repeat(129)))]
#[case::number("clientState", json!(7))]
#[case::no_lifecycle_url("lifecycleNotificationUrl", Value::Null)]
#[case::resource_data("includeResourceData", json!(true))]
#[case::unknown("colour", json!("blue"))]
#[tokio::test]
async fn a_request_that_breaks_a_rule_is_refused_without_a_handshake(
    #[case] name: &str,
    #[case] value: Value,
) {
    let (tenant, endpoint) = both().await;
    let mut body = tenant.subscription(&endpoint.url);
    body[name] = value;
    assert_eq!(tenant.send(Method::POST, "/subscriptions", &body).await.status, 400);
    assert!(endpoint.handshakes().is_empty());
}

#[tokio::test]
async fn a_life_is_at_most_4230_minutes_and_at_least_45() {
    let (tenant, endpoint) = both().await;
    let mut body = tenant.subscription(&endpoint.url);
    body["expirationDateTime"] = tenant.in_minutes(4_231).into();
    let refused = tenant.send(Method::POST, "/subscriptions", &body).await;
    assert_eq!((refused.status, refused.error_code().as_str()), (400, "ExtensionError"));
    body["expirationDateTime"] = tenant.in_minutes(4_230).into();
    assert_eq!(tenant.send(Method::POST, "/subscriptions", &body).await.status, 201);
    // Short lives need no lifecycle address.
    body["changeType"] = "created".into();
    body["expirationDateTime"] = tenant.in_minutes(5).into();
    body.as_object_mut().unwrap().remove("lifecycleNotificationUrl");
    let short = tenant.send(Method::POST, "/subscriptions", &body).await;
    assert_eq!(short.status, 201);
    assert_eq!(short.json()["expirationDateTime"], "2026-03-02T09:45:00.0000000Z");
}

#[tokio::test]
async fn a_second_one_of_the_same_kind_is_a_conflict_that_names_the_first() {
    let (tenant, endpoint) = both().await;
    let first = tenant.subscribe(&endpoint.url).await;
    let mut body = tenant.subscription(&format!("{}/other", endpoint.url));
    let conflict = tenant.send(Method::POST, "/subscriptions", &body).await;
    assert_eq!((conflict.status, conflict.error_code().as_str()), (409, "ObjectIdentifierInUse"));
    assert!(conflict.text.contains(first["id"].as_str().unwrap()), "whatever its address");
    // As sent: with a slash it is another resource, and so it is with another change type.
    body["resource"] = "/communications/callRecords".into();
    let slash = tenant.send(Method::POST, "/subscriptions", &body).await;
    assert_eq!(slash.json()["resource"], "/communications/callRecords");
    body["changeType"] = "created,updated".into();
    assert_eq!(tenant.send(Method::POST, "/subscriptions", &body).await.status, 201);
}

#[tokio::test]
async fn a_hundred_is_enough() {
    let (tenant, endpoint) = both().await;
    let mut body = tenant.subscription(&endpoint.url);
    for n in 0..=100 {
        let filter =
            format!("communications/callRecords?$filter=participants/any(p:p/id eq '{n}')");
        body["resource"] = filter.into();
        let answer = tenant.send(Method::POST, "/subscriptions", &body).await;
        assert_eq!(answer.status, if n < 100 { 201 } else { 403 }, "subscription {n}");
    }
    let mut found = 0;
    let mut next = Some("/subscriptions".to_owned());
    while let Some(link) = next {
        let page = tenant.get(&link).await.json();
        let entries = page["value"].as_array().unwrap();
        assert!(entries.iter().all(|entry| entry["clientState"].is_null()));
        found += entries.len();
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
    }
    assert_eq!(found, 100);
}

#[tokio::test]
async fn renewal_moves_the_end_and_nothing_else() {
    let (tenant, endpoint) = both().await;
    let mut expected = tenant.subscribe(&endpoint.url).await;
    tenant.clock.advance(Duration::from_mins(50));
    let body = json!({ "expirationDateTime": "2026-03-05T08:00:00Z" });
    let renewed = tenant.send(Method::PATCH, &path(&expected), &body).await;
    assert_eq!(renewed.status, 200);
    expected["expirationDateTime"] = "2026-03-05T08:00:00.0000000Z".into();
    assert_eq!(renewed.json(), expected);
    assert_eq!(endpoint.handshakes().len(), 2, "renewing asks for no handshake");
    let body = json!({ "expirationDateTime": "2026-03-09T08:00:00Z" });
    assert_eq!(tenant.send(Method::PATCH, &path(&expected), &body).await.status, 400);
}

#[tokio::test]
async fn a_new_address_is_validated_and_a_lifecycle_address_cannot_be_added() {
    let (tenant, endpoint) = both().await;
    let subscription = tenant.subscribe(&endpoint.url).await;
    let moved = Endpoint::start().await;
    moved.shake(Handshake::WrongToken);
    let body = json!({ "notificationUrl": moved.url });
    let refused = tenant.send(Method::PATCH, &path(&subscription), &body).await;
    assert_eq!(refused.error_code(), "ValidationError");
    moved.shake(Handshake::Right);
    let changed = tenant.send(Method::PATCH, &path(&subscription), &body).await.json();
    assert_eq!(changed["notificationUrl"], moved.url.as_str());
    for name in ["lifecycleNotificationUrl", "clientState", "resource"] {
        let body = json!({ name: "https://webhook.contoso.example/" });
        assert_eq!(tenant.send(Method::PATCH, &path(&subscription), &body).await.status, 400);
    }
}

#[rstest]
#[case::reauthorized_soon(Duration::from_mins(9), 1)]
#[case::later(Duration::from_mins(10), 0)]
#[tokio::test]
async fn renewing_and_reauthorizing_within_ten_minutes_is_noted(
    #[case] apart: Duration,
    #[case] violations: usize,
) {
    let (tenant, endpoint) = both().await;
    let subscription = tenant.subscribe(&endpoint.url).await;
    let reauthorize = format!("{}/reauthorize", path(&subscription));
    let answer = tenant.send(Method::POST, &reauthorize, &json!({})).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    let unchanged = tenant.get(&path(&subscription)).await.json();
    assert_eq!(unchanged["expirationDateTime"], subscription["expirationDateTime"]);
    tenant.clock.advance(apart);
    let body = json!({ "expirationDateTime": tenant.in_minutes(4_200) });
    assert_eq!(tenant.send(Method::PATCH, &path(&subscription), &body).await.status, 200);
    let id = subscription["id"].as_str().unwrap().to_owned();
    let noted = Violation::RenewedAndReauthorized { subscription_id: id };
    assert_eq!(tenant.graph.violations(), vec![noted; violations]);
}

#[rstest]
#[case::expired(0)]
#[case::deleted(1)]
#[case::forgotten(2)]
#[tokio::test]
async fn what_is_gone_is_not_found(#[case] how: u32) {
    let mut tenant = Tenant::start().await;
    let endpoint = Endpoint::start().await;
    let subscription = tenant.subscribe(&endpoint.url).await;
    match how {
        0 => {
            tenant.clock.advance(Duration::from_mins(4_200));
            tenant.sign_in().await;
        }
        1 => {
            let answer = tenant.send(Method::DELETE, &path(&subscription), &json!({})).await;
            assert_eq!(answer.status, 204);
        }
        _ => assert!(tenant.graph.forget_subscription(subscription["id"].as_str().unwrap())),
    }
    let body = json!({ "expirationDateTime": tenant.in_minutes(4_200) });
    assert_eq!(tenant.send(Method::PATCH, &path(&subscription), &body).await.status, 404);
    assert_eq!(tenant.get(&path(&subscription)).await.status, 404);
    assert_eq!(tenant.send(Method::DELETE, &path(&subscription), &body).await.status, 404);
    let reauthorize = format!("{}/reauthorize", path(&subscription));
    assert_eq!(tenant.send(Method::POST, &reauthorize, &body).await.status, 404);
    assert_eq!(tenant.graph.notify("a"), 0);
    tenant.subscribe(&endpoint.url).await;
}
