//! The handlers of `/subscriptions`.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::odata::{Position, Query};
use crate::refusal::Refusal;
use crate::service::Service;
use crate::subscriptions::{Patch, Subscription};

type Shared = State<Arc<Service>>;

/// `POST /subscriptions`
pub(crate) async fn create(State(service): Shared, body: Bytes) -> Result<Response, Refusal> {
    let new = Subscription::requested(&json_body(&body)?, service.now())?;
    // Before the handshake, to spare the endpoint; after it, because others may have been quicker.
    service.lock().subscriptions.check(&new, service.now())?;
    service.validate(&new.notification_url).await?;
    if let Some(url) = &new.lifecycle_notification_url {
        service.validate(url).await?;
    }
    let mut state = service.lock();
    state.subscriptions.check(&new, service.now())?;
    let entity = new.entity(&state.login.client_id, true);
    state.subscriptions.add(new);
    Ok((StatusCode::CREATED, Json(service.in_context(entity))).into_response())
}

/// `GET /subscriptions`
pub(crate) async fn list(
    State(service): Shared,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Refusal> {
    let query = Query::parse(query.as_deref().unwrap_or_default())?.without_filter()?;
    let size = service.page_sizes.subscriptions.max(1);
    let from = query.position.as_ref().map_or(Ok(0), Position::index)?;
    let mut state = service.lock();
    let client_id = state.login.client_id.clone();
    let live = state.subscriptions.live(service.now());
    let value: Vec<_> = live
        .values()
        .skip(from)
        .take(size)
        .map(|subscription| Value::Object(subscription.entity(&client_id, false)))
        .collect();
    let origin = &service.origin;
    let mut page = json!({
        "@odata.context": format!("{origin}/v1.0/$metadata#subscriptions"),
        "value": value,
    });
    if live.len() > from + size {
        let token = Position { from: (from + size).to_string(), size }.token();
        page["@odata.nextLink"] = format!("{origin}/v1.0/subscriptions?$skiptoken={token}").into();
    }
    Ok(Json(page))
}

/// `GET /subscriptions/{id}`
pub(crate) async fn get(
    State(service): Shared,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let mut state = service.lock();
    let client_id = state.login.client_id.clone();
    let subscription = state.subscriptions.find(&id, service.now())?;
    Ok(Json(service.in_context(subscription.entity(&client_id, true))))
}

/// `PATCH /subscriptions/{id}`
pub(crate) async fn update(
    State(service): Shared,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    service.lock().subscriptions.find(&id, service.now())?;
    let patch = Patch::requested(&json_body(&body)?, service.now())?;
    if let Some(url) = &patch.notification_url {
        service.validate(url).await?;
    }
    let mut state = service.lock();
    let state = &mut *state;
    let (subscription, violation) = state.subscriptions.patch(&id, patch, service.now())?;
    state.journal.violations.extend(violation);
    Ok(Json(service.in_context(subscription.entity(&state.login.client_id, true))))
}

/// `POST /subscriptions/{id}/reauthorize`
pub(crate) async fn reauthorize(
    State(service): Shared,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let mut state = service.lock();
    let violation = state.subscriptions.reauthorize(&id, service.now())?;
    state.journal.violations.extend(violation);
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /subscriptions/{id}`
pub(crate) async fn delete(
    State(service): Shared,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    service.lock().subscriptions.remove(&id, service.now())?;
    Ok(StatusCode::NO_CONTENT)
}

fn json_body(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::bad_request("The body is not valid JSON."))
}

impl Service {
    fn in_context(&self, mut entity: Map<String, Value>) -> Value {
        let context = format!("{}/v1.0/$metadata#subscriptions/$entity", self.origin);
        entity.insert("@odata.context".to_owned(), context.into());
        Value::Object(entity)
    }
}
