//! The queues, configured as in template.yaml.

use std::collections::HashMap;

use anyhow::Context as _;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::json;

/// The maxReceiveCount of each redrive policy in template.yaml.
const MAX_RECEIVE_COUNT: u32 = 200;
const LIFECYCLE_MAX_RECEIVE_COUNT: u32 = 5;
const GAPS_MAX_RECEIVE_COUNT: u32 = 20;

/// The URLs of the queues.
#[derive(Debug, Clone)]
pub struct Queues {
    pub calls: String,
    pub calls_dead_letters: String,
    pub lifecycle: String,
    pub lifecycle_dead_letters: String,
    pub gaps: String,
}

impl Queues {
    /// Creates the queues; `name` maps a queue's name to a unique one.
    pub(super) async fn create(
        client: &Client,
        name: impl Fn(&str) -> String,
    ) -> anyhow::Result<Self> {
        let (calls, calls_dead_letters) = pair(client, &name("calls"), MAX_RECEIVE_COUNT).await?;
        let (lifecycle, lifecycle_dead_letters) =
            pair(client, &name("lifecycle"), LIFECYCLE_MAX_RECEIVE_COUNT).await?;
        let (gaps, _) = pair(client, &name("gaps"), GAPS_MAX_RECEIVE_COUNT).await?;
        Ok(Self { calls, calls_dead_letters, lifecycle, lifecycle_dead_letters, gaps })
    }
}

/// Creates a queue and its dead-letter queue.
async fn pair(
    client: &Client,
    name: &str,
    max_receive_count: u32,
) -> anyhow::Result<(String, String)> {
    // Six times the timeout of the consumer, as AWS recommends; kept for two weeks.
    let mut attributes = HashMap::from([
        (QueueAttributeName::VisibilityTimeout, "1800".to_owned()),
        (QueueAttributeName::MessageRetentionPeriod, "1209600".to_owned()),
    ]);
    let dead_letters = create(client, &format!("{name}-dead-letters"), &attributes).await?;
    let arn = QueueAttributeName::QueueArn;
    let asked = client.get_queue_attributes().queue_url(&dead_letters).attribute_names(arn.clone());
    let mut answer = asked.send().await?.attributes.unwrap_or_default();
    let arn = answer.remove(&arn).context("the dead letters have no ARN")?;
    let redrive = json!({"deadLetterTargetArn": arn, "maxReceiveCount": max_receive_count});
    attributes.insert(QueueAttributeName::RedrivePolicy, redrive.to_string());
    Ok((create(client, name, &attributes).await?, dead_letters))
}

async fn create(
    client: &Client,
    name: &str,
    attributes: &HashMap<QueueAttributeName, String>,
) -> anyhow::Result<String> {
    let create = client.create_queue().queue_name(name).set_attributes(Some(attributes.clone()));
    let created = create.send().await.with_context(|| format!("the queue {name}"))?;
    created.queue_url.with_context(|| format!("the queue {name} has no address"))
}
