//! Waiting until queues are empty.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;

use crate::sqs::Counts;

/// Queues that still had messages at the timeout.
#[derive(Clone, Debug, thiserror::Error)]
#[error("after {waited:?} there are still messages: {left:?}")]
pub struct NotDrained {
    pub waited: Duration,
    /// What each queue that is not empty holds, by its URL.
    pub left: Vec<(String, Counts)>,
}

/// Waits, for `bound` at most, until none of the queues holds a message: none visible, none in
/// flight, none delayed. Works with any SQS; a real one counts only approximately.
///
/// # Errors
///
/// [`NotDrained`] at the timeout; a queue that does not answer does not count as empty.
pub async fn wait_until_drained(
    client: &Client,
    queue_urls: &[&str],
    bound: Duration,
) -> Result<(), NotDrained> {
    let began = Instant::now();
    let mut quiet = 0;
    loop {
        let mut left = Vec::new();
        for url in queue_urls {
            let counts = queue_counts(client, url).await;
            if counts.is_none_or(|counts| counts.total() > 0) {
                left.push(((*url).to_owned(), counts.unwrap_or_default()));
            }
        }
        // Twice in a row: a message on its way from one queue to another is in neither for a moment.
        quiet = if left.is_empty() { quiet + 1 } else { 0 };
        if quiet == 2 {
            return Ok(());
        }
        let waited = began.elapsed();
        if waited > bound && !left.is_empty() {
            return Err(NotDrained { waited, left });
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What a queue of any SQS holds, as it says itself; none when it does not answer.
pub async fn queue_counts(client: &Client, url: &str) -> Option<Counts> {
    let names = [
        QueueAttributeName::ApproximateNumberOfMessages,
        QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        QueueAttributeName::ApproximateNumberOfMessagesDelayed,
    ];
    let get = client.get_queue_attributes().queue_url(url);
    let answer = get.set_attribute_names(Some(names.to_vec())).send().await.ok()?;
    let attributes: HashMap<_, _> = answer.attributes?;
    let [visible, in_flight, delayed] = names.map(|name| attributes.get(&name)?.parse().ok());
    Some(Counts { visible: visible?, in_flight: in_flight?, delayed: delayed? })
}
