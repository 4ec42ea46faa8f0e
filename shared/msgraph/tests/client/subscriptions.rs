//! Subscriptions: what is sent, and what is read of the answer.

use jiff::Timestamp;
use msgraph::{Error, NewSubscription, Subscription, Undecodable};
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, ResponseTemplate};

use crate::stand_in::*;

const ID: &str = "7f105c7d-2dc5-4530-97cd-4e7ae6534c07";

fn expiry() -> Timestamp {
    "2026-11-26T08:00:00Z".parse().unwrap()
}

pub(crate) fn new_subscription() -> NewSubscription {
    NewSubscription {
        notification_url: "https://webhook.contoso.example/notifications".to_owned(),
        lifecycle_notification_url: "https://webhook.contoso.example/lifecycle".to_owned(),
        expires_at: expiry(),
        client_state: "shared-secret".to_owned().into(),
    }
}

fn ours() -> Value {
    json!({
        "id": ID,
        "resource": "communications/callRecords",
        "changeType": "updated",
        "notificationUrl": "https://webhook.contoso.example/notifications",
        "lifecycleNotificationUrl": "https://webhook.contoso.example/lifecycle",
        "expirationDateTime": "2026-11-26T08:00:00Z",
        "clientState": "shared-secret",
    })
}

fn ours_decoded() -> Subscription {
    Subscription {
        id: ID.to_owned(),
        resource: "communications/callRecords".to_owned(),
        application_id: None,
        change_type: "updated".to_owned(),
        notification_url: "https://webhook.contoso.example/notifications".to_owned(),
        lifecycle_notification_url: Some("https://webhook.contoso.example/lifecycle".to_owned()),
        expires_at: expiry(),
    }
}

#[tokio::test]
async fn a_subscription_is_made_to_every_version_of_every_call() {
    let stand_in = StandIn::start().await;
    Mock::given(method("POST"))
        .and(path("/v1.0/subscriptions"))
        .and(header("content-type", "application/json"))
        .and(body_json(json!({
            "changeType": "updated",
            "notificationUrl": "https://webhook.contoso.example/notifications",
            "lifecycleNotificationUrl": "https://webhook.contoso.example/lifecycle",
            "resource": "communications/callRecords",
            "expirationDateTime": "2026-11-26T08:00:00Z",
            "clientState": "shared-secret",
            "latestSupportedTlsVersion": "v1_2",
        })))
        .respond_with(ResponseTemplate::new(201).set_body_json(ours()))
        .expect(1)
        .mount(&stand_in.graph_host)
        .await;

    let made = stand_in.graph.create_subscription(&new_subscription(), soon()).await.unwrap();
    assert_eq!(made, ours_decoded());
    assert!(made.is_for_call_records());
    assert!(!format!("{:?} {made:?}", new_subscription()).contains("shared-secret"));
}

#[tokio::test]
async fn a_renewal_sends_the_expiry_and_nothing_else() {
    let stand_in = StandIn::start().await;
    Mock::given(method("PATCH"))
        .and(path(format!("/v1.0/subscriptions/{ID}")))
        .and(body_json(json!({ "expirationDateTime": "2026-11-26T08:00:00Z" })))
        .respond_with(json_answer(&ours()))
        .expect(1)
        .mount(&stand_in.graph_host)
        .await;
    let renewed = stand_in.graph.renew_subscription(ID, expiry(), soon()).await.unwrap();
    assert_eq!(renewed, ours_decoded());
}

#[tokio::test]
async fn a_new_notification_url_is_patched() {
    let stand_in = StandIn::start().await;
    let url = "https://webhook.contoso.example/notifications";
    Mock::given(method("PATCH"))
        .and(path(format!("/v1.0/subscriptions/{ID}")))
        .and(body_json(json!({ "notificationUrl": url })))
        .respond_with(json_answer(&ours()))
        .expect(1)
        .mount(&stand_in.graph_host)
        .await;
    let changed = stand_in.graph.change_notification_url(ID, url, soon()).await.unwrap();
    assert_eq!(changed.notification_url, url);
}

#[tokio::test]
async fn a_subscription_is_deleted() {
    let stand_in = StandIn::start().await;
    Mock::given(method("DELETE"))
        .and(path(format!("/v1.0/subscriptions/{ID}")))
        .respond_with(ResponseTemplate::new(204))
        .expect(1)
        .mount(&stand_in.graph_host)
        .await;
    stand_in.graph.delete_subscription(ID, soon()).await.unwrap();
}

#[tokio::test]
async fn a_subscription_that_is_gone_says_so() {
    let stand_in = StandIn::start().await;
    let graph = &stand_in.graph;
    let gone = [
        graph.renew_subscription(ID, expiry(), soon()).await.map(drop),
        graph.change_notification_url(ID, "https://x.example", soon()).await.map(drop),
        graph.delete_subscription(ID, soon()).await,
    ];
    for refused in gone {
        assert!(matches!(refused, Err(Error::Gone)), "{refused:?}");
    }
}

