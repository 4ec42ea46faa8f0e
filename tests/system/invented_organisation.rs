//! Invented call records.

use std::ops::Range;

use jiff::{SignedDuration, Timestamp};
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

/// A meeting of the people with these numbers, a minute and a second more for each, that begins at
/// this time.
pub(crate) fn meeting(id: &str, version: i64, people: Range<u32>, begins: &str) -> Value {
    let begins: Timestamp = begins.parse().unwrap();
    let identity = |person: u32| {
        json!({
            "id": format!("aaaaaaaa-0000-4000-8000-{person:012}"),
            "displayName": format!("Invented Person {person}"),
            "tenantId": fake_graph::TENANT_ID,
        })
    };
    let participant = |person: u32| {
        let identity = identity(person);
        json!({ "id": identity["id"], "identity": { "user": identity } })
    };
    let session = |person: u32| {
        let ends = begins + SignedDuration::from_secs(60 + i64::from(person));
        json!({
            "id": format!("{id}-session-{person}"),
            "modalities": ["audio"],
            "startDateTime": begins.to_string(),
            "endDateTime": ends.to_string(),
            "caller": {
                "@odata.type": "#microsoft.graph.callRecords.participantEndpoint",
                "associatedIdentity": identity(person),
                "userAgent": { "platform": "windows", "productFamily": "teams" },
            },
            "segments": [],
        })
    };
    json!({
        "id": id,
        "version": version,
        "type": "groupCall",
        "modalities": ["audio"],
        "startDateTime": begins.to_string(),
        "endDateTime": (begins + SignedDuration::from_hours(1)).to_string(),
        "organizer_v2": participant(people.start),
        "participants_v2": people.clone().map(participant).collect::<Vec<_>>(),
        "sessions": people.map(session).collect::<Vec<_>>(),
    })
}
