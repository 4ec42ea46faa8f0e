//! What requests of strangers cost that go on all month.

use super::{HOURS, Row, WEBHOOK_MEMORY, assumed, price, row};

/// Rows for so many requests a second to paths that the API does not know, which end there, and for so
/// many to the webhook, which refuses them. AWS does not say that a request to an unknown path is free.
pub(super) fn rows(unknown: f64, at_webhook: f64) -> Vec<Row> {
    let seconds = HOURS * 3_600.0;
    let (unknown, at_webhook) = (unknown * seconds, at_webhook * seconds);
    let requests = unknown + at_webhook;
    let log_bytes =
        requests * assumed::LOG_BYTES_PER_REQUEST + at_webhook * assumed::LOG_BYTES_PER_REFUSAL;
    let gb_seconds = at_webhook * assumed::WEBHOOK_SECONDS * WEBHOOK_MEMORY;
    let rows = [
        row("junk: API Gateway requests", requests, price::API_REQUEST),
        row("junk: Lambda invocations", at_webhook, price::INVOCATION),
        row("junk: Lambda GB seconds (assumed)", gb_seconds, price::GB_SECOND),
        row("junk: log bytes (assumed)", log_bytes, price::LOG_BYTE),
    ];
    rows.into_iter().filter(|row| row.quantity > 0.0).collect()
}
