//! What surrounds the reconciler in these tests: a Graph whose clock the test moves, the table, the
//! queue, and a consumer that does nothing but store versions.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use aws_stand_ins::{DynamoDb, DynamoDbOptions, Faults, Sqs, SqsOptions};
use call_queue::CallMessage;
use call_table::{CallTable, TableConfig, create_table, item, keys};
use fake_graph::{CLIENT_ID, CLIENT_SECRET, Clock, FakeGraph, Options, TENANT_ID};
use graph_access::GraphAccess;
use jiff::{SignedDuration, Timestamp};
use lambda_kit::{CapturedMetrics, GraphSecret, Metrics, SecretValue as _, Secrets};
use msgraph::Endpoints;
use reconciler::{Config, Error, Reconciler, Trigger};
use reconciliation::{Reconciliation, ReconciliationRun};
use serde_json::{Value, json};
use tokio::time::Instant;

const TABLE: &str = "calls";

/// When every test begins.
pub(crate) fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

pub(crate) fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

pub(crate) struct World {
    pub(crate) graph: FakeGraph,
    pub(crate) clock: Clock,
    pub(crate) store: CallTable,
    pub(crate) reconciler: Reconciler,
    pub(crate) metrics: CapturedMetrics,
    pub(crate) queue_url: String,
    pub(crate) faults: Faults,
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    access: GraphAccess,
    pub(crate) sqs_stand_in: Sqs,
    _dynamodb: DynamoDb,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Options { limits: None, ..Options::default() }, |_| {}).await
    }

    pub(crate) async fn with(options: Options, change: impl FnOnce(&mut Config)) -> Self {
        let clock = fake_graph::Clock::stopped(noon());
        Self::on(Options { clock: clock.clone(), ..options }, clock, change).await
    }

    /// A world whose Graph has the clock of its options.
    pub(crate) async fn on(
        options: Options,
        clock: Clock,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let graph = FakeGraph::start(options).await.unwrap();
        let faults = Faults::none();
        let dynamodb_options =
            DynamoDbOptions { faults: faults.clone(), ..DynamoDbOptions::default() };
        let stand_in = DynamoDb::start_with(dynamodb_options).await.unwrap();
        let dynamodb = aws_stand_ins::dynamodb_client(&stand_in.url());
        create_table(&dynamodb, TABLE).await.unwrap();
        let store = CallTable::new(dynamodb.clone(), TableConfig::new(TABLE));
        let sqs_options = SqsOptions { faults: faults.clone(), ..SqsOptions::default() };
        let sqs_stand_in = Sqs::start_with(sqs_options).await.unwrap();
        let queue_url = sqs_stand_in.create_queue("calls", &[]).unwrap();
        let sqs = aws_stand_ins::sqs_client(&sqs_stand_in.url());
        let endpoints = Endpoints::parse(graph.login_url(), graph.url()).unwrap();
        let access = GraphAccess::new(endpoints, secrets(), None);
        let mut config = Config { list_interval: Duration::ZERO, ..Config::new(queue_url.clone()) };
        change(&mut config);
        let (metrics, captured) = Metrics::captured("reconciler");
        let reconciler =
            Reconciler::new(access.clone(), store.clone(), sqs.clone(), metrics, config);
        Self {
            graph,
            clock,
            store,
            reconciler,
            metrics: captured,
            queue_url,
            faults,
            sqs,
            dynamodb,
            access,
            sqs_stand_in,
            _dynamodb: stand_in,
        }
    }

    /// The same function in another process: nothing is remembered but what is in the table.
    pub(crate) fn restart(&mut self) {
        let (metrics, captured) = Metrics::captured("reconciler");
        let config =
            Config { list_interval: Duration::ZERO, ..Config::new(self.queue_url.clone()) };
        self.reconciler = Reconciler::new(
            self.access.clone(),
            self.store.clone(),
            self.sqs.clone(),
            metrics,
            config,
        );
        self.metrics = captured;
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn later(&self, minutes: u64) {
        self.clock.advance(Duration::from_mins(minutes));
    }

    pub(crate) async fn run(&self, trigger: Trigger) -> ReconciliationRun {
        let run = self.try_run(trigger).await.unwrap().unwrap();
        assert_eq!(run.error, None);
        run
    }

    pub(crate) async fn try_run(
        &self,
        trigger: Trigger,
    ) -> Result<Option<ReconciliationRun>, Error> {
        self.reconciler.run(trigger, self.now(), Instant::now() + Duration::from_secs(120)).await
    }

    /// Loads a call into Graph without a notification.
    pub(crate) fn load(&self, id: &str, version: i64, started_at: Timestamp, ended_at: Timestamp) {
        self.graph.load(&record(id, version, started_at, ended_at)).unwrap();
    }

    /// What waits in the queue; each message is taken out.
    pub(crate) async fn take(&self) -> Vec<CallMessage> {
        let mut taken = Vec::new();
        loop {
            let receive = self.sqs.receive_message().queue_url(&self.queue_url);
            let answer = receive.max_number_of_messages(10).send().await.unwrap();
            let messages = answer.messages.unwrap_or_default();
            if messages.is_empty() {
                return taken;
            }
            for message in messages {
                taken.push(CallMessage::parse(message.body().unwrap()).unwrap());
                let delete = self.sqs.delete_message().queue_url(&self.queue_url);
                delete.receipt_handle(message.receipt_handle().unwrap()).send().await.unwrap();
            }
        }
    }

    /// Stores calls at a version, as far as the reconciler looks.
    pub(crate) async fn store_all(&self, calls: &[(String, i64, Timestamp)]) {
        for calls in calls.chunks(25) {
            let puts = calls.iter().map(|(id, version, ended_at)| {
                let text = |text: &str| AttributeValue::S(text.to_owned());
                let item = HashMap::from([
                    ("pk".to_owned(), text(&format!("CALL#{id}"))),
                    ("sk".to_owned(), text("RECORD")),
                    ("version".to_owned(), AttributeValue::N(version.to_string())),
                    ("ended_at".to_owned(), text(&ended_at.to_string())),
                    ("stored_at".to_owned(), text(&self.now().to_string())),
                ]);
                let put = PutRequest::builder().set_item(Some(item)).build().unwrap();
                WriteRequest::builder().put_request(put).build()
            });
            let write = self.dynamodb.batch_write_item().request_items(TABLE, puts.collect());
            let left = write.send().await.unwrap().unprocessed_items.unwrap_or_default();
            assert!(left.is_empty());
        }
    }

    pub(crate) fn reconciliation(&self) -> Reconciliation {
        Reconciliation::new(self.store.clone())
    }

    /// The report of the latest run.
    pub(crate) async fn last_run(&self) -> ReconciliationRun {
        let runs = self.store.query(keys::RECONCILIATION).beginning_with(keys::RUN_PREFIX);
        item::read(runs.all().await.unwrap().pop().unwrap()).unwrap()
    }

    pub(crate) async fn store_one(&self, id: &str, version: i64) {
        self.store_all(&[(id.to_owned(), version, self.now())]).await;
    }

    /// Takes every message and stores what it asks for; the ids.
    pub(crate) async fn consume(&self) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        for message in self.take().await {
            self.store_one(&message.call_id, message.version.unwrap()).await;
            ids.push(message.call_id);
        }
        ids.sort_unstable();
        ids
    }

    pub(crate) fn lists(&self) -> usize {
        let requests = self.graph.requests();
        requests.iter().filter(|it| it.path == "/v1.0/communications/callRecords").count()
    }
}

pub(crate) fn record(id: &str, version: i64, from: Timestamp, to: Timestamp) -> Value {
    json!({
        "id": id,
        "version": version,
        "type": "unknown",
        "modalities": ["audio"],
        "startDateTime": from.to_string(),
        "endDateTime": to.to_string(),
        "lastModifiedDateTime": to.to_string(),
        "participants": [],
        "sessions": [],
    })
}

fn secrets() -> Secrets<GraphSecret> {
    let secret = json!({
        "tenant_id": TENANT_ID,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    });
    Secrets::fixed(GraphSecret::parse(&secret.to_string()).unwrap())
}
