//! One call record: the whole of it, its sessions, its participants.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::node::Node;
use crate::odata::{Expand, Position, Preferences, Query};
use crate::packed::Packed;
use crate::phone_logs::{self, PhoneLog};
use crate::refusal::Refusal;
use crate::service::Service;
use crate::shape::{omit_metadata, shape};
use crate::state::RecordState;

type Shared = State<Arc<Service>>;
type Pairs = Vec<(String, Node)>;

/// The relationships of a call record that can be expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Sessions { with_segments: bool },
    Participants,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Sessions { .. } => "sessions",
            Self::Participants => "participants_v2",
        }
    }

    fn entries(self, record: &RecordState) -> &Packed {
        match self {
            Self::Sessions { .. } => &record.sessions,
            Self::Participants => &record.participants,
        }
    }

    /// As in the context of an answer.
    fn projection(self) -> &'static str {
        match self {
            Self::Sessions { with_segments: true } => "sessions(segments())",
            Self::Sessions { with_segments: false } => "sessions()",
            Self::Participants => "participants_v2()",
        }
    }

    fn expanded(expand: &Expand) -> Result<Self, Refusal> {
        let part = match (expand.relationship.as_str(), expand.inner.as_deref()) {
            ("sessions", None) => Self::Sessions { with_segments: false },
            ("sessions", Some("segments")) => Self::Sessions { with_segments: true },
            ("participants_v2", None) => Self::Participants,
            (name, _) => {
                return Err(Refusal::bad_request(format!("Could not expand '{name}' here.")));
            }
        };
        match (part, &expand.select) {
            (Self::Participants, Some(_)) => {
                Err(Refusal::bad_request("$select is not supported on participants_v2."))
            }
            _ => Ok(part),
        }
    }
}

/// One page of a part.
struct Page {
    entries: Vec<Node>,
    next_link: Option<String>,
}

/// `GET /communications/callRecords/{id}`, or a function of the collection in place of an id.
pub(crate) async fn record(
    State(service): Shared,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let preferences = Preferences::of(&headers);
    let raw = query.as_deref().unwrap_or_default();
    if let Some(log) = PhoneLog::called_by(&id) {
        return phone_logs::rows(&service, log, &id, raw, preferences);
    }
    let query = Query::parse(raw)?.without_filter()?;
    let part = query.expand.as_ref().map(Part::expanded).transpose()?;
    let now = service.now();
    let found = {
        let mut state = service.lock();
        let state = &mut *state;
        let lag = state.faults.random.answers.stale;
        let lag = state.faults.happens(lag);
        let entry = state.records.0.get_mut(&id).ok_or_else(Refusal::no_such_record)?;
        if let Some(body) = &entry.instead {
            return Ok(([(header::CONTENT_TYPE, "application/json")], body.clone()).into_response());
        }
        let found = entry.read(now, lag).ok_or_else(Refusal::no_such_record)?;
        if matches!(part, Some(Part::Sessions { .. })) {
            entry.page_was_served();
        }
        found
    };
    let mut answer = service.head(&found, query.select.as_deref(), preferences);
    if let (Some(part), Some(expand)) = (part, &query.expand) {
        let start = Position { from: "0".to_owned(), size: service.size_of(part, preferences) };
        let page = service.page(&found, part, expand.select.as_deref(), &start, preferences)?;
        answer.retain(|(key, _)| key != part.name());
        answer.push((part.name().to_owned(), Node::Array(page.entries)));
        if let Some(link) = page.next_link {
            answer.push((format!("{}@odata.nextLink", part.name()), Node::text(link)));
        }
    }
    let entity = match (part, &query.select) {
        (Some(part), None) => format!("callRecords({})/$entity", part.projection()),
        (Some(part), Some(select)) => {
            format!("callRecords({},{})/$entity", select.join(","), part.projection())
        }
        (None, Some(select)) => format!("callRecords({})/$entity", select.join(",")),
        (None, None) => "callRecords/$entity".to_owned(),
    };
    Ok(service.answer(&format!("communications/{entity}"), answer, preferences))
}

/// `GET /communications/callRecords/{id}/sessions`
pub(crate) async fn sessions(
    State(service): Shared,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let query = Query::parse(query.as_deref().unwrap_or_default())?.without_filter()?;
    let with_segments = match query.expand.as_ref().map(|expand| expand.relationship.as_str()) {
        None => false,
        Some("segments") => true,
        Some(name) => {
            return Err(Refusal::bad_request(format!("Could not expand '{name}' here.")));
        }
    };
    service.list_part(&id, Part::Sessions { with_segments }, &query, Preferences::of(&headers))
}

/// `GET /communications/callRecords/{id}/participants_v2`
pub(crate) async fn participants(
    State(service): Shared,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let query = Query::parse(query.as_deref().unwrap_or_default())?.without_filter()?;
    if query.expand.is_some() || query.select.is_some() {
        return Err(Refusal::bad_request("Neither $expand nor $select is supported here."));
    }
    service.list_part(&id, Part::Participants, &query, Preferences::of(&headers))
}

impl Service {
    fn size_of(&self, part: Part, preferences: Preferences) -> usize {
        let most = match part {
            Part::Sessions { .. } => self.page_sizes.sessions,
            Part::Participants => self.page_sizes.participants,
        };
        preferences.max_page_size.unwrap_or(most).min(most).max(1)
    }