#[tokio::test]
async fn a_list_of_several_pages_is_read_to_its_end() {
    let stand_in = StandIn::start().await;
    for (page, link) in [(None, Some(1)), (Some(1), Some(2)), (Some(2), None)] {
        let mut body = json!({ "value": [ours()] });
        if let Some(next) = link {
            body["@odata.nextLink"] =
                stand_in.link(&format!("/v1.0/subscriptions?$skiptoken={next}")).into();
        }
        let mut request = Mock::given(method("GET")).and(path("/v1.0/subscriptions"));
        if let Some(page) = page {
            request = request.and(query_param("$skiptoken", page.to_string()));
        }
        // The one without a token also fits the others, so those come first.
        let priority = if page.is_some() { 1 } else { 9 };
        request
            .respond_with(json_answer(&body))
            .with_priority(priority)
            .expect(1)
            .mount(&stand_in.graph_host)
            .await;
    }
    let listed = stand_in.graph.list_subscriptions(soon()).await.unwrap();
    assert_eq!(listed, [ours_decoded(), ours_decoded(), ours_decoded()]);
}

#[tokio::test]
async fn a_list_that_turns_in_a_circle_is_left() {
    let stand_in = StandIn::start().await;
    let link = stand_in.link("/v1.0/subscriptions?a");
    let body = json!({ "value": [ours()], "@odata.nextLink": link });
    Mock::given(method("GET"))
        .respond_with(json_answer(&body))
        .expect(2)
        .mount(&stand_in.graph_host)
        .await;
    let refused = stand_in.graph.list_subscriptions(soon()).await;
    assert!(matches!(refused, Err(Error::EndlessPages { pages: 1 })), "{refused:?}");
}

#[rstest]
#[case::made("subscription-create-response-docs", "7f105c7d-2dc5-4530-97cd-4e7ae6534c07", false)]
#[case::made_as_captured("subscription-create-response-callrecords-capture", "xxxxx", true)]
#[case::read("subscription-get-docs", "7f105c7d-2dc5-4530-97cd-4e7ae6534c07", false)]
#[case::renewed("subscription-update-response-docs", "7f105c7d-2dc5-4530-97cd-4e7ae6534c07", false)]
#[tokio::test]
async fn the_documented_subscriptions_are_understood(
    #[case] name: &str,
    #[case] id: &str,
    #[case] for_call_records: bool,
) {
    let stand_in = StandIn::start().await;
    Mock::given(method("PATCH"))
        .respond_with(ResponseTemplate::new(200).set_body_string(payload(name)))
        .mount(&stand_in.graph_host)
        .await;
    let renewed = stand_in.graph.renew_subscription(ID, expiry(), soon()).await.unwrap();
    assert_eq!(renewed.id, id);
    assert_eq!(renewed.is_for_call_records(), for_call_records);
}

#[tokio::test]
async fn the_documented_list_is_understood() {
    let stand_in = StandIn::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_string(payload("subscription-list-docs")))
        .mount(&stand_in.graph_host)
        .await;
    let listed = stand_in.graph.list_subscriptions(soon()).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].resource, "Users");
    assert_eq!(listed[0].expires_at, "2018-03-12T05:00:00Z".parse().unwrap());
}

#[tokio::test]
async fn what_is_sent_has_the_keys_of_the_documented_request() {
    let documented: Value =
        serde_json::from_str(&payload("subscription-create-request-callrecords")).unwrap();
    let stand_in = StandIn::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(201).set_body_json(ours()))
        .mount(&stand_in.graph_host)
        .await;
    stand_in.graph.create_subscription(&new_subscription(), soon()).await.unwrap();
    let sent: Value =
        stand_in.graph_host.received_requests().await.unwrap()[0].body_json().unwrap();
    for key in documented.as_object().unwrap().keys() {
        assert!(sent[key].is_string(), "{key} is missing");
    }
}

#[rstest]
#[case::no_json("created")]
#[case::no_id(r#"{"expirationDateTime": "2026-11-26T08:00:00Z", "clientState": "shared-secret"}"#)]
#[case::no_date(r#"{"id": "a", "expirationDateTime": "shared-secret"}"#)]
#[tokio::test]
async fn a_subscription_that_cannot_be_read_keeps_its_secrets(#[case] body: &str) {
    let stand_in = StandIn::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(201).set_body_string(body))
        .mount(&stand_in.graph_host)
        .await;
    let error = stand_in.graph.create_subscription(&new_subscription(), soon()).await.unwrap_err();
    assert!(matches!(error, Error::Undecodable { source: Undecodable::Json(_), .. }), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("shared-secret"), "{error:?}");
}
