use std::borrow::Cow;

use jiff::Timestamp;
use serde::de::{MapAccess, SeqAccess};

use crate::identity::IdentitySetMembers;
use crate::json::{self, Faults, Leaf as _, Members, Object, ObjectOf, Read, Scalar, Shape};
use crate::page::NextLink;
use crate::session::SessionMembers;
use crate::{CallType, DecodeError, IdentitySet, Modality, Page, Participant, Session};

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

/// What a record and its entry in the list have in common.
#[derive(Default)]
pub(crate) struct RecordHead {
    id: Option<String>,
    /// Some when there is one, be it a whole number or not.
    version: Option<Option<i64>>,
    pub(crate) call_type: Option<CallType>,
    pub(crate) modalities: Vec<Modality>,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) last_modified_at: Option<Timestamp>,
}

impl RecordHead {
    /// Reads a member, if it is one of these.
    pub(crate) fn read_member<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        members: &mut Members<A>,
    ) -> Result<bool, A::Error> {
        match key {
            "id" => self.id = members.leaf()?,
            "version" => {
                self.version = match members.scalar()? {
                    Scalar::Null => None,
                    version => Some(i64::of(version)),
                }
            }
            "type" => self.call_type = members.leaf()?,
            "modalities" => self.modalities = members.value::<Modalities>()?,
            "startDateTime" => self.started_at = members.leaf()?,
            "endDateTime" => self.ended_at = members.leaf()?,
            "lastModifiedDateTime" => self.last_modified_at = members.leaf()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    pub(crate) fn id(&self) -> Result<String, DecodeError> {
        let id = self.id.as_deref().ok_or_else(|| DecodeError::missing("id"))?;
        if id.len() > MAX_ID_LENGTH {
            return Err(DecodeError::wrong_type("an id of at most 512 bytes").within("id"));
        }
        Ok(call_id::guid_in_lower_case(id))
    }

    pub(crate) fn version(&self) -> Result<i64, DecodeError> {
        let version = self.version.ok_or_else(|| DecodeError::missing("version"))?;
        version.ok_or_else(|| DecodeError::wrong_type("a whole number").within("version"))
    }
}

#[derive(Default)]
struct RecordMembers {
    head: RecordHead,
    join_web_url: Option<String>,
    organizer: Option<Participant>,
    retired_organizer: Option<IdentitySet>,
    retired_participants: Vec<IdentitySet>,
    sessions: Vec<Session>,
    sessions_link: NextLink,
    participants: Vec<Participant>,
    participants_link: NextLink,
}

impl<'de> Object<'de> for RecordMembers {
    type Done = RecordPage;

    fn read<A: MapAccess<'de>>(
        &mut self,
        key: Cow<'de, str>,
        members: &mut Members<A>,
    ) -> Result<(), A::Error> {
        match &*key {
            "joinWebUrl" => self.join_web_url = members.leaf()?,
            "organizer_v2" => {
                self.organizer = members.object::<Participant>("organizer_v2")?;
            }
            "organizer" => {
                self.retired_organizer = members.object::<IdentitySetMembers>("organizer")?;
            }
            "participants" => {
                self.retired_participants = members.array::<IdentitySetMembers>("participants")?;
            }
            "sessions" => self.sessions = members.array::<SessionMembers>("sessions")?,
            "participants_v2" => {
                self.participants = members.array::<Participant>("participants_v2")?;
            }
            key if key.starts_with("sessions@") => {
                self.sessions_link.read_or_skip("sessions", key, members)?;
            }
            key => {
                if !self.head.read_member(key, members)? {
                    self.participants_link.read_or_skip("participants_v2", key, members)?;
                }
            }
        }
        Ok(())
    }

    fn done(self, mut faults: Faults) -> Result<RecordPage, DecodeError> {
        let (id, version) = (self.head.id()?, self.head.version()?);
        faults.check(&["organizer_v2", "organizer", "participants", "sessions"])?;
        let next_link = self.sessions_link.of("sessions")?;
        let sessions = Page { value: self.sessions, next_link };
        faults.check(&["participants_v2"])?;
        let next_link = self.participants_link.of("participants_v2")?;
        let participants = Page { value: self.participants, next_link };
        let record = Record {
            id,
            version,
            call_type: self.head.call_type.unwrap_or_default(),
            modalities: self.head.modalities,
            started_at: self.head.started_at,
            ended_at: self.head.ended_at,
            last_modified_at: self.head.last_modified_at,
            join_web_url: self.join_web_url.filter(|link| link.len() <= MAX_LINK_LENGTH),
            organizer: self.organizer,
            retired_organizer: self.retired_organizer,
            retired_participants: self.retired_participants,
        };
        Ok(RecordPage { record, sessions, participants })
    }
}

/// Decodes the answer to a `GET` of a call record, whatever was expanded in it.
///
/// # Errors
/// When the bytes are not JSON, when the id or the version is missing, or when something that
/// holds sessions, participants or identities has another type than it must have.
pub fn decode_record(json: &[u8]) -> Result<RecordPage, DecodeError> {
    let record = json::parse::<Read<ObjectOf<RecordMembers>>>(json)?.0?;
    record.ok_or_else(|| DecodeError::wrong_type("an object"))
}

/// A longer link would fill an item of the table; meeting links have a few hundred bytes.
const MAX_LINK_LENGTH: usize = 8_192;

/// A longer id does not fit into a key of the table. Graph's are GUIDs.
const MAX_ID_LENGTH: usize = 512;

/// Far more than there are.
const MAX_MODALITIES: usize = 32;

/// The modalities in the order in which they came, each once; everything else in the list is skipped.
pub(crate) struct Modalities;

impl<'de> Shape<'de> for Modalities {
    type Made = Vec<Modality>;

    fn other() -> Self::Made {
        Vec::new()
    }

    fn array<A: SeqAccess<'de>>(mut elements: A) -> Result<Self::Made, A::Error> {
        let mut modalities = Vec::new();
        while let Some(Read(element)) = elements.next_element::<Read<Scalar>>()? {
            if let Some(modality) = Modality::of(element)
                && modalities.len() < MAX_MODALITIES
                && !modalities.contains(&modality)
            {
                modalities.push(modality);
            }
        }
        Ok(modalities)
    }
}
