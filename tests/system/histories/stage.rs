//! Where a history takes place: one table, three consumers, each with a replica of Graph.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_stand_ins::{DynamoDb, Fault, Sqs};
use call_queue::{CallMessage, Reason};
use call_table::{CallTable, TableConfig, create_table};
use call_writer::CallWriter;
use consumer::{Config, Consumer};
use fake_graph::{FakeGraph, Options, PageSizes, TENANT_ID};
use forgotten_people::ForgetKeySource;
use futures::future::join_all;
use graph_access::GraphAccess;
use jiff::Timestamp;
use lambda_kit::{GraphSecret, Metrics, SecretValue as _, Secrets};
use msgraph::Endpoints;
use serde_json::{Value, json};
use system_tests::model::Model;
use tokio::time::Instant;

use super::invent::{Batch, CONSUMERS, History};

/// How often a message comes again before something is wrong.
const DELIVERIES: u32 = 60;

pub(super) struct Stage {
    dynamodb: DynamoDb,
    client: aws_sdk_dynamodb::Client,
    sqs: Sqs,
    replicas: Vec<Replica>,
    tables: AtomicU64,
}

/// A Graph that shows what the history says, and the way to it.
struct Replica {
    graph: FakeGraph,
    access: GraphAccess,
}

impl Stage {
    pub(super) async fn new() -> Self {
        let dynamodb = DynamoDb::start(None).await.unwrap();
        let client = aws_stand_ins::dynamodb_client(&dynamodb.url());
        // Without the SDK's own tries, so that a fault meets the store's.
        let config = client.config().to_builder().retry_config(RetryConfig::disabled()).build();
        let client = aws_sdk_dynamodb::Client::from_conf(config);
        let mut replicas = Vec::new();
        for _ in 0..CONSUMERS {
            replicas.push(Replica::new().await);
        }
        let sqs = Sqs::start(aws_stand_ins::Clock::real()).await.unwrap();
        Self { dynamodb, client, sqs, replicas, tables: AtomicU64::new(0) }
    }

    /// Lives through a history; says in what the table differs from the model at its end.
    pub(super) async fn live(&self, history: &History) -> Vec<String> {
        let table = format!("history-{}", self.tables.fetch_add(1, Ordering::SeqCst));
        create_table(&self.client, &table).await.unwrap();
        let store = CallTable::new(self.client.clone(), TableConfig::new(&table));
        let (calls, dead_letters) =
            self.sqs.create_queue_with_dead_letters(&table, 1_000, &[]).unwrap();
        let sqs = aws_stand_ins::sqs_client(&self.sqs.url());
        let (metrics, _) = Metrics::captured("consumer");
        let consumers: Vec<_> = self
            .replicas
            .iter()
            .map(|replica| {
                let config = Config::new(calls.clone(), dead_letters.clone());
                let (access, store) = (replica.access.clone(), store.clone());
                let key = ForgetKeySource::Missing("no person is forgotten");
                let writer = CallWriter::new(store, key);
                Consumer::new(access, writer, sqs.clone(), metrics.clone(), config)
            })
            .collect();

        self.disorder(history.disorder);
        let mut model = Model::new(TENANT_ID);
        let mut unsettled = Vec::new();
        for round in &history.rounds {
            let work = self.replicas.iter().zip(&consumers).zip(round);
            let work = work.map(|((replica, consumer), batch)| {
                let shown = replica.show(history, batch, &mut model);
                consume(consumer, shown)
            });
            // All are prepared before the first one begins.
            unsettled.extend(join_all(work.collect::<Vec<_>>()).await.into_iter().flatten());
        }
        self.dynamodb.faults().clear();

        let mut differences = model.differences(&self.client, &store).await.unwrap();
        differences.extend(unsettled);
        let dead_lettered = self.sqs.counts(&dead_letters).unwrap().total();
        if dead_lettered > 0 {
            differences.push(format!("{dead_lettered} messages were dead-lettered"));
        }
        self.forget(history, &table).await;
        differences
    }

