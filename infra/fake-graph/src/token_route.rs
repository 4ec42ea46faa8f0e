//! The token endpoint of the login service.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use crate::service::Service;

/// `POST /{tenant}/oauth2/v2.0/token`
pub(crate) async fn token(
    State(service): State<Arc<Service>>,
    Path(tenant): Path<String>,
    body: Bytes,
) -> Response {
    let now = service.now();
    let mut state = service.lock();
    match state.login.answer(&tenant, &body, &service.origin, now) {
        Ok(answer) => {
            state.journal.counters.tokens += 1;
            Json(answer).into_response()
        }
        Err(denial) => denial.answer(now),
    }
}
