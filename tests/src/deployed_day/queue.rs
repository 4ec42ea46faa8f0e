//! A queue of the deployed stack, through the SQS API.

use std::collections::HashMap;

use anyhow::{Context as _, ensure};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::Value;

use teams_calls::system::DeadLetter;

#[derive(Debug, Clone)]
pub(super) struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    pub(super) fn new(client: Client, url: impl Into<String>) -> Self {
        Self { client, url: url.into() }
    }

    pub(super) async fn send(&self, body: &str) -> anyhow::Result<()> {
        self.client.send_message().queue_url(&self.url).message_body(body).send().await?;
        Ok(())
    }

    /// The number of messages: visible, delayed and in flight.
    pub(super) async fn message_count(&self) -> anyhow::Result<usize> {
        use QueueAttributeName as Name;
        let attributes = self.attributes().await?;
        let count = |name: &Name| attributes.get(name).and_then(|text| text.parse::<usize>().ok());
        let parts = [
            Name::ApproximateNumberOfMessages,
            Name::ApproximateNumberOfMessagesDelayed,
            Name::ApproximateNumberOfMessagesNotVisible,
        ];
        parts.iter().map(|name| count(name).with_context(|| format!("no {name}"))).sum()
    }

    pub(super) async fn max_receive_count(&self) -> anyhow::Result<i64> {
        let policy = self.redrive_policy().await?;
        let count = &policy["maxReceiveCount"];
        // AWS returns a number, and accepts a string as well.
        let number = count.as_i64().or_else(|| count.as_str()?.parse().ok());
        number.context("the queue has no maxReceiveCount")
    }

    /// Leaves the rest of the redrive policy as it was deployed.
    pub(super) async fn set_max_receive_count(&self, count: i64) -> anyhow::Result<()> {
        let mut policy = self.redrive_policy().await?;
        policy["maxReceiveCount"] = count.into();
        let set = self.client.set_queue_attributes().queue_url(&self.url);
        set.attributes(QueueAttributeName::RedrivePolicy, policy.to_string()).send().await?;
        Ok(())
    }

    /// Its messages, read as dead letters.
    pub(super) async fn dead_lettered(&self) -> anyhow::Result<Vec<DeadLetter>> {
        Ok(self.receive_all().await?.into_iter().map(|(message, _)| message).collect())
    }

    /// Moves all messages to `other`, as StartMessageMoveTask does, which MiniStack does not implement.
    pub(super) async fn redrive_to(&self, other: &Self) -> anyhow::Result<usize> {
        let messages = self.receive_all().await?;
        for (message, receipt) in &messages {
            other.send(&message.body).await?;
            self.client
                .delete_message()
                .queue_url(&self.url)
                .receipt_handle(receipt)
                .send()
                .await?;
        }
        Ok(messages.len())
    }

    /// Every message with its receipt handle; they stay visible.
    async fn receive_all(&self) -> anyhow::Result<Vec<(DeadLetter, String)>> {
        let wanted = self.message_count().await?;
        let mut received = HashMap::new();
        for _ in 0..=wanted {
            let batch = self.client.receive_message().queue_url(&self.url);
            let batch = batch.max_number_of_messages(10).visibility_timeout(0);
            for message in batch.message_attribute_names("All").send().await?.messages() {
                let attribute = |name: &str| {
                    let attribute = message.message_attributes()?.get(name)?;
                    attribute.string_value().map(str::to_owned)
                };
                let dead_lettered = DeadLetter {
                    reason: attribute("reason").unwrap_or_default(),
                    detail: attribute("detail").unwrap_or_default(),
                    body: message.body().unwrap_or_default().to_owned(),
                };
                let receipt = message.receipt_handle().unwrap_or_default().to_owned();
                received.insert(
                    message.message_id().unwrap_or_default().to_owned(),
                    (dead_lettered, receipt),
                );
            }
            if received.len() >= wanted {
                return Ok(received.into_values().collect());
            }
        }
        ensure!(received.len() >= wanted, "{} of {wanted} messages were received", received.len());
        Ok(received.into_values().collect())
    }

    async fn redrive_policy(&self) -> anyhow::Result<Value> {
        let attributes = self.attributes().await?;
        let policy = attributes.get(&QueueAttributeName::RedrivePolicy);
        Ok(serde_json::from_str(policy.context("the queue has no redrive policy")?)?)
    }

    async fn attributes(&self) -> anyhow::Result<HashMap<QueueAttributeName, String>> {
        let asked = self.client.get_queue_attributes().queue_url(&self.url);
        let answer = asked.attribute_names(QueueAttributeName::All).send().await?;
        Ok(answer.attributes.unwrap_or_default())
    }
}
