//! The ARN and the URL of a queue.

use crate::client_config::{ACCOUNT, REGION};

/// The ARN of the queue called `name`.
pub(super) fn arn_of(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
}

/// The name in a queue's URL, whatever host it was reached by.
pub(super) fn name_in_url(url: &str) -> &str {
    url.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}
