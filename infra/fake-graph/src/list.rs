//! The list of call records.

use std::ops::Bound;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::HeaderMap;

use crate::node::Node;
use crate::odata::{ListFilter, Position, Preferences, Query};
use crate::records::Entry;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::state::RecordState;

/// `GET /communications/callRecords`
pub(crate) async fn call_records(
    State(service): State<Arc<Service>>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let raw = raw.unwrap_or_default();
    let query = Query::parse(&raw)?;
    if query.expand.is_some() {
        return Err(Refusal::bad_request("$expand is not supported on a list of call records."));
    }
    let filter = ListFilter::parse(query.filter.as_deref().unwrap_or_default())?;
    let preferences = Preferences::of(&headers);
    let most = service.page_sizes.list;
    let (after, size) = match query.position {
        Some(Position { from, size }) => (Some(from), size),
        None => (None, preferences.max_page_size.unwrap_or(most).min(most).max(1)),
    };
    let mut found = service.matching(&filter, after.as_deref(), size + 1);
    let is_last = found.len() <= size;
    found.truncate(size);
    let mut answer = Vec::new();
    if let Some(last) = found.last().filter(|_| !is_last) {
        let link = service.next_link(&raw, &Position { from: last.id.clone(), size });
        answer.push(("@odata.nextLink".to_owned(), Node::text(link)));
    }
    let entries = found.iter().map(|record| {
        let mut head = service.head(record, query.select.as_deref(), preferences);
        // Captures show the retired list always empty here, and no context of participants.
        head.retain(|(key, _)| key != "participants_v2@odata.context");
        for (key, value) in &mut head {
            if key == "participants" {
                *value = Node::Array(Vec::new());
            }
        }
        Node::Object(head)
    });
    answer.push(("value".to_owned(), Node::Array(entries.collect())));
    Ok(service.answer("communications/callRecords", answer, preferences))
}

impl Service {
    fn matching(
        &self,
        filter: &ListFilter,
        after: Option<&str>,
        most: usize,
    ) -> Vec<Arc<RecordState>> {
        let now = self.now();
        let state = self.lock();
        let fits = |entry: &Entry| -> Option<Arc<RecordState>> {
            let record = entry.listed(now)?;
            let takes_part = |id: &String| record.participant_ids.contains(id);
            let covered = filter.covers(record.started_at);
            (covered && filter.participants.iter().all(takes_part)).then(|| Arc::clone(record))
        };
        if let Some((from, to)) = filter.bounds() {
            let ids = state.records.begun_between(from, to);
            let further = ids.into_iter().filter(|id| after.is_none_or(|after| *id > after));
            return further.filter_map(|id| fits(state.records.0.get(id)?)).take(most).collect();
        }
        let after = after.map_or(Bound::Unbounded, Bound::Excluded);
        let entries = state.records.0.range::<str, _>((after, Bound::Unbounded));
        entries.filter_map(|(_, entry)| fits(entry)).take(most).collect()
    }

    /// The same query, further on.
    fn next_link(&self, query: &str, position: &Position) -> String {
        let kept = query.split('&').filter(|option| {
            !option.is_empty()
                && !option.starts_with("$skiptoken=")
                && !option.to_ascii_lowercase().starts_with("%24skiptoken=")
        });
        let kept: Vec<_> = kept.map(str::to_owned).collect();
        let token = format!("$skiptoken={}", position.token());
        let query = kept.into_iter().chain([token]).collect::<Vec<_>>().join("&");
        format!("{}/v1.0/communications/callRecords?{query}", self.origin)
    }
}
