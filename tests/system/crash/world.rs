//! A consumer's process and everything that it talks to, all of it watched.

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message};
use aws_stand_ins::{
    Clock, DynamoDb, DynamoDbOptions, Faults, SecretsManager, SecretsOptions, Sqs, SqsOptions,
    sqs_event,
};
use call_queue::{CallMessage, Reason};
use call_table::{CallTable, TableConfig, create_table};
use call_writer::CallWriter;
use consumer::{Config, Consumer};
use fake_graph::{FakeGraph, Options, PageSizes, TENANT_ID};
use forgotten_people::ForgetKeySource;
use graph_access::GraphAccess;
use lambda_kit::{Metrics, Secrets};
use msgraph::Endpoints;
use serde_json::json;
use teams_calls::system::sdk_config;
use tokio::time::Instant;

use super::watch::{Mishap, Watch};

const TABLE: &str = "calls";
const SECRET: &str = "call-records";

/// How often the queue may hand out messages before something is wrong.
const INVOCATIONS: usize = 60;

/// The time-outs for an answer: when none is held back, and when one is.
const TIMEOUT: Duration = Duration::from_secs(20);
const SHORT_TIMEOUT: Duration = Duration::from_millis(400);

pub(super) struct World {
    pub(super) watch: Watch,
    pub(super) graph: FakeGraph,
    pub(super) client: aws_sdk_dynamodb::Client,
    pub(super) store: CallTable,
    clock: Clock,
    dynamodb: DynamoDb,
    sqs: Sqs,
    lambda: aws_sdk_sqs::Client,
    secrets_manager: SecretsManager,
    calls: String,
    dead_letters: String,
}

impl World {
    pub(super) async fn new() -> Self {
        let (watch, faults, clock) = (Watch::new(), Faults::none(), Clock::real());
        let watching = watch.clone();
        faults.set(move |request| watching.aws(request));
        let options = DynamoDbOptions {
            clock: clock.clone(),
            faults: faults.clone(),
            ..DynamoDbOptions::default()
        };
        let dynamodb = DynamoDb::start_with(options).await.unwrap();
        let client = aws_stand_ins::dynamodb_client(&dynamodb.url());
        create_table(&client, TABLE).await.unwrap();
        let store = CallTable::new(client.clone(), TableConfig::new(TABLE));

        let options =
            SqsOptions { clock: clock.clone(), faults: faults.clone(), ..SqsOptions::default() };
        let sqs = Sqs::start_with(options).await.unwrap();
        let visibility = [("VisibilityTimeout", "1800")];
        let (calls, dead_letters) =
            sqs.create_queue_with_dead_letters("calls", 200, &visibility).unwrap();

        let options = SecretsOptions { clock: clock.clone(), faults, ..SecretsOptions::default() };
        let secrets_manager = SecretsManager::start_with(options).await.unwrap();
        let secret = json!({
            "tenant_id": TENANT_ID,
            "client_id": fake_graph::CLIENT_ID,
            "client_secret": fake_graph::CLIENT_SECRET,
        });
        secrets_manager.create(SECRET, &secret.to_string()).unwrap();

        let graph = FakeGraph::start(Options {
            limits: None,
            page_sizes: PageSizes { sessions: 20, participants: 30, ..PageSizes::default() },
            ..Options::default()
        })
        .await
        .unwrap();
        let watching = watch.clone();
        graph.watch(move |arrival| watching.graph(arrival));
        let lambda = aws_stand_ins::sqs_client(&sqs.url());
        Self {
            watch,
            graph,
            client,
            store,
            clock,
            dynamodb,
            sqs,
            lambda,
            secrets_manager,
            calls,
            dead_letters,
        }
    }

    /// Puts a message about a call into the queue.
    pub(super) async fn announce(&self, call_id: &str) {
        let message = CallMessage {
            call_id: call_id.to_owned(),
            reason: Reason::Notification,
            enqueued_at: self.clock.now(),
            subscription_id: None,
            version: None,
        };
        let send = self.lambda.send_message().queue_url(&self.calls);
        send.message_body(message.to_json()).send().await.unwrap();
    }

    /// Hands out messages until none is left. A process that died is followed by another one, and
    /// what waits for its time is waited for. `short_timeout` says that answers may never come.
    pub(super) async fn settle(&self, short_timeout: bool) -> Result<(), String> {
        let mut process = None;
        for _ in 0..INVOCATIONS {
            let counts = self.sqs.counts(&self.calls).unwrap();
            if counts.total() == 0 {
                return Ok(());
            }
            if counts.visible == 0 {
                let next = self.sqs.next_visible(&self.calls).unwrap().unwrap();
                let wait = next.duration_since(self.clock.now()).unsigned_abs();
                self.clock.advance(wait + Duration::from_millis(1));
            }
            let short_timeout = short_timeout && self.watch.is_armed();
            process = self.invoke(process, short_timeout).await;
        }
        Err(format!("after {INVOCATIONS} invocations there are still messages"))
    }

