//! A Graph that changes its mind between two requests, which the fake one does not do by order.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_stand_ins::{DynamoDb, dynamodb_client};
use call_table::{CallTable, SubscriptionState, TableConfig, create_table};
use fake_graph::TENANT_ID;
use jiff::{SignedDuration, Timestamp};
use lambda_kit::Metrics;
use msgraph::Endpoints;
use reconciliation::{DesiredState, SubscriptionLease, Takeover};
use renewer::gap::GapReason;
use renewer::{ActionTaken, Config, Fingerprint, Renewer};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world::{STATE, in_a_minute, noon, secrets};

const OLD: &str = "0e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0";
const NEW: &str = "1f2e3d4c-5b6a-4798-8796-b5a4d3c2f1e0";
const OTHER: &str = "2a3b4c5d-6e7f-4809-91a2-b3c4d5e6f708";
const HOOK: &str = "https://hook.contoso.example/notifications";
const LIFECYCLE: &str = "https://hook.contoso.example/lifecycle";

struct Odd {
    graph: MockServer,
    store: CallTable,
    renewer: Renewer,
    _table: DynamoDb,
}

fn subscription(id: &str, minutes: i64) -> Value {
    let expires_at: Timestamp = noon() + SignedDuration::from_mins(minutes);
    json!({
        "id": id,
        "resource": "communications/callRecords",
        "changeType": "updated",
        "notificationUrl": HOOK,
        "lifecycleNotificationUrl": LIFECYCLE,
        "expirationDateTime": expires_at,
    })
}

fn already_there(id: &str) -> ResponseTemplate {
    let message = format!("Subscription Id {id} already exists for the requested combination");
    let error = json!({"error": {"code": "ObjectIdentifierInUse", "message": message}});
    ResponseTemplate::new(409).set_body_json(error)
}

fn not_found() -> ResponseTemplate {
    let error = json!({"error": {"code": "ResourceNotFound", "message": "Not found."}});
    ResponseTemplate::new(404).set_body_json(error)
}

impl Odd {
    /// A renewer that remembers `old` with `minutes` to live, confirmed an hour ago.
    async fn remembering(minutes: i64) -> Self {
        let graph = MockServer::start().await;
        let token = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": "invented"});
        Mock::given(path(format!("/{TENANT_ID}/oauth2/v2.0/token")))
            .respond_with(ResponseTemplate::new(200).set_body_json(token))
            .mount(&graph)
            .await;
        let table = DynamoDb::start(None).await.unwrap();
        let dynamodb = dynamodb_client(&table.url());
        create_table(&dynamodb, "calls").await.unwrap();
        let store = CallTable::new(dynamodb, TableConfig::new("calls"));
        let state = SubscriptionState {
            id: Some(OLD.to_owned()),
            expires_at: Some(noon() + SignedDuration::from_mins(minutes)),
            renewed_at: Some(noon() - SignedDuration::from_hours(40)),
            confirmed_at: Some(noon() - SignedDuration::from_hours(1)),
            client_state_fingerprint: Some(Fingerprint::of(STATE).as_str().to_owned()),
            ..SubscriptionState::default()
        };
        let (desired, takeover) = (DesiredState::Unchanged, Takeover::WhenExpired);
        let lease = SubscriptionLease::take(&store, desired, takeover, noon(), noon());
        let (lease, _) = lease.await.unwrap().unwrap();
        assert!(lease.release(&state).await.unwrap());
        let config = Config {
            endpoints: Endpoints::parse(&graph.uri(), &graph.uri()).unwrap(),
            notification_url: HOOK.parse().unwrap(),
            lifecycle_notification_url: LIFECYCLE.parse().unwrap(),
            client_secret_expires: None,
        };
        let (metrics, _) = Metrics::captured("renewer");
        let renewer = Renewer::new(config, store.clone(), secrets(&[STATE]), None, metrics);
        Self { graph, store, renewer, _table: table }
    }

    /// Every list from the `nth` on shows these.
    async fn lists(&self, lists: Vec<Vec<Value>>) {
        let asked = AtomicUsize::new(0);
        let list = move |_: &wiremock::Request| {
            let n = asked.fetch_add(1, Ordering::SeqCst).min(lists.len() - 1);
            ResponseTemplate::new(200).set_body_json(json!({"value": lists[n]}))
        };
        let mock = Mock::given(method("GET")).and(path("/v1.0/subscriptions"));
        mock.respond_with(list).mount(&self.graph).await;
    }

