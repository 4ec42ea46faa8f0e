//! One state of a call record, cut so that a page costs only its own size.

use jiff::Timestamp;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::node::Node;
use crate::packed::Packed;

/// The properties that have sub-resources of their own.
const NAVIGATIONS: [&str; 2] = ["sessions", "participants_v2"];

/// Why a text is not a call record that can be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Not JSON, or not the expected form; the sentence says what was expected.
    #[error("{0}")]
    Malformed(String),
    /// The record's own id is another than the one it was loaded under.
    #[error("the path names call record {path}, the body is call record {body}")]
    OtherId { path: String, body: String },
}

/// A call record as Graph would show it at one moment.
#[derive(Debug)]
pub(crate) struct RecordState {
    pub(crate) id: String,
    /// Absent when the loaded record has none; it is served as it is.
    pub(crate) version: Option<i64>,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) ended_at: Option<Timestamp>,
    /// The record without sessions and participants.
    head: Box<str>,
    pub(crate) sessions: Packed,
    pub(crate) participants: Packed,
    pub(crate) participant_ids: Vec<String>,
}

impl RecordState {
    /// Reads a record as Graph returns it expanded, in the present or the retired shape.
    ///
    /// Its own links and contexts of sessions and participants are dropped: the service makes its
    /// own pages. What is not an array there stays as it is and is served so.
    pub(crate) fn parse(json: &[u8]) -> Result<Self, LoadError> {
        let malformed = |error: serde_json::Error| {
            LoadError::Malformed(format!("not a call record in JSON: {error}"))
        };
        Self::of(serde_json::from_slice(json).map_err(malformed)?)
    }

    /// Like [`parse`](Self::parse), from a value.
    pub(crate) fn of(node: Node) -> Result<Self, LoadError> {
        let id = node.get("id").and_then(Node::as_str).unwrap_or_default().to_owned();
        let Node::Object(mut head) = node else {
            return Err(LoadError::Malformed("a call record is a JSON object".to_owned()));
        };
        if id.is_empty() {
            return Err(LoadError::Malformed("the call record has no \"id\"".to_owned()));
        }
        let [sessions, participants] = NAVIGATIONS.map(|name| take_items(&mut head, name));
        head.retain(|(key, _)| !is_made_by_the_service(key));
        let participant_ids = participants
            .iter()
            .filter_map(|participant| participant.get("id")?.as_str().map(str::to_owned))
            .collect();
        let head = Node::Object(head);
        Ok(Self {
            version: head.get("version").and_then(integer),
            started_at: time(&head, "startDateTime"),
            ended_at: time(&head, "endDateTime"),
            head: text(&head),
            sessions: Packed::new(&sessions),
            participants: Packed::new(&participants),
            participant_ids,
            id,
        })
    }

    /// The record's own properties, without sessions and participants.
    pub(crate) fn head(&self) -> Vec<(String, Node)> {
        match serde_json::from_str(&self.head) {
            Ok(Node::Object(pairs)) => pairs,
            _ => Vec::new(),
        }
    }
}

/// Records in one text: one object, an array of them, or `{"value": [ … ]}`.
pub(crate) fn split_records(json: &[u8]) -> Result<Vec<Box<str>>, LoadError> {
    let expected = |error: serde_json::Error| {
        LoadError::Malformed(format!(
            "expected a call record, an array of them, or an object with \"value\": {error}"
        ))
    };
    #[derive(serde::Deserialize)]
    struct Listed<'a> {
        #[serde(borrow)]
        value: Option<Vec<&'a RawValue>>,
        #[serde(borrow)]
        id: Option<&'a RawValue>,
    }
    let raw: &RawValue = serde_json::from_slice(json).map_err(expected)?;
    let own = |items: Vec<&RawValue>| items.into_iter().map(|item| item.get().into()).collect();
    if raw.get().starts_with('[') {
        return serde_json::from_str(raw.get()).map(own).map_err(expected);
    }
    match serde_json::from_str::<Listed<'_>>(raw.get()) {
        Ok(Listed { value: Some(items), id: None }) => Ok(own(items)),
        _ => Ok(vec![raw.get().into()]),
    }
}

/// Takes the array under `name` out of the record; anything else under that name stays.
fn take_items(head: &mut Vec<(String, Node)>, name: &str) -> Vec<Node> {
    let mut taken = Vec::new();
    head.retain_mut(|(key, value)| match value {
        Node::Array(items) if key == name => {
            taken = std::mem::take(items);
            false
        }
        _ => true,
    });
    taken
}

fn is_made_by_the_service(key: &str) -> bool {
    key.split_once("@odata.").is_some_and(|(owner, _)| {
        owner.is_empty() && key == "@odata.context"
            || owner == "organizer_v2"
            || NAVIGATIONS.contains(&owner)
    })
}

fn text(node: &Node) -> Box<str> {
    serde_json::to_string(node).unwrap_or_default().into()
}

fn integer(node: &Node) -> Option<i64> {
    match node {
        Node::Leaf(Value::Number(number)) => number.as_i64(),
        Node::Leaf(Value::String(text)) => text.parse().ok(),
        _ => None,
    }
}

fn time(head: &Node, key: &str) -> Option<Timestamp> {
    head.get(key)?.as_str()?.parse().ok()
}
