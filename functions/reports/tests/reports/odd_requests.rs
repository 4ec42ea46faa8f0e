//! A viewer's mistake is answered to the viewer, and raises no alarm.

use serde_json::{Value, json};

use crate::world::{ADA, World};

/// The codes of errors that no operator can do anything about: nothing is logged for them.
const OF_THE_VIEWER: [&str; 2] = ["request", "not_found"];

#[tokio::test]
async fn an_odd_request_is_the_viewers_mistake_and_never_the_operators() {
    let world = World::with_a_week().await;
    let long = "x".repeat(5_000);
    let ada = format!("user:{}", ADA.id);
    for event in [
        Value::Null,
        json!([]),
        json!("overview"),
        json!(7),
        json!({"report": 7}),
        json!({"report": long}),
        json!({"report": "call"}),
        json!({"report": "call", "call": long}),
        json!({"report": "call", "call": "\u{0}"}),
        json!({"report": "call", "call": "ä"}),
        json!({"report": "call", "call": "a/b"}),
        json!({"report": "call", "call": ".."}),
        json!({"report": "call", "call": "nowhere"}),
        json!({"report": "person"}),
        json!({"report": "person", "person": "nobody"}),
        json!({"report": "person", "person": format!("user:{long}")}),
        json!({"report": "person", "person": format!("{long}:{long}")}),
        json!({"report": "person", "person": "sealed:AAAA"}),
        json!({"report": "person", "person": "user:\u{0}"}),
        json!({"report": "person", "person": ada, "from": "9999-12-31", "to": "9999-12-31"}),
        json!({"report": "overview", "from": "-009999-01-01", "to": "-009999-01-01"}),
        json!({"report": "overview", "from": "2026-02-30", "to": "2026-03-01"}),
        json!({"report": "overview", "from": "2026-03-02", "to": "2026-03-01"}),
        json!({"report": "overview", "range": "for_ever"}),
        json!({"report": "overview", "time_zone": "Europe/Nowhere"}),
        json!({"report": "overview", "time_zone": "../../etc/passwd"}),
        json!({"report": "people", "page": u64::MAX, "size": 0}),
        json!({"report": "people", "page": -1}),
        json!({"report": "overview", "format": "pdf"}),
        json!({"report": "overview", "colour": "red"}),
        json!({"widgetContext": 7, "format": "json"}),
        json!({"widgetContext": {"timeRange": "always"}, "format": "json"}),
        json!({"report": "noted_calls", "person": "nobody"}),
        json!({"report": "noted_calls", "person": "sealed:AAAA"}),
        json!({"report": "noted_calls", "dimension": "site", "value": format!("={long}")}),
        json!({"report": "noted_calls", "dimension": "site", "value": "sealed:AAAA"}),
        json!({"report": "noted_calls", "dimension": "site", "value": "=\u{0}"}),
        json!({"report": "noted_calls", "dimension": long, "value": "="}),
        json!({"report": "noted_calls", "minutes": u64::MAX}),
        json!({"report": "noted_calls", "minutes": -1}),
        json!({"report": "noted_calls", "page": u64::MAX}),
        json!({"report": "noted_calls", "from": "9999-12-31", "to": "9999-12-31"}),
        json!({"report": "quality", "from": "9999-12-31", "to": "9999-12-31"}),
        json!({"report": "quality", "from": "-009999-01-01", "to": "-009999-01-01"}),
        json!({"report": "quality", "dimension": "planet"}),
        json!({"report": "quality", "dimension": "site", "page": u64::MAX}),
        json!({"find": long, "format": "json"}),
        json!({"find": 7}),
    ] {
        let answer = world.ask(event.clone()).await;
        let Some(code) = answer["error"]["code"].as_str() else { continue };
        assert!(OF_THE_VIEWER.contains(&code), "{event}: {answer}");
    }
}
