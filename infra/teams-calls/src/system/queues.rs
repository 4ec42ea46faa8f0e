//! The queues, as template.yaml sets them up.

use std::collections::HashMap;

use anyhow::Context as _;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::json;

/// How often SQS hands out a call message before it dead-letters it by itself.
const MAX_RECEIVE_COUNT: u32 = 200;

/// The same for a lifecycle message.
const LIFECYCLE_MAX_RECEIVE_COUNT: u32 = 5;

/// The same for a gap.
const GAPS_MAX_RECEIVE_COUNT: u32 = 20;

/// The addresses of the queues.
#[derive(Debug, Clone)]
pub struct Queues {
    /// Call messages.
    pub calls: String,
    /// Call messages that were dead-lettered.
    pub calls_dead_letters: String,
    /// Lifecycle messages.
    pub lifecycle: String,
    /// Lifecycle messages that were dead-lettered.
    pub lifecycle_dead_letters: String,
    /// Gaps in the notifications.
    pub gaps: String,
}

impl Queues {
    /// Creates them under the names that `name` makes of theirs.
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

/// A queue and its dead letters.
async fn pair(client: &Client, name: &str, most_receives: u32) -> anyhow::Result<(String, String)> {
    // Six times the time-out of the consumer, kept for two weeks.
    let mut attributes = HashMap::from([
        (QueueAttributeName::VisibilityTimeout, "1800".to_owned()),
        (QueueAttributeName::MessageRetentionPeriod, "1209600".to_owned()),
    ]);
    let dead_letters = create(client, &format!("{name}-dead-letters"), &attributes).await?;
    let arn = QueueAttributeName::QueueArn;
    let asked = client.get_queue_attributes().queue_url(&dead_letters).attribute_names(arn.clone());
    let mut answer = asked.send().await?.attributes.unwrap_or_default();
    let arn = answer.remove(&arn).context("the dead letters have no ARN")?;
    let redrive = json!({"deadLetterTargetArn": arn, "maxReceiveCount": most_receives});
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
