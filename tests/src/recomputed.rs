//! The quality of days, computed from call records alone.

use std::collections::BTreeMap;

use call_quality::DayQuality;
use call_records::{AudioClassifier, CallBuilder, CallDetail, decode_record, decode_record_facts};
use jiff::civil::Date;
use serde_json::Value as Json;
use sites::Sites;

/// What the newest versions of the records add up to, by day.
pub fn recomputed<'a>(
    records: impl IntoIterator<Item = &'a Json>,
    tenant_id: &str,
    sites: Option<&Sites>,
) -> anyhow::Result<BTreeMap<Date, DayQuality>> {
    let mut days = BTreeMap::<Date, DayQuality>::new();
    for record in records {
        let json = record.to_string();
        let page = decode_record(json.as_bytes())?;
        let mut builder = CallBuilder::new(Some(tenant_id), AudioClassifier::default());
        builder.record(&page.record);
        builder.participants(&page.participants.value);
        let facts = decode_record_facts(json.as_bytes())?;
        builder.sessions_with_facts(&page.sessions.value, &facts);
        let CallDetail { call, legs, .. } = builder.finish_in_detail()?;
        days.entry(call.day()).or_default().add(&call, &legs, sites);
    }
    Ok(days)
}
