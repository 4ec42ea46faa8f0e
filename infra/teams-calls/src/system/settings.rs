//! The settings of a system.

use std::path::PathBuf;
use std::time::Duration;

use aws_stand_ins::{Clock, Disorder};
use fake_graph::{AnswerFaults, Delivery, Faults, Limits, NotificationFaults, PageSizes};
use msgraph::{Options, RateLimit};
use reports::People;

use super::Queues;
use super::functions::CONSUMER_TIMEOUT;

/// The settings of a [`System`](super::System). All names and secrets are invented.
#[derive(Debug, Clone)]
pub struct Settings {
    pub tenant_id: String,
    /// The first of the ports: webhook, Graph, DynamoDB, SQS, Secrets Manager, reports. None uses
    /// free ports.
    pub port_base: Option<u16>,
    /// The table's file; none keeps the table in memory.
    pub data: Option<PathBuf>,
    /// Whether the stand-in of DynamoDB counts capacity units.
    pub metered: bool,
    /// Another DynamoDB, which accepts any credentials; none is the stand-in.
    pub dynamodb_url: Option<String>,
    /// Another SQS, which accepts any credentials and does not follow the clock; none is the stand-in.
    pub sqs_url: Option<String>,
    /// The clock of everything but the Lambda timeouts.
    pub clock: Clock,
    /// Random faults of Graph.
    pub graph_faults: Faults,
    /// Graph's published limits; none never throttles.
    pub graph_limits: Option<Limits>,
    /// The most entries on a page of Graph's answers.
    pub page_sizes: PageSizes,
    /// The time from one list request of the reconciler to the next.
    pub list_interval: Duration,
    /// How Graph delivers notifications.
    pub delivery: Delivery,
    /// Reordering and duplicates of SQS.
    pub disorder: Disorder,
    /// How many batches are consumed at once, as the event source's MaximumConcurrency, and so how
    /// many consumers there are; at least one.
    pub consumers: usize,
    /// How long an invocation of the consumer takes at most.
    pub consumer_timeout: Duration,
    /// How long a batch of calls is gathered; none by default, so that no test waits for it.
    pub consumer_window: Duration,
    /// The number of consumers by which each divides Graph's rate limit; none is the actual number.
    pub assumed_consumers: Option<usize>,
    /// How many fetches an hour of calls that Graph does not know all consumers together may spend.
    pub unknown_calls_per_hour: usize,
    /// The seed of Graph's random choices.
    pub seed: u64,
    /// Whether the renewer subscribes at the start.
    pub subscribe: bool,
    /// How the reports show people.
    pub people_in_reports: People,
}

impl Settings {
    /// No faults.
    pub fn quiet() -> Self {
        Self {
            tenant_id: fake_graph::TENANT_ID.to_owned(),
            port_base: None,
            data: None,
            metered: false,
            dynamodb_url: None,
            sqs_url: None,
            clock: Clock::real(),
            graph_faults: Faults::default(),
            graph_limits: Some(Limits::default()),
            page_sizes: PageSizes::default(),
            list_interval: reconciler::Config::new(String::new()).list_interval,
            delivery: Delivery::default(),
            disorder: Disorder::default(),
            consumers: 2,
            consumer_timeout: CONSUMER_TIMEOUT,
            consumer_window: Duration::ZERO,
            assumed_consumers: None,
            unknown_calls_per_hour: 2_000,
            seed: 0,
            subscribe: true,
            people_in_reports: People::Names,
        }
    }

    pub(super) fn dynamodb_at(&self, stand_in: String) -> String {
        self.dynamodb_url.clone().unwrap_or(stand_in)
    }

    pub(super) fn sqs_at(&self, stand_in: String) -> String {
        self.sqs_url.clone().unwrap_or(stand_in)
    }

    /// A resource name: `name` itself in the stand-ins, which only this system uses, and a unique one
    /// elsewhere.
    pub(super) fn name(&self, name: &str) -> String {
        if self.dynamodb_url.is_none() && self.sqs_url.is_none() {
            return name.to_owned();
        }
        format!("{name}-{:016x}", fastrand::u64(..))
    }

    /// The options of each consumer's Graph client, with its part of the rate limits.
    pub(super) fn graph_options(&self) -> Options {
        let limit = |requests: fn(&Limits) -> usize, sharers| {
            let limits = self.graph_limits.as_ref()?;
            let limit = RateLimit { requests: requests(limits), window: limits.window };
            Some(limit.split_between(sharers))
        };
        let consumers = self.assumed_consumers.unwrap_or(self.consumers);
        Options {
            call_records_limit: limit(|limits| limits.call_records, consumers),
            one_record_limit: limit(|limits| limits.per_record, 1),
            phone_log_limit: self.graph_limits.as_ref().and(Options::default().phone_log_limit),
            ..Options::default()
        }
    }

    /// The settings of each consumer, with its part of the budget for calls that Graph does not know.
    pub(super) fn consumer_config(&self, queues: &Queues) -> consumer::Config {
        let all = self.unknown_calls_per_hour;
        consumer::Config {
            unknown_calls_per_hour: consumer::equal_part(all, self.consumers),
            ..consumer::Config::new(queues.calls.clone(), queues.calls_dead_letters.clone())
        }
    }

    /// Ordinary faults: duplicate and late notifications, records that are 404 at first, 429 and 503.
    ///
    /// Without the published limits, which a day that is compressed into seconds would exceed.
    pub fn with_ordinary_faults(seed: u64) -> Self {
        Self {
            graph_limits: None,
            list_interval: Duration::ZERO,
            graph_faults: Faults {
                answers: AnswerFaults {
                    late_records: 0.05,
                    late_reads: 2,
                    throttled: 0.01,
                    throttled_for: Duration::from_millis(300),
                    unavailable: 0.01,
                    ..AnswerFaults::default()
                },
                notifications: NotificationFaults {
                    duplicated: 0.1,
                    held_back: 0.1,
                    held_back_for: Duration::from_secs(2),
                    ..NotificationFaults::default()
                },
            },
            disorder: Disorder { seed, shuffle: true, duplicates: 0.02 },
            consumers: 4,
            seed,
            ..Self::quiet()
        }
    }
}