    fn list_part(
        &self,
        id: &str,
        part: Part,
        query: &Query,
        preferences: Preferences,
    ) -> Result<Response, Refusal> {
        let found = {
            let now = self.now();
            let mut state = self.lock();
            let entry = state.records.0.get_mut(id).ok_or_else(Refusal::no_such_record)?;
            if let Some(body) = &entry.instead {
                let json = [(header::CONTENT_TYPE, "application/json")];
                return Ok((json, body.clone()).into_response());
            }
            let found = entry.listed(now).cloned().ok_or_else(Refusal::no_such_record)?;
            if matches!(part, Part::Sessions { .. }) {
                entry.page_was_served();
            }
            found
        };
        let start = query.position.clone().unwrap_or_else(|| Position {
            from: "0".to_owned(),
            size: self.size_of(part, preferences),
        });
        let page = self.page(&found, part, query.select.as_deref(), &start, preferences)?;
        let mut answer = Vec::new();
        if let Some(link) = page.next_link {
            answer.push(("@odata.nextLink".to_owned(), Node::text(link)));
        }
        answer.push(("value".to_owned(), Node::Array(page.entries)));
        let projection = match part {
            Part::Sessions { with_segments: true } => "(segments())",
            _ => "",
        };
        let context = format!("communications/callRecords('{id}')/{}{projection}", part.name());
        Ok(self.answer(&context, answer, preferences))
    }

    fn page(
        &self,
        record: &RecordState,
        part: Part,
        select: Option<&[String]>,
        start: &Position,
        preferences: Preferences,
    ) -> Result<Page, Refusal> {
        let all = part.entries(record);
        let (from, size) = (start.index()?, start.size.max(1));
        let mut entries = all.range(from, size);
        for entry in &mut entries {
            if let Node::Object(pairs) = entry {
                if part == (Part::Sessions { with_segments: false }) {
                    pairs.retain(|(key, _)| key != "segments" && !key.starts_with("segments@"));
                }
                select_from(pairs, select, &["segments"]);
            }
            shape(entry, preferences);
        }
        let next_link = (all.len() > from + size).then(|| {
            let next = Position { from: (from + size).to_string(), size };
            let (origin, id, name) = (&self.origin, &record.id, part.name());
            let expand = match part {
                Part::Sessions { with_segments: true } => "$expand=segments&",
                _ => "",
            };
            let select = select.map(|names| format!("$select={}&", names.join(",")));
            let select = select.unwrap_or_default();
            format!(
                "{origin}/v1.0/communications/callRecords/{id}/{name}?{expand}{select}$skiptoken={}",
                next.token()
            )
        });
        Ok(Page { entries, next_link })
    }

    /// The record's own properties, with the organizer, which is expanded without being asked for.
    pub(crate) fn head(
        &self,
        record: &RecordState,
        select: Option<&[String]>,
        preferences: Preferences,
    ) -> Pairs {
        let mut head = record.head();
        select_from(&mut head, select, &[]);
        let mut head = Node::Object(head);
        shape(&mut head, preferences);
        let Node::Object(head) = head else {
            return Vec::new();
        };
        let context = |name: &str| {
            let text = format!(
                "{}/v1.0/$metadata#communications/callRecords('{}')/{name}/$entity",
                self.origin, record.id
            );
            (format!("{name}@odata.context"), Node::text(text))
        };
        let mut answer = Vec::with_capacity(head.len() + 2);
        for (key, value) in head {
            if key == "organizer_v2" {
                answer.push(context(&key));
            }
            answer.push((key, value));
        }
        if select.is_none() {
            answer.push(context("participants_v2"));
        }
        answer
    }

    /// The answer with its context and headers.
    pub(crate) fn answer(
        &self,
        context: &str,
        mut pairs: Pairs,
        preferences: Preferences,
    ) -> Response {
        let context = format!("{}/v1.0/$metadata#{context}", self.origin);
        pairs.insert(0, ("@odata.context".to_owned(), Node::text(context)));
        let mut body = Node::Object(pairs);
        let metadata = if preferences.without_metadata {
            omit_metadata(&mut body);
            "none"
        } else {
            "minimal"
        };
        let body = serde_json::to_string(&body).unwrap_or_default();
        let content_type = format!(
            "application/json;odata.metadata={metadata};odata.streaming=true;\
             IEEE754Compatible=false;charset=utf-8"
        );
        let mut answer = body.into_response();
        let headers = answer.headers_mut();
        if let Ok(value) = HeaderValue::from_str(&content_type) {
            headers.insert(header::CONTENT_TYPE, value);
        }
        let applied = preferences.applied().and_then(|text| HeaderValue::from_str(&text).ok());
        if let Some(value) = applied {
            headers.insert(HeaderName::from_static("preference-applied"), value);
        }
        answer
    }
}

/// Keeps the selected properties, the key, and what was expanded.
fn select_from(pairs: &mut Pairs, select: Option<&[String]>, expanded: &[&str]) {
    if let Some(names) = select {
        pairs.retain(|(key, _)| {
            key == "id" || names.contains(key) || expanded.contains(&key.as_str())
        });
    }
}
