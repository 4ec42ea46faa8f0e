//! Further consumers beside the system's own, to be crashed and restarted.

use std::path::Path;

use aws_stand_ins::{EventSource, EventSourceOptions, FunctionOptions, RuntimeApi};
use consumer::Consumer;
use graph_access::GraphAccess;
use lambda_kit::Metrics;
use msgraph::Endpoints;

use super::System;
use super::functions::{self, Consumers};

impl System {
    /// Starts a cold consumer with its own event source, one batch at a time. Dropping the source is a crash:
    /// the invocation ends at whatever it is doing.
    pub async fn another_consumer(&self) -> anyhow::Result<EventSource> {
        let endpoints = Endpoints::parse(self.graph.login_url(), self.graph.url())?;
        let access = GraphAccess::new(endpoints, self.secrets.graph(), None);
        let (metrics, _) = Metrics::captured("consumer");
        let consumer = Consumer::new(
            access.with_options(self.settings.graph_options()),
            self.writer(),
            aws_stand_ins::sqs_client(&self.sqs.url()),
            metrics,
            self.settings.consumer_config(&self.queues),
        );
        let consumers = Consumers::new(vec![consumer], self.settings.consumer_timeout);
        let (clock, busy) = (self.clock().clone(), self.busy.clone());
        self.start_event_source(move |event| {
            busy.during(functions::consumer(consumers.clone(), clock.clone(), event))
        })
        .await
    }

    /// Starts the consumer's binary behind an event source: [`RuntimeApi::kill`] ends it with SIGKILL, and the
    /// next batch restarts it.
    ///
    /// # Errors
    ///
    /// When no port is free or the queue is gone. A program that does not start fails its batches.
    pub async fn consumer_process(
        &self,
        program: &Path,
    ) -> anyhow::Result<(EventSource, RuntimeApi)> {
        let options = FunctionOptions::new("consumer", program).variables(self.environment());
        let process = RuntimeApi::start(options).await?;
        let (invoked, busy) = (process.clone(), self.busy.clone());
        let timeout = self.settings.consumer_timeout;
        let source = self
            .start_event_source(move |event| {
                let process = invoked.clone();
                busy.during(async move { process.invoke(&event, timeout).await })
            })
            .await?;
        Ok((source, process))
    }

    async fn start_event_source<H, F, E>(&self, handler: H) -> anyhow::Result<EventSource>
    where
        H: Fn(serde_json::Value) -> F + Send + Sync + 'static,
        F: Future<Output = Result<serde_json::Value, E>> + Send + 'static,
        E: std::fmt::Display,
    {
        let options =
            EventSourceOptions { concurrency: 1, ..EventSourceOptions::new(&self.queues.calls) };
        EventSource::start(aws_stand_ins::sqs_client(&self.sqs.url()), options, handler).await
    }
}
