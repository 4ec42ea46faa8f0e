use jiff::Timestamp;

use crate::json::{self, Object};
use crate::{
    CallType, DecodeError, IdentitySet, Modality, Page, Participant, Session, parse_timestamp,
};

/// A call record without its sessions and participants (`callRecord`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The call, a GUID in lower case.
    pub id: String,
    /// Rises with every version of the record.
    pub version: i64,
    /// What kind of call it was; `unknown` when Graph does not say.
    pub call_type: CallType,
    /// What was transported, each once.
    pub modalities: Vec<Modality>,
    /// When the first participant joined.
    pub started_at: Option<Timestamp>,
    /// When the last participant left.
    pub ended_at: Option<Timestamp>,
    /// When Graph made this version.
    pub last_modified_at: Option<Timestamp>,
    /// The link of the meeting.
    pub join_web_url: Option<String>,
    /// Who organised the meeting or placed the call (`organizer_v2`).
    pub organizer: Option<Participant>,
    /// The same in the retired form (`organizer`), in old records.
    pub retired_organizer: Option<IdentitySet>,
    /// The people of the retired list (`participants`), in old records.
    pub retired_participants: Vec<IdentitySet>,
}

/// What a `GET` of a call record brought: the record and what was expanded in it.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordPage {
    /// The record.
    pub record: Record,
    /// The first page of its sessions, when they were asked for.
    pub sessions: Page<Session>,
    /// The first page of its participants, when they were asked for.
    pub participants: Page<Participant>,
}

impl Record {
    fn decode(object: &Object) -> Result<Self, DecodeError> {
        let identity_set = |set: &Object| Ok(IdentitySet::decode(set));
        Ok(Self {
            id: mandatory_id(object)?,
            version: mandatory_version(object)?,
            call_type: json::word(object, "type").unwrap_or_default(),
            modalities: modalities(object),
            started_at: timestamp(object, "startDateTime"),
            ended_at: timestamp(object, "endDateTime"),
            last_modified_at: timestamp(object, "lastModifiedDateTime"),
            join_web_url: json::string(object, "joinWebUrl")
                .filter(|link| link.len() <= MAX_LINK_LENGTH),
            organizer: json::decode_member(object, "organizer_v2", Participant::decode)?,
            retired_organizer: json::decode_member(object, "organizer", identity_set)?,
            retired_participants: json::decode_array(object, "participants", identity_set)?,
        })
    }
}

/// Decodes the answer to a `GET` of a call record, whatever was expanded in it.
///
/// # Errors
/// When the bytes are not JSON, when the id or the version is missing, or when something that
/// holds sessions, participants or identities has another type than it must have.
pub fn decode_record(json: &[u8]) -> Result<RecordPage, DecodeError> {
    let document = json::parse(json)?;
    let object = json::object(&document)?;
    Ok(RecordPage {
        record: Record::decode(object)?,
        sessions: Page::decode_member(object, "sessions", Session::decode)?,
        participants: Page::decode_member(object, "participants_v2", Participant::decode)?,
    })
}

/// A longer link would fill an item of the table; meeting links have a few hundred bytes.
const MAX_LINK_LENGTH: usize = 8_192;

/// A longer id does not fit into a key of the table. Graph's are GUIDs.
const MAX_ID_LENGTH: usize = 512;

pub(crate) fn mandatory_id(object: &Object) -> Result<String, DecodeError> {
    let id = json::string(object, "id").ok_or_else(|| DecodeError::missing("id"))?;
    if id.len() > MAX_ID_LENGTH {
        return Err(DecodeError::wrong_type("an id of at most 512 bytes").within("id"));
    }
    Ok(call_id::guid_in_lower_case(&id))
}

pub(crate) fn mandatory_version(object: &Object) -> Result<i64, DecodeError> {
    match object.get("version") {
        None | Some(serde_json::Value::Null) => Err(DecodeError::missing("version")),
        Some(_) => json::integer(object, "version")
            .ok_or_else(|| DecodeError::wrong_type("a whole number").within("version")),
    }
}

pub(crate) fn timestamp(object: &Object, key: &str) -> Option<Timestamp> {
    json::text(object, key).and_then(parse_timestamp)
}

/// Far more than there are.
const MAX_MODALITIES: usize = 32;

/// The modalities in the order in which they came, each once.
pub(crate) fn modalities(object: &Object) -> Vec<Modality> {
    let mut modalities = Vec::new();
    for modality in json::words(object, "modalities") {
        if modalities.len() < MAX_MODALITIES && !modalities.contains(&modality) {
            modalities.push(modality);
        }
    }
    modalities
}
