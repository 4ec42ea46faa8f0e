//! Invented call records.

use serde_json::{Value, json};

/// A meeting of ten minutes of which nothing else is known.
pub(crate) fn bare_call(id: &str) -> Value {
    json!({
        "id": id,
        "version": 1,
        "type": "groupCall",
        "modalities": ["audio"],
        "startDateTime": "2026-11-02T09:00:00Z",
        "endDateTime": "2026-11-02T09:10:00Z",
    })
}