    /// One invocation, cold if there is no process; gives the process back if it lives.
    async fn invoke(&self, process: Option<Consumer>, short_timeout: bool) -> Option<Consumer> {
        let messages = self.receive().await;
        if messages.is_empty() {
            return process;
        }
        let process = match process {
            Some(process) => process,
            None => self.watch.until_death(self.start(short_timeout)).await??,
        };
        let event = sqs_event(&messages, &self.sqs.queue_arn("calls"));
        let event = serde_json::from_value(event).unwrap();
        let deadline = Instant::now() + Duration::from_secs(120);
        let handled = process.handle(event, self.clock.now(), deadline);
        let response = self.watch.until_death(handled).await?;
        let kept = |message: &&Message| {
            let id = message.message_id().unwrap();
            response.batch_item_failures.iter().any(|failure| failure.item_identifier == id)
        };
        let done: Vec<_> = messages.iter().filter(|message| !kept(message)).collect();
        self.delete(&done).await;
        Some(process)
    }

    /// A new process, as far as it comes.
    async fn start(&self, short_timeout: bool) -> Option<Consumer> {
        let timeout = if short_timeout { SHORT_TIMEOUT } else { TIMEOUT };
        let config = |url: String| {
            let timeouts = TimeoutConfig::builder().operation_attempt_timeout(timeout).build();
            sdk_config(&url)
                .into_builder()
                .timeout_config(timeouts)
                .retry_config(
                    RetryConfig::standard()
                        .with_max_attempts(3)
                        .with_initial_backoff(Duration::from_millis(10)),
                )
                .build()
        };
        let secrets = Secrets::new(&config(self.secrets_manager.url()), SECRET);
        let endpoints = Endpoints::parse(self.graph.login_url(), self.graph.url()).unwrap();
        let access = GraphAccess::new(endpoints, secrets, None);
        let options = msgraph::Options {
            attempt_timeout: timeout,
            initial_backoff: Duration::from_millis(10),
            one_record_limit: None,
            ..msgraph::Options::default()
        };
        let access = access.with_options(options);
        let client = aws_sdk_dynamodb::Client::new(&config(self.dynamodb.url()));
        let store = CallTable::new(client, TableConfig::new(TABLE));
        let sqs = aws_sdk_sqs::Client::new(&config(self.sqs.url()));
        let settings = Config {
            // The pages of the large call are five.
            pages_per_resume_point: 3,
            ..Config::new(self.calls.clone(), self.dead_letters.clone())
        };
        let (metrics, _) = Metrics::captured("consumer");
        let key = ForgetKeySource::Missing("no person is forgotten");
        let writer = CallWriter::new(store, key);
        Some(Consumer::new(access, writer, sqs, metrics, settings))
    }

    async fn receive(&self) -> Vec<Message> {
        let receive = self.lambda.receive_message().queue_url(&self.calls);
        let receive = receive.message_system_attribute_names("All".into());
        let received = receive.max_number_of_messages(10).send().await.unwrap();
        received.messages.unwrap_or_default()
    }

    /// As Lambda does after an invocation: once, and what is not deleted comes again.
    async fn delete(&self, done: &[&Message]) {
        let entry = |(place, message): (usize, &&Message)| {
            let entry = DeleteMessageBatchRequestEntry::builder().id(place.to_string());
            entry.set_receipt_handle(message.receipt_handle.clone()).build().unwrap()
        };
        let entries: Vec<_> = done.iter().enumerate().map(entry).collect();
        if !entries.is_empty() {
            let delete = self.lambda.delete_message_batch().queue_url(&self.calls);
            let delete = delete.set_entries(Some(entries)).send();
            let bounded = tokio::time::timeout(Duration::from_secs(2), delete);
            self.watch.until_death(bounded).await;
        }
    }

    pub(super) fn dead_lettered(&self) -> usize {
        self.sqs.counts(&self.dead_letters).unwrap().total()
    }

    /// SQS's own redrive, as an operator starts it.
    pub(super) async fn redrive(&self) {
        let start = self.lambda.start_message_move_task();
        let start = start.source_arn(self.sqs.queue_arn("calls-dead-letters"));
        start.destination_arn(self.sqs.queue_arn("calls")).send().await.unwrap();
        // The task moves them after it was answered.
        let moved = async {
            while self.dead_lettered() > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(TIMEOUT, moved).await.unwrap();
    }
}

/// Whether answers may never come.
pub(super) fn short_timeout(plan: &[(usize, Mishap)]) -> bool {
    plan.iter().any(|(_, mishap)| *mishap == Mishap::NoAnswer)
}
