//! What a function's answer says about its batch.

use std::collections::HashSet;

use aws_sdk_sqs::types::Message;
use serde_json::Value;

pub(super) enum Verdict {
    /// Everything is done, except the messages with these ids.
    Except(HashSet<String>),
    /// Nothing is done, for this reason.
    Retry(String),
}

impl Verdict {
    pub(super) fn done() -> Self {
        Self::Except(HashSet::new())
    }
}

/// Reads `batchItemFailures` as the Lambda guide documents it: an absent, null or empty list is
/// success; an identifier that is missing, empty, not text, or of no message in the batch fails the
/// whole batch.
pub(super) fn of(answer: &Value, batch: &[Message]) -> Verdict {
    let failures = match answer {
        Value::Null => return Verdict::done(),
        Value::Object(answer) => answer.get("batchItemFailures"),
        _ => return Verdict::Retry("the answer is not an object".to_owned()),
    };
    let failures = match failures {
        None | Some(Value::Null) => return Verdict::done(),
        Some(Value::Array(failures)) => failures,
        Some(_) => return Verdict::Retry("batchItemFailures is not a list".to_owned()),
    };
    let mut failed = HashSet::new();
    for failure in failures {
        let id = failure.get("itemIdentifier").and_then(Value::as_str).unwrap_or_default();
        if !batch.iter().any(|message| message.message_id() == Some(id)) {
            let reason = "an itemIdentifier is missing, or of no message in the batch";
            return Verdict::Retry(reason.to_owned());
        }
        failed.insert(id.to_owned());
    }
    Verdict::Except(failed)
}
