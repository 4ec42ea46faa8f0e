//! The whole system in this process: stand-ins, fake Graph, functions, event sources.

mod consumers;
mod day;
mod drain;
mod environment;
mod functions;
mod outcome;
mod quality;
mod queues;
mod reports;
mod sdk;
mod secrets;
mod settings;
mod telephone;

use std::sync::Arc;

use ::quality::Rollup;
use ::reports::Reports;
use anyhow::Context as _;
use aws_stand_ins::{
    Clock, DynamoDb, DynamoDbOptions, EventSource, EventSourceOptions, HttpApi, HttpApiOptions,
    SecretsManager, Sqs, SqsOptions,
};
use call_table::{CallTable, TableConfig};
use call_writer::CallWriter;
use consumer::Consumer;
use fake_graph::{ClientSecret, FakeGraph};
use graph_access::GraphAccess;
use jiff::Timestamp;
use lambda_kit::{CapturedMetrics, Metrics};
use msgraph::Endpoints;
use pstn::Pstn;
use reconciler::Reconciler;
use renewer::{Renewer, RenewerSecrets};
use serde_json::{Value, json};
use url::Url;
use webhook::Webhook;

use crate::console::Console;
pub use day::invented_day;
pub use functions::{CONSUMER_TIMEOUT, CONSUMER_WINDOW, RECONCILER_TIMEOUT, RENEWER_TIMEOUT};
use functions::{Consumers, RunningInvocations};
pub use outcome::{Comparison, DeadLetter};
pub use quality::{roll_up, rollup, take_sites};
pub use queues::Queues;
pub use sdk::sdk_config;
use secrets::SystemSecrets;
pub use settings::Settings;
pub use telephone::{read_telephone_logs, telephone_logs};

/// The table's name on the laptop.
pub const TABLE: &str = "call-records";

/// The captured metrics of each function.
#[derive(Debug, Clone)]
pub struct FunctionMetrics {
    pub webhook: CapturedMetrics,
    pub consumer: CapturedMetrics,
    pub renewer: CapturedMetrics,
    pub reconciler: CapturedMetrics,
    pub quality: CapturedMetrics,
}

impl FunctionMetrics {
    pub fn clear(&self) {
        let Self { webhook, consumer, renewer, reconciler, quality } = self;
        for metrics in [webhook, consumer, renewer, reconciler, quality] {
            metrics.forget();
        }
    }

    /// How many messages the consumers retried, whatever the reason.
    pub fn retried(&self) -> f64 {
        let is_reason = |name: &&String| name.starts_with("Retried") && *name != "RetriedAge";
        let names = self.consumer.names();
        names.iter().filter(is_reason).map(|name| self.consumer.sum(name)).sum()
    }
}

/// A running system. It stops when dropped.
pub struct System {
    settings: Settings,
    queues: Queues,
    store: CallTable,
    consumers: Consumers,
    renewer: Arc<Renewer>,
    reconciler: Reconciler,
    rollup: Rollup,
    pstn: Pstn,
    metrics: FunctionMetrics,
    reports: Arc<Reports>,
    // Dropped in this order: senders before receivers.
    graph: FakeGraph,
    busy: RunningInvocations,
    event_sources: Vec<EventSource>,
    http_api: HttpApi,
    console: Console,
    secrets: SystemSecrets,
    sqs_client: aws_sdk_sqs::Client,
    sqs: Sqs,
    dynamodb_client: aws_sdk_dynamodb::Client,
    dynamodb: DynamoDb,
}

