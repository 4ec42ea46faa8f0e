//! Opening the connection before it has to be quick.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;

use crate::SendError;
use crate::refusal::Refusal;

/// Opens a connection to the queue without sending anything, so that the handshake is over before
/// the first message is waited for.
///
/// A batch without entries needs no permission that the sender does not have anyway. SQS refuses it
/// as empty, and that refusal is success here.
///
/// # Errors
///
/// What a send would meet now: SQS unreachable, access denied, no such queue.
pub async fn warm_up(client: &Client, queue_url: &str) -> Result<(), SendError> {
    let outcome =
        client.send_message_batch().queue_url(queue_url).set_entries(Some(Vec::new())).send().await;
    let Err(error) = outcome else { return Ok(()) };
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    if code.is_some_and(|code| code.ends_with("EmptyBatchRequest")) {
        return Ok(());
    }
    Err(Refusal::of_call(&error).into_send_error(0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Answer, Wire};

    const QUEUE: &str = "http://sqs.example/000000000000/calls";

    #[tokio::test(start_paused = true)]
    async fn warming_up_sends_no_message() {
        let wire = Wire::new(|_, _| Answer::error(400, "EmptyBatchRequest"));
        assert_eq!(warm_up(&wire.client(), QUEUE).await, Ok(()));
        assert_eq!(wire.requests()[0]["Entries"], serde_json::json!([]));
    }

    #[tokio::test(start_paused = true)]
    async fn warming_up_fails_as_a_send_would() {
        let wire = Wire::new(|_, _| Answer::error(400, "AccessDenied"));
        let error = warm_up(&wire.client(), QUEUE).await.unwrap_err();
        assert!(error.to_string().contains("sqs:SendMessage"), "{error}");
    }
}
