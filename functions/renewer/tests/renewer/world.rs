//! What surrounds the renewer in these tests: Graph, the webhook as far as handshakes go, the
//! table, and the stack's address for answers.

use std::time::Duration;

use aws_stand_ins::{DynamoDb, dynamodb_client};
use call_table::{CallTable, SubscriptionState, TableConfig, create_table};
use fake_graph::{CLIENT_ID, CLIENT_SECRET, Clock, FakeGraph, Options, Subscription, TENANT_ID};
use jiff::Timestamp;
use lambda_kit::{ClientStates, GraphSecret, Metrics, SecretValue as _, Secrets};
use msgraph::Endpoints;
use renewer::{Config, Error, Outcome, Renewer, RenewerSecrets};
use serde_json::{Value, json};
use tokio::time::Instant;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

pub(crate) const STATE: &str = "the-client-state-in-use";
pub(crate) const OLDER_STATE: &str = "the-client-state-before";
const TABLE: &str = "calls";

/// When every test begins.
pub(crate) fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

pub(crate) struct World {
    pub(crate) graph: FakeGraph,
    pub(crate) clock: Clock,
    pub(crate) web: MockServer,
    pub(crate) table: DynamoDb,
    pub(crate) store: CallTable,
    pub(crate) renewer: Renewer,
    sum: Box<dyn Fn(&str) -> f64>,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        Self::with_secrets(options, secrets(&[STATE])).await
    }

    pub(crate) async fn with_secrets(options: Options, secrets: RenewerSecrets) -> Self {
        let clock = fake_graph::Clock::stopped(noon());
        let graph = FakeGraph::start(Options { clock: clock.clone(), ..options }).await.unwrap();
        let table = DynamoDb::start(None).await.unwrap();
        let dynamodb = dynamodb_client(&table.url());
        create_table(&dynamodb, TABLE).await.unwrap();
        let store = CallTable::new(dynamodb, TableConfig::new(TABLE));
        let web = web().await;
        let (metrics, captured) = Metrics::captured("renewer");
        let config = config(&graph, &format!("{}/notifications", web.uri()), &web);
        let renewer = Renewer::new(config, store.clone(), secrets, None, metrics);
        let sum = Box::new(move |name: &str| captured.sum(name));
        Self { graph, clock, web, table, store, renewer, sum }
    }

    /// A renewer of the same stack after its configuration changed.
    pub(crate) fn renewer_with(&self, config: Config, client_states: &[&str]) -> Renewer {
        let (metrics, _) = Metrics::captured("renewer");
        Renewer::new(config, self.store.clone(), secrets(client_states), None, metrics)
    }

    pub(crate) fn config(&self) -> Config {
        config(&self.graph, &self.url("notifications"), &self.web)
    }

    /// An address of the webhook's host.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.web.uri())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn later(&self, minutes: u64) {
        self.clock.advance(Duration::from_mins(minutes));
    }

    pub(crate) async fn check(&self) -> Outcome {
        self.renewer.check(self.now(), in_a_minute()).await
    }

    pub(crate) async fn handle(&self, event: Value) -> Result<Value, Error> {
        self.renewer.handle(event, self.now(), in_a_minute()).await
    }

    pub(crate) async fn state(&self) -> SubscriptionState {
        self.store.subscription_state().await.unwrap().unwrap()
    }

    /// The only subscription that there is.
    pub(crate) fn only_subscription(&self) -> Subscription {
        let [only] = <[_; 1]>::try_from(self.graph.subscriptions()).expect("exactly one");
        only
    }

    /// The sum of a metric.
    pub(crate) fn metric(&self, name: &str) -> f64 {
        (self.sum)(name)
    }

    /// How many requests with this method were about subscriptions.
    pub(crate) fn requests(&self, method: &str) -> usize {
        let requests = self.graph.requests();
        let about = requests.iter().filter(|it| it.path.starts_with("/v1.0/subscriptions"));
        about.filter(|it| it.method == method).count()
    }

    /// Makes a subscription of the same application that is not the renewer's; its id.
    pub(crate) async fn plant(&self, change: Value) -> String {
        let http = reqwest::Client::builder().build().unwrap();
        let url = format!("{}/{TENANT_ID}/oauth2/v2.0/token", self.graph.login_url());
        let form = [
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            ("scope", &format!("{}/.default", self.graph.url())),
            ("grant_type", "client_credentials"),
        ];
        let token: Value = http.post(url).form(&form).send().await.unwrap().json().await.unwrap();
        let mut body = json!({
            "resource": "communications/callRecords",
            "changeType": "updated",
            "notificationUrl": self.url("notifications"),
            "lifecycleNotificationUrl": self.url("lifecycle"),
            "expirationDateTime": (self.now() + jiff::SignedDuration::from_hours(48)).to_string(),
            "clientState": "a client state that nobody wrote down",
        });
        for (key, value) in change.as_object().unwrap() {
            body[key] = value.clone();
        }
        let answer = http
            .post(format!("{}/v1.0/subscriptions", self.graph.url()))
            .bearer_auth(token["access_token"].as_str().unwrap())
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
        let subscription: Value = answer.json().await.unwrap();
        subscription["id"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn config(graph: &FakeGraph, notification_url: &str, web: &MockServer) -> Config {
    Config {
        endpoints: Endpoints::parse(graph.login_url(), graph.url()).unwrap(),
        notification_url: notification_url.parse().unwrap(),
        lifecycle_notification_url: format!("{}/lifecycle", web.uri()).parse().unwrap(),
        client_secret_expires: None,
    }
}

pub(crate) fn secrets(client_states: &[&str]) -> RenewerSecrets {
    let client_states = ClientStates::parse(&client_states_json(client_states)).unwrap();
    RenewerSecrets {
        graph: Secrets::fixed(GraphSecret::parse(&secret(CLIENT_SECRET)).unwrap()),
        client_states: Secrets::fixed(client_states),
    }
}

pub(crate) fn client_states_json(client_states: &[&str]) -> String {
    json!({ "client_states": client_states }).to_string()
}

pub(crate) fn secret(client_secret: &str) -> String {
    json!({
        "tenant_id": TENANT_ID,
        "client_id": CLIENT_ID,
        "client_secret": client_secret,
    })
    .to_string()
}

pub(crate) fn in_a_minute() -> Instant {
    Instant::now() + Duration::from_mins(1)
}

/// A host that answers handshakes everywhere but below `/broken`, and takes what is put at `/stack`.
pub(crate) async fn web() -> MockServer {
    let web = MockServer::start().await;
    let refused = Mock::given(path("/broken")).respond_with(ResponseTemplate::new(500));
    refused.mount(&web).await;
    let put = Mock::given(method("PUT")).and(path("/stack"));
    put.respond_with(ResponseTemplate::new(200)).mount(&web).await;
    let handshake = Mock::given(method("POST")).respond_with(|request: &Request| {
        let token = request.url.query_pairs().find(|(name, _)| name == "validationToken");
        match token {
            Some((_, token)) => ResponseTemplate::new(200).set_body_string(token.into_owned()),
            None => ResponseTemplate::new(202),
        }
    });
    handshake.mount(&web).await;
    web
}
