//! The control paths: who knows their address, which holds a random token, can load records and cause
//! notifications.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use http::StatusCode;
use serde_json::{Value, json};

use crate::notify::Lifecycle;
use crate::service::Service;
use crate::state::{LoadError, RecordState, split_records};

type Shared = State<Arc<Service>>;
type Denied = (StatusCode, Json<Value>);

/// `PUT callRecords/{id}`: the next state of that record, without a notification.
pub(crate) async fn load(
    State(service): Shared,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Denied> {
    let record = only_record(&body, &id).map_err(|error| denied(&error.to_string()))?;
    let loaded = json!({
        "id": id,
        "version": record.version,
        "sessions": record.sessions.len(),
        "participants": record.participants.len(),
    });
    service.lock().load(record, service.now(), service.retention);
    Ok(Json(loaded))
}

/// `DELETE callRecords/{id}`: as if the record had never been.
pub(crate) async fn remove(State(service): Shared, Path(id): Path<String>) -> Json<Value> {
    let removed = service.lock().records.0.remove(&id).is_some();
    Json(json!({ "id": id, "removed": removed }))
}

/// `POST notify/{id}`: notifies the subscribers, whether the record is known or not.
pub(crate) async fn notify(State(service): Shared, Path(id): Path<String>) -> Json<Value> {
    let notifications = service.notify(&id);
    Json(json!({ "id": id, "notifications": notifications }))
}

/// `POST lifecycle/{event}`: sends a lifecycle event for every subscription.
pub(crate) async fn lifecycle(State(service): Shared, Path(event): Path<String>) -> Json<Value> {
    let event = Lifecycle::named(&event);
    let ids: Vec<_> = service.lock().subscriptions.live(service.now()).keys().cloned().collect();
    let sent = ids.iter().filter(|id| service.send_lifecycle(id, &event).is_ok()).count();
    Json(json!({ "event": event.name(), "notifications": sent }))
}

/// `DELETE subscriptions/{id}`: removes a subscription without a lifecycle event.
pub(crate) async fn forget(State(service): Shared, Path(id): Path<String>) -> Json<Value> {
    let removed = service.lock().subscriptions.remove(&id, service.now()).is_ok();
    Json(json!({ "id": id, "removed": removed }))
}

/// `GET state`: what the service has and what it has seen.
pub(crate) async fn state(State(service): Shared) -> Json<Value> {
    let now = service.now();
    let mut state = service.lock();
    let subscriptions = state.subscriptions.live(now).len();
    let counters = &state.journal.counters;
    let answers: serde_json::Map<_, _> =
        counters.answers.iter().map(|(status, n)| (status.to_string(), json!(n))).collect();
    Json(json!({
        "call_records": state.records.0.len(),
        "subscriptions": subscriptions,
        "undelivered": state.outbox.len(),
        "requests": counters.requests,
        "answers": answers,
        "most_at_once": counters.most_at_once,
        "tokens": counters.tokens,
        "handshakes": counters.handshakes,
        "notifications": counters.notifications,
        "lifecycle_notifications": counters.lifecycle_notifications,
        "dropped": counters.dropped,
        "duplicated": counters.duplicated,
        "held_back": counters.held_back,
        "deliveries": counters.deliveries,
        "delivered": counters.delivered,
        "refused": counters.refused,
        "slow": counters.slow,
        "very_slow": counters.very_slow,
        "given_up": counters.given_up,
        "lost_to_slowness": counters.lost_to_slowness,
        "violations": state.journal.violations.len(),
    }))
}

/// The one record in the text, under its own id.
fn only_record(json: &[u8], id: &str) -> Result<RecordState, LoadError> {
    let records = split_records(json)?;
    let [record] = records.as_slice() else {
        let found = records.len();
        return Err(LoadError::Malformed(format!("expected one call record, found {found}")));
    };
    let record = RecordState::parse(record.as_bytes())?;
    if record.id != id {
        return Err(LoadError::OtherId { path: id.to_owned(), body: record.id });
    }
    Ok(record)
}

fn denied(message: &str) -> Denied {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": message })))
}
