//! SQS as its API reference and developer guide describe it.

mod batches;
mod dead_letters;
mod faults;
mod messages;
mod queues;
mod receiving;
mod wire;

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use aws_stand_ins::{Clock, Sqs, sqs_client};

/// An SQS with a queue called `calls`, on a clock that stands.
pub(crate) struct TestQueue {
    pub(crate) sqs: Sqs,
    pub(crate) clock: Clock,
    pub(crate) client: Client,
    pub(crate) url: String,
}

impl TestQueue {
    pub(crate) async fn new(attributes: &[(&str, &str)]) -> Self {
        let clock = Clock::stopped("2026-03-02T08:00:00Z".parse().unwrap());
        let sqs = Sqs::start(clock.clone()).await.unwrap();
        let url = sqs.create_queue("calls", attributes).unwrap();
        let client = sqs_client(&sqs.url());
        Self { sqs, clock, client, url }
    }

    pub(crate) async fn send(&self, body: &str) -> String {
        let sent = self.client.send_message().queue_url(&self.url).message_body(body).send().await;
        sent.unwrap().message_id.unwrap()
    }

    pub(crate) async fn receive(&self) -> Vec<Message> {
        self.receive_from(&self.url).await
    }

    pub(crate) async fn receive_from(&self, url: &str) -> Vec<Message> {
        let received = self
            .client
            .receive_message()
            .queue_url(url)
            .max_number_of_messages(10)
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All")
            .send()
            .await;
        received.unwrap().messages.unwrap_or_default()
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

/// The error code that an SDK shows.
pub(crate) fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> &str {
    error.code().unwrap_or("no code")
}

/// A system attribute of a received message.
pub(crate) fn system<'a>(
    message: &'a Message,
    name: &MessageSystemAttributeName,
) -> Option<&'a str> {
    message.attributes.as_ref()?.get(name).map(String::as_str)
}
