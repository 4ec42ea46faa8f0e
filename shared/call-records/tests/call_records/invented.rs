//! Invented records, as the JSON that Graph would send.

use call_records::{
    AudioClassifier, Call, CallBuilder, Participation, SessionSummary, decode_record,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The organisation whose records these are.
pub(crate) const HOME: &str = "aaaaaaaa-0000-4000-8000-00000000000a";
/// Another organisation.
pub(crate) const ELSEWHERE: &str = "bbbbbbbb-0000-4000-8000-00000000000b";
/// The id of every invented call.
pub(crate) const CALL: &str = "cccccccc-0000-4000-8000-00000000000c";

/// The directory id of the n-th invented person.
pub(crate) fn id(n: u32) -> String {
    format!("00000000-0000-4000-8000-{n:012}")
}

/// The key of the n-th invented person.
pub(crate) fn key(n: u32) -> String {
    format!("user:{}", id(n))
}

/// The n-th invented person, of the home organisation.
pub(crate) fn person(n: u32) -> Value {
    json!({
        "id": id(n),
        "displayName": format!("Person {n}"),
        "tenantId": HOME,
        "userPrincipalName": format!("person{n}@contoso.example"),
    })
}

/// An endpoint with that identity on it.
pub(crate) fn endpoint(identity: Value) -> Value {
    json!({
        "associatedIdentity": identity,
        "userAgent": {"platform": "windows", "productFamily": "teams"},
    })
}

/// The endpoint of a service.
pub(crate) fn service() -> Value {
    json!({"userAgent": {"platform": "unknown", "productFamily": "unknown", "headerValue": null}})
}

/// So many seconds after nine in the morning of 2 March 2026, UTC.
pub(crate) fn at(seconds: i64) -> String {
    let nine: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    (nine + SignedDuration::from_secs(seconds)).to_string()
}

/// A session with that caller and callee.
pub(crate) fn session(id: &str, caller: Value, callee: Value, start: i64, end: i64) -> Value {
    json!({
        "id": id,
        "caller": caller,
        "callee": callee,
        "startDateTime": at(start),
        "endDateTime": at(end),
        "modalities": ["audio"],
    })
}

/// A session of the n-th person in a meeting.
pub(crate) fn joined(id: &str, n: u32, start: i64, end: i64) -> Value {
    session(id, endpoint(person(n)), service(), start, end)
}

/// A record with those sessions, an hour long.
pub(crate) fn record(call_type: &str, sessions: Vec<Value>) -> Value {
    json!({
        "id": CALL,
        "version": 1,
        "type": call_type,
        "modalities": ["audio"],
        "startDateTime": at(0),
        "endDateTime": at(3_600),
        "sessions": sessions,
    })
}

/// `value` with other members on top; objects are merged.
pub(crate) fn with(mut value: Value, members: Value) -> Value {
    merge(&mut value, members);
    value
}

fn merge(target: &mut Value, members: Value) {
    match (target, members) {
        (Value::Object(target), Value::Object(members)) => {
            for (key, member) in members {
                merge(target.entry(key).or_insert(Value::Null), member);
            }
        }
        (target, other) => *target = other,
    }
}

/// The call that the record tells of, and what is shown of its sessions.
pub(crate) fn told_by(record: &Value, classifier: AudioClassifier) -> (Call, Vec<SessionSummary>) {
    let page = decode_record(record.to_string().as_bytes()).unwrap();
    let mut builder = CallBuilder::new(Some(HOME), classifier);
    builder.record(&page.record);
    builder.participants(&page.participants.value);
    let summaries = builder.sessions(&page.sessions.value);
    (builder.finish().unwrap(), summaries)
}

/// The call that the record tells of.
pub(crate) fn call(record: &Value) -> Call {
    told_by(record, AudioClassifier::default()).0
}

/// The part of the person with that key.
pub(crate) fn part<'a>(call: &'a Call, key: &str) -> &'a Participation {
    let known: Vec<_> = call.people.keys().map(ToString::to_string).collect();
    call.people.get(&key.parse().unwrap()).unwrap_or_else(|| panic!("{key} is not among {known:?}"))
}

/// The part of the only person in the call.
pub(crate) fn only_part(call: &Call) -> &Participation {
    assert_eq!(call.people.len(), 1, "{:?}", call.people.keys());
    call.people.values().next().unwrap()
}

/// Seconds as text, or nothing.
pub(crate) fn talk(part: &Participation) -> Option<String> {
    part.talk_seconds.map(|seconds| seconds.to_string())
}