    /// Requests take their time, conflict, lose their answers and leave items out, as `seed` says.
    fn disorder(&self, seed: u64) {
        let random = Mutex::new(fastrand::Rng::with_seed(seed));
        self.dynamodb.faults().set(move |request| {
            let mut random = random.lock().unwrap();
            let writes = matches!(request.action.as_str(), "TransactWriteItems" | "UpdateItem");
            match random.u8(..100) {
                0..2 if writes => Fault::TransactionConflict,
                2..4 if writes => Fault::DropAfter,
                4 => Fault::DropBefore,
                5 if request.action == "BatchWriteItem" => Fault::LeaveOut(vec![0]),
                6..30 => Fault::Delay(Duration::from_micros(random.u64(..3_000))),
                _ => Fault::None,
            }
        });
    }

    async fn forget(&self, history: &History, table: &str) {
        self.client.delete_table().table_name(table).send().await.unwrap();
        for replica in &self.replicas {
            for versions in &history.calls {
                replica.graph.remove(versions[0].0["id"].as_str().unwrap());
            }
            replica.graph.forget_requests();
        }
    }
}

impl Replica {
    async fn new() -> Self {
        let graph = FakeGraph::start(Options {
            limits: None,
            // So small that small calls have several pages.
            page_sizes: PageSizes { sessions: 3, participants: 20, ..PageSizes::default() },
            ..Options::default()
        })
        .await
        .unwrap();
        let secret = json!({
            "tenant_id": TENANT_ID,
            "client_id": fake_graph::CLIENT_ID,
            "client_secret": fake_graph::CLIENT_SECRET,
        });
        let secrets = Secrets::fixed(GraphSecret::parse(&secret.to_string()).unwrap());
        let endpoints = Endpoints::parse(graph.login_url(), graph.url()).unwrap();
        let access = GraphAccess::new(endpoints, secrets, None);
        // A history is over in less time than Graph's limits are reckoned by.
        let unlimited = msgraph::Options { one_record_limit: None, ..msgraph::Options::default() };
        let access = access.with_options(unlimited);
        Self { graph, access }
    }

    /// Shows the versions of a batch, and gives the ids of its messages.
    fn show(&self, history: &History, batch: &Batch, model: &mut Model) -> Vec<String> {
        let mut messages = Vec::new();
        for (versions, message) in history.calls.iter().zip(&batch.messages) {
            let Some((version, copies)) = message else { continue };
            let record = &version.get(versions).0;
            self.graph.load(record).unwrap();
            model.read(record).unwrap();
            let id = record["id"].as_str().unwrap().to_owned();
            messages.extend(std::iter::repeat_n(id, *copies));
        }
        if batch.reversed {
            messages.reverse();
        }
        messages
    }
}

/// Hands a batch to a consumer until it keeps none of its messages; says which it still does after
/// very many times.
async fn consume(consumer: &Consumer, messages: Vec<String>) -> Vec<String> {
    let mut left: Vec<usize> = (0..messages.len()).collect();
    for delivery in 1..=DELIVERIES {
        if left.is_empty() {
            return Vec::new();
        }
        if delivery > 1 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let records: Vec<_> =
            left.iter().map(|place| message(*place, &messages[*place], delivery)).collect();
        let event = serde_json::from_value(json!({"Records": records})).unwrap();
        let deadline = Instant::now() + Duration::from_secs(120);
        let response = consumer.handle(event, now(), deadline).await;
        let kept = response.batch_item_failures.iter();
        left = kept.map(|failure| failure.item_identifier.parse().unwrap()).collect();
    }
    let kept = |place: usize| format!("the message about {} is never done", messages[place]);
    left.into_iter().map(kept).collect()
}

/// A message as Lambda hands it over.
fn message(place: usize, call_id: &str, delivery: u32) -> Value {
    let body = CallMessage {
        call_id: call_id.to_owned(),
        reason: Reason::Notification,
        enqueued_at: now(),
        subscription_id: None,
        version: None,
    };
    json!({
        "messageId": place.to_string(),
        "receiptHandle": format!("receipt-{place}-{delivery}"),
        "body": body.to_json(),
        "attributes": {
            "ApproximateReceiveCount": delivery.to_string(),
            "SentTimestamp": now().as_millisecond().to_string(),
        },
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:calls",
        "awsRegion": aws_stand_ins::REGION,
    })
}

/// When the histories take place: the day after most of their calls.
fn now() -> Timestamp {
    "2026-11-24T08:00:00Z".parse().unwrap()
}
