use crate::json::{self, Object};
use crate::{DecodeError, IdentitySet, Page};

/// A person whom the record lists (`participants_v2`, `organizer_v2`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Participant {
    /// The id of the entry. Samples repeat it for different people, so the id inside `identity`
    /// is the one to trust.
    pub id: Option<String>,
    /// Who it is.
    pub identity: IdentitySet,
    /// The administrative units that the person belongs to.
    pub administrative_units: Vec<String>,
}

impl Participant {
    pub(crate) fn decode(object: &Object) -> Result<Self, DecodeError> {
        let units = json::decode_array(object, "administrativeUnitInfos", |unit| {
            Ok(json::string(unit, "id"))
        })?;
        Ok(Self {
            id: json::string(object, "id"),
            identity: json::decode_member(object, "identity", |set| Ok(IdentitySet::decode(set)))?
                .unwrap_or_default(),
            administrative_units: units.into_iter().flatten().collect(),
        })
    }
}

/// Decodes a page of `…/participants_v2`.
///
/// # Errors
/// When the bytes are not JSON, or not a page of objects.
pub fn decode_participants(json: &[u8]) -> Result<Page<Participant>, DecodeError> {
    Page::decode(json, Participant::decode)
}