impl System {
    /// Starts everything, creates the table and the queues, and subscribes.
    ///
    /// # Errors
    ///
    /// When a port is taken, the data file cannot be used, or the subscription fails.
    pub async fn start(settings: Settings) -> anyhow::Result<Self> {
        let clock = settings.clock.clone();
        let port = |place: u16| settings.port_base.map_or(0, |base| base.saturating_add(place));

        let dynamodb = DynamoDb::start_with(DynamoDbOptions {
            port: port(2),
            path: settings.data.clone(),
            clock: clock.clone(),
            metered: settings.metered,
            ..DynamoDbOptions::default()
        })
        .await?;
        let at = settings.dynamodb_at(dynamodb.url());
        let dynamodb_client = aws_stand_ins::dynamodb_client(&at);
        let table = settings.name(TABLE);
        call_table::create_table(&dynamodb_client, &table).await.context("the table")?;
        let store = CallTable::new(dynamodb_client.clone(), TableConfig::new(table));

        let sqs = Sqs::start_with(SqsOptions {
            port: port(3),
            clock: clock.clone(),
            disorder: settings.disorder,
            ..SqsOptions::default()
        })
        .await?;
        let at = settings.sqs_at(sqs.url());
        let sqs_client = aws_stand_ins::sqs_client(&at);
        let queues = Queues::create(&sqs_client, |name| settings.name(name)).await?;

        let secrets = SystemSecrets::start(port(4), &settings).await?;
        let forget_key = secrets.forget_key();

        let (metrics, captured) = Metrics::captured("webhook");
        let webhook_metrics = captured;
        let webhook = Arc::new(Webhook::new(
            sqs_client.clone(),
            webhook::Config {
                calls_queue_url: queues.calls.clone(),
                lifecycle_queue_url: queues.lifecycle.clone(),
                tenant_id: Some(settings.tenant_id.clone()),
            },
            secrets.client_states(),
            metrics,
        ));
        let http_api = {
            let clock = clock.clone();
            let options = HttpApiOptions { port: port(0), ..HttpApiOptions::default() };
            HttpApi::start(options, move |event| {
                functions::webhook(Arc::clone(&webhook), clock.clone(), event)
            })
            .await?
        };

        let graph = FakeGraph::start(fake_graph::Options {
            port: port(1),
            tenant_id: settings.tenant_id.clone(),
            client_secrets: vec![ClientSecret::new(fake_graph::CLIENT_SECRET)],
            limits: settings.graph_limits,
            page_sizes: settings.page_sizes,
            delivery: settings.delivery,
            faults: settings.graph_faults.clone(),
            clock: clock.clone(),
            seed: settings.seed,
            ..fake_graph::Options::default()
        })
        .await?;
        let endpoints = Endpoints::parse(graph.login_url(), graph.url())?;

        let (metrics, consumer_metrics) = Metrics::captured("consumer");
        let mut consumers = Vec::new();
        for _ in 0..settings.consumers.max(1) {
            let access = GraphAccess::new(endpoints.clone(), secrets.graph(), None);
            consumers.push(Consumer::new(
                access.with_options(settings.graph_options()),
                CallWriter::new(store.clone(), forget_key.clone()),
                sqs_client.clone(),
                metrics.clone(),
                settings.consumer_config(&queues),
            ));
        }
        let consumers = Consumers::new(consumers, settings.consumer_timeout);
        let (metrics, reconciler_metrics) = Metrics::captured("reconciler");
        let reconciler = Reconciler::new(
            GraphAccess::new(endpoints.clone(), secrets.graph(), None),
            store.clone(),
            sqs_client.clone(),
            metrics,
            reconciler::Config {
                list_interval: settings.list_interval,
                ..reconciler::Config::new(queues.calls.clone())
            },
        );
        let access = GraphAccess::new(endpoints.clone(), secrets.graph(), None);
        let pstn = telephone_logs(
            access.with_options(settings.graph_options()),
            &CallWriter::new(store.clone(), forget_key),
        );
        let (metrics, renewer_metrics) = Metrics::captured("renewer");
        let renewer = Renewer::new(
            renewer::Config {
                endpoints,
                notification_url: Url::parse(&http_api.url())?.join("notifications")?,
                lifecycle_notification_url: Url::parse(&http_api.url())?.join("lifecycle")?,
                client_secret_expires: None,
            },
            store.clone(),
            RenewerSecrets { graph: secrets.graph(), client_states: secrets.client_states() },
            None,
            metrics,
        );
        let renewer = Arc::new(renewer.with_gaps_queue(sqs_client.clone(), queues.gaps.clone()));

        let (metrics, quality_metrics) = Metrics::captured("quality");
        let rollup = quality::rollup(store.clone(), metrics);

        let (reports, console) =
            reports::start(port(5), &store, secrets.manager(), &settings).await?;

        let busy = RunningInvocations::default();
        let calls = {
            let (consumers, clock, busy) = (consumers.clone(), clock.clone(), busy.clone());
            let options = EventSourceOptions {
                concurrency: settings.consumers,
                window: settings.consumer_window,
                ..EventSourceOptions::new(&queues.calls)
            };
            EventSource::start(sqs_client.clone(), options, move |event| {
                busy.during(functions::consumer(consumers.clone(), clock.clone(), event))
            })
            .await?
        };
        let lifecycle = {
            let (renewer, clock, busy) = (Arc::clone(&renewer), clock.clone(), busy.clone());
            let options =
                EventSourceOptions { concurrency: 2, ..EventSourceOptions::new(&queues.lifecycle) };
            EventSource::start(sqs_client.clone(), options, move |event| {
                busy.during(functions::renewer(Arc::clone(&renewer), clock.clone(), event))
            })
            .await?
        };
        let gaps = {
            let (reconciler, clock, busy) = (reconciler.clone(), clock.clone(), busy.clone());
            let options =
                EventSourceOptions { concurrency: 2, ..EventSourceOptions::new(&queues.gaps) };
            EventSource::start(sqs_client.clone(), options, move |event| {
                busy.during(functions::reconciler(reconciler.clone(), clock.clone(), event))
            })
            .await?
        };

        let system = Self {
            queues,
            store,
            consumers,
            renewer,
            reconciler,
            rollup,
            pstn,
            metrics: FunctionMetrics {
                webhook: webhook_metrics,
                consumer: consumer_metrics,
                renewer: renewer_metrics,
                reconciler: reconciler_metrics,
                quality: quality_metrics,
            },
            reports,
            graph,
            busy,
            event_sources: vec![calls, lifecycle, gaps],
            http_api,
            console,
            secrets,
            sqs_client,
            sqs,
            dynamodb_client,
            dynamodb,
            settings,
        };
        if system.settings.subscribe {
            system.tick_renewer().await?;
            anyhow::ensure!(
                system.graph.subscriptions().len() == 1,
                "the renewer did not subscribe: {:?}",
                system.store.subscription_state().await?.and_then(|state| state.last_error)
            );
        }
        Ok(system)
    }

