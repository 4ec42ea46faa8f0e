use std::borrow::Cow;

use serde::de::MapAccess;

use crate::DecodeError;
use crate::json::{Faults, Members, Object, ObjectOf};

/// One identity, as it came (`microsoft.graph.identity`, an open type). Empty members are `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The type annotation, such as `#microsoft.graph.communicationsPhoneIdentity`.
    pub odata_type: Option<String>,
    /// The directory's object id, a phone number, `teamsvisitor:…`, …
    pub id: Option<String>,
    /// The name at the time of the call; withheld for many external people.
    pub display_name: Option<String>,
    /// The organisation that the identity belongs to.
    pub tenant_id: Option<String>,
    /// The sign-in name.
    pub user_principal_name: Option<String>,
    /// The address of a guest.
    pub email: Option<String>,
}

impl Identity {
    /// What is read of the member of this name.
    pub(crate) fn member(&mut self, key: &str) -> Option<&mut Option<String>> {
        Some(match key {
            "@odata.type" => &mut self.odata_type,
            "id" => &mut self.id,
            "displayName" => &mut self.display_name,
            "tenantId" => &mut self.tenant_id,
            "userPrincipalName" => &mut self.user_principal_name,
            "email" => &mut self.email,
            _ => return None,
        })
    }

    /// What tells this identity from others: its id, else its address (guests), else its sign-in
    /// name.
    pub(crate) fn identifier(&self) -> Option<&str> {
        [&self.id, &self.email, &self.user_principal_name].into_iter().find_map(|id| id.as_deref())
    }
}

/// The identities of one participant by kind (`identitySet`, `communicationsIdentitySet`).
///
/// The type is open, and undocumented kinds are on the wire. Most kinds are null in most sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdentitySet {
    identities: Vec<(String, Identity)>,
}

/// Kinds that tell most about a person, best first. A kind that is not listed comes after these
/// and before [`LAST`].
const FIRST: [&str; 7] = [
    "user",
    "guest",
    "phone",
    "azureCommunicationServicesUser",
    "acsUser",
    "assertedIdentity",
    "onPremises",
];

/// Kinds that say by what means a person called, and not who it was.
const LAST: [&str; 4] = ["encrypted", "applicationInstance", "application", "device"];

impl IdentitySet {
    /// The set of these kinds. What is no object (null, `endpointType`, annotations) is none, and
    /// neither is what was an object before the kind came again.
    pub(crate) fn new(mut kinds: Vec<(Cow<'_, str>, Option<Identity>)>) -> Self {
        kinds.retain(|(kind, _)| !kind.contains('@') && !kind.trim().is_empty());
        kinds.sort_by(|(a, _), (b, _)| rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)));
        let mut identities = Vec::<(String, Identity)>::new();
        let mut kinds = kinds.into_iter().peekable();
        while let Some((kind, identity)) = kinds.next() {
            let is_last = kinds.peek().is_none_or(|(next, _)| *next != kind);
            if let Some(identity) = identity.filter(|_| is_last) {
                identities.push((kind.into_owned(), identity));
            }
        }
        Self { identities }
    }

    /// The kinds and identities in the set, the one that tells most first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Identity)> {
        self.identities.iter().map(|(kind, identity)| (kind.as_str(), identity))
    }

    /// The identity that tells most of those that can be told from others.
    pub(crate) fn identified(&self) -> Option<(&str, &Identity)> {
        self.iter().find(|(_, identity)| identity.identifier().is_some())
    }

    /// The identity that tells most: of those that can be told from others, else of those that have
    /// a name.
    pub(crate) fn best(&self) -> Option<(&str, &Identity)> {
        let named = || self.iter().find(|(_, identity)| identity.display_name.is_some());
        self.identified().or_else(named)
    }
}

impl<'de> Object<'de> for Identity {
    type Done = Self;

    fn read<A: MapAccess<'de>>(
        &mut self,
        key: Cow<'de, str>,
        members: &mut Members<A>,
    ) -> Result<(), A::Error> {
        match self.member(&key) {
            Some(member) => *member = members.leaf()?,
            None => members.skip()?,
        }
        Ok(())
    }

    fn done(self, _: Faults) -> Result<Self, DecodeError> {
        Ok(self)
    }
}

#[derive(Default)]
pub(crate) struct IdentitySetMembers<'de>(Vec<(Cow<'de, str>, Option<Identity>)>);

impl<'de> Object<'de> for IdentitySetMembers<'de> {
    type Done = IdentitySet;

    fn read<A: MapAccess<'de>>(
        &mut self,
        key: Cow<'de, str>,
        members: &mut Members<A>,
    ) -> Result<(), A::Error> {
        // What is no object is no identity, and not an error.
        let identity = members.value::<ObjectOf<Identity>>()?.ok().flatten();
        self.0.push((key, identity));
        Ok(())
    }

    fn done(self, _: Faults) -> Result<IdentitySet, DecodeError> {
        Ok(IdentitySet::new(self.0))
    }
}

pub(crate) fn rank(kind: &str) -> usize {
    if let Some(position) = FIRST.iter().position(|first| *first == kind) {
        return position;
    }
    LAST.iter().position(|last| *last == kind).map_or(FIRST.len(), |last| FIRST.len() + 1 + last)
}
