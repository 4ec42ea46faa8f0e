//! Events as AWS hands them to the functions.

use aws_stand_ins::{http_event, sqs_client, sqs_event};
use serde_json::{Value, json};
use teams_calls::system::System;

/// A genuine notification of a call.
#[must_use]
pub fn notification(system: &System, id: &str) -> Value {
    json!({
        "subscriptionId": "22222222-0000-4000-8000-000000000001",
        "clientState": system.client_state(),
        "changeType": "updated",
        "resource": format!("communications/callRecords/{id}"),
        "subscriptionExpirationDateTime": "2036-12-01T00:00:00.0000000+00:00",
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.callRecord",
            "@odata.id": format!("communications/callRecords/{id}"),
            "id": id,
        },
        "tenantId": system.tenant_id(),
    })
}

/// What API Gateway makes of notifications that Graph posts to a path.
///
/// # Errors
///
/// When the path is none.
pub fn posted(path: &str, notifications: &[Value]) -> anyhow::Result<Value> {
    let request = http::Request::post(path).header("content-type", "application/json");
    let body = json!({ "value": notifications });
    Ok(http_event(&request.body(body.to_string().into())?))
}

/// What the consumer's event source would hand over next.
///
/// # Errors
///
/// What the queue answered.
pub async fn next_batch(system: &System) -> anyhow::Result<Value> {
    let receive = sqs_client(&system.sqs().url())
        .receive_message()
        .queue_url(&system.queues().calls)
        .max_number_of_messages(10)
        .message_system_attribute_names("All".into());
    let messages = receive.send().await?.messages.unwrap_or_default();
    Ok(sqs_event(&messages, &system.sqs().queue_arn("calls")))
}