    /// Runs the renewer as its schedule does.
    pub async fn tick_renewer(&self) -> anyhow::Result<Value> {
        functions::renewer(Arc::clone(&self.renewer), self.clock().clone(), json!({})).await
    }

    /// Runs the reconciler as one of its schedules does: `due` every quarter of an hour,
    /// `everything` every night.
    pub async fn tick_reconciler(&self, schedule: &str) -> anyhow::Result<Value> {
        let event = json!({ "schedule": schedule });
        functions::reconciler(self.reconciler.clone(), self.clock().clone(), event).await
    }

    /// The reconciler, for invocations by hand.
    pub fn reconciler(&self) -> &Reconciler {
        &self.reconciler
    }

    /// Replaces the client secret in Secrets Manager, as an administrator does.
    pub fn replace_client_secret(&self, client_secret: &str) -> anyhow::Result<()> {
        self.secrets.replace_client_secret(client_secret)
    }

    /// Blanks the credentials at Graph in Secrets Manager, as deploying leaves them.
    pub fn blank_graph_secret(&self) -> anyhow::Result<()> {
        self.secrets.blank_graph_secret()
    }

    pub fn graph(&self) -> &FakeGraph {
        &self.graph
    }

    pub fn store(&self) -> &CallTable {
        &self.store
    }

    /// What writes calls into the table and forgets people in it.
    pub fn writer(&self) -> CallWriter {
        CallWriter::new(self.store.clone(), self.secrets.forget_key())
    }

    /// A consumer, for batches by hand.
    pub fn consumer(&self) -> &Consumer {
        self.consumers.any()
    }

    /// The SQS stand-in.
    ///
    /// # Panics
    ///
    /// When the queues are not in the stand-in.
    pub fn sqs(&self) -> &Sqs {
        assert!(self.settings.sqs_url.is_none(), "the queues are not in the stand-in");
        &self.sqs
    }

    /// A client of the table's DynamoDB, wherever it is.
    pub fn dynamodb_client(&self) -> &aws_sdk_dynamodb::Client {
        &self.dynamodb_client
    }

    /// The DynamoDB stand-in.
    ///
    /// # Panics
    ///
    /// When the table is not in the stand-in.
    pub fn dynamodb(&self) -> &DynamoDb {
        assert!(self.settings.dynamodb_url.is_none(), "the table is not in the stand-in");
        &self.dynamodb
    }

    pub fn secrets_manager(&self) -> &SecretsManager {
        self.secrets.manager()
    }

    pub fn metrics(&self) -> &FunctionMetrics {
        &self.metrics
    }

    /// The clock that everything follows.
    pub fn clock(&self) -> &Clock {
        &self.settings.clock
    }

    /// The clock's time.
    pub fn now(&self) -> Timestamp {
        self.settings.clock.now()
    }

    /// The webhook's URL for change notifications and the validation handshake.
    pub fn notification_url(&self) -> String {
        format!("{}/notifications", self.http_api.url().trim_end_matches('/'))
    }

    /// The webhook's URL for lifecycle notifications.
    pub fn lifecycle_notification_url(&self) -> String {
        format!("{}/lifecycle", self.http_api.url().trim_end_matches('/'))
    }

    pub fn queues(&self) -> &Queues {
        &self.queues
    }

    /// The client state that Graph sends and the webhook expects.
    pub fn client_state(&self) -> &str {
        secrets::CLIENT_STATE
    }

    pub fn tenant_id(&self) -> &str {
        &self.settings.tenant_id
    }

    /// Stops the event sources, so that messages stay in their queues.
    pub fn stop_consuming(&mut self) {
        self.event_sources.clear();
    }
}
