//! What calls did at queues and attendants, from records to the numbers of a day.
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps what is not there fails, as it should"
)]

mod by_hand;
mod definitions;
mod hotline;
mod properties;

use call_records::{AudioClassifier, CallBuilder, CallDetail, decode_record, decode_record_facts};
use jiff::Timestamp;
use serde_json::Value;
use voice_apps::{AppCounts, DayVoiceApps};

/// The call of a record.
fn detail(record: &Value) -> CallDetail {
    let json = record.to_string();
    let page = decode_record(json.as_bytes()).unwrap();
    let mut builder = CallBuilder::new(None, AudioClassifier::default());
    builder.record(&page.record);
    builder.participants(&page.participants.value);
    let facts = decode_record_facts(json.as_bytes()).unwrap();
    builder.sessions_with_facts(&page.sessions.value, &facts);
    builder.finish_in_detail().unwrap()
}

/// What records show as they are known at a time.
fn day<'a>(records: impl IntoIterator<Item = &'a Value>, now: Timestamp) -> DayVoiceApps {
    let mut day = DayVoiceApps::default();
    for record in records {
        let CallDetail { call, flow, .. } = detail(record);
        day.add(&call, &flow, now);
    }
    day
}

/// The counts of the app of this name.
fn counts(day: &DayVoiceApps, app: &str) -> AppCounts {
    day.apps.get(&app.parse().unwrap()).map(|app| app.counts.clone()).unwrap_or_default()
}