    async fn answers(&self, verb: &str, id: Option<&str>, answers: Vec<ResponseTemplate>) {
        let path_of =
            id.map_or("/v1.0/subscriptions".to_owned(), |id| format!("/v1.0/subscriptions/{id}"));
        let asked = AtomicUsize::new(0);
        let answer = move |_: &wiremock::Request| {
            let n = asked.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
            answers[n].clone()
        };
        Mock::given(method(verb)).and(path(path_of)).respond_with(answer).mount(&self.graph).await;
    }

    async fn check(&self) -> renewer::Outcome {
        self.renewer.check(noon(), in_a_minute()).await
    }

    async fn requests(&self, verb: &str) -> usize {
        let all = self.graph.received_requests().await.unwrap();
        all.iter()
            .filter(|it| it.method.as_str() == verb && it.url.path().contains("/subscriptions"))
            .count()
    }
}

fn created(id: &str) -> ResponseTemplate {
    ResponseTemplate::new(201).set_body_json(subscription(id, 4_200))
}

#[tokio::test]
async fn a_subscription_that_renewal_finds_gone_is_recreated() {
    let odd = Odd::remembering(100).await;
    // The list goes on showing it: it is not believed about what is gone.
    let old = subscription(OLD, 100);
    odd.lists(vec![vec![old.clone()], vec![old.clone()], vec![old, subscription(NEW, 4_200)]])
        .await;
    odd.answers("PATCH", Some(OLD), vec![not_found()]).await;
    odd.answers("POST", None, vec![created(NEW)]).await;
    let outcome = odd.check().await;

    assert_eq!((outcome.healthy, outcome.actions), (true, vec![ActionTaken::Created]));
    let gap = outcome.gap.unwrap();
    assert_eq!(gap.reason, GapReason::SubscriptionMissing);
    assert_eq!(gap.from, noon() - SignedDuration::from_hours(1));
    assert_eq!(outcome.subscription.id.as_deref(), Some(NEW));
    assert_eq!(odd.requests("PATCH").await, 1);
}

#[tokio::test]
async fn an_unknown_conflicting_subscription_is_replaced() {
    let odd = Odd::remembering(-5).await;
    odd.lists(vec![vec![], vec![], vec![subscription(NEW, 4_200)]]).await;
    odd.answers("POST", None, vec![already_there(OTHER), created(NEW)]).await;
    odd.answers("DELETE", Some(OTHER), vec![ResponseTemplate::new(204)]).await;
    let outcome = odd.check().await;
    assert_eq!(
        (outcome.healthy, outcome.actions),
        (true, vec![ActionTaken::Deleted, ActionTaken::Created])
    );
    assert_eq!(outcome.gap.unwrap().reason, GapReason::SubscriptionExpired);
}

#[tokio::test]
async fn ours_that_the_list_does_not_show_is_kept() {
    let odd = Odd::remembering(1_000).await;
    odd.lists(vec![vec![]]).await;
    odd.answers("POST", None, vec![already_there(OLD)]).await;
    let renewed = ResponseTemplate::new(200).set_body_json(subscription(OLD, 4_200));
    odd.answers("PATCH", Some(OLD), vec![renewed]).await;
    let outcome = odd.check().await;

    assert_eq!((outcome.healthy, outcome.actions), (true, vec![ActionTaken::Renewed]));
    assert_eq!(outcome.subscription.id.as_deref(), Some(OLD));
    assert_eq!(outcome.subscription.expires_at, Some(noon() + SignedDuration::from_mins(4_200)));
    assert_eq!((odd.requests("PATCH").await, odd.requests("DELETE").await), (1, 0));
}

#[tokio::test]
async fn a_short_life_is_taken_as_it_is_granted() {
    let odd = Odd::remembering(30).await;
    odd.lists(vec![vec![subscription(OLD, 30)], vec![subscription(OLD, 45)]]).await;
    let renewed = ResponseTemplate::new(200).set_body_json(subscription(OLD, 45));
    odd.answers("PATCH", Some(OLD), vec![renewed]).await;
    let outcome = odd.check().await;
    assert_eq!((outcome.healthy, outcome.actions), (true, vec![ActionTaken::Renewed]));
    assert_eq!(outcome.subscription.expires_at, Some(noon() + SignedDuration::from_mins(45)));
}

#[tokio::test]
async fn what_is_undone_as_fast_as_it_is_done_is_given_up_and_named() {
    let odd = Odd::remembering(1_000).await;
    odd.lists(vec![vec![]]).await;
    odd.answers("POST", None, vec![created(NEW)]).await;
    let outcome = odd.check().await;
    assert!(outcome.error.unwrap().contains("same Entra application"));
    assert!(odd.requests("POST").await <= 5);
    let state = odd.store.subscription_state().await.unwrap().unwrap();
    assert!(state.last_error.is_some());
}
