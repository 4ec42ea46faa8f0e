use std::borrow::Cow;

use serde::de::MapAccess;

use crate::identity::IdentitySetMembers;
use crate::json::{Faults, Members, Object};
use crate::{DecodeError, IdentitySet, Page, page};

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

impl<'de> Object<'de> for Participant {
    type Done = Self;

    fn read<A: MapAccess<'de>>(
        &mut self,
        key: Cow<'de, str>,
        members: &mut Members<A>,
    ) -> Result<(), A::Error> {
        match &*key {
            "id" => self.id = members.leaf()?,
            "identity" => {
                self.identity =
                    members.object::<IdentitySetMembers>("identity")?.unwrap_or_default();
            }
            "administrativeUnitInfos" => {
                let units = members.array::<AdministrativeUnit>("administrativeUnitInfos")?;
                self.administrative_units = units.into_iter().filter_map(|unit| unit.0).collect();
            }
            _ => members.skip()?,
        }
        Ok(())
    }

    fn done(self, mut faults: Faults) -> Result<Self, DecodeError> {
        faults.check(&["administrativeUnitInfos", "identity"])?;
        Ok(self)
    }
}

/// The id of a unit.
#[derive(Default)]
struct AdministrativeUnit(Option<String>);

impl<'de> Object<'de> for AdministrativeUnit {
    type Done = Self;

    fn read<A: MapAccess<'de>>(
        &mut self,
        key: Cow<'de, str>,
        members: &mut Members<A>,
    ) -> Result<(), A::Error> {
        match &*key {
            "id" => self.0 = members.leaf()?,
            _ => members.skip()?,
        }
        Ok(())
    }

    fn done(self, _: Faults) -> Result<Self, DecodeError> {
        Ok(self)
    }
}

/// Decodes a page of `…/participants_v2`.
///
/// # Errors
/// When the bytes are not JSON, or not a page of objects.
pub fn decode_participants(json: &[u8]) -> Result<Page<Participant>, DecodeError> {
    page::decode::<Participant>(json)
}
