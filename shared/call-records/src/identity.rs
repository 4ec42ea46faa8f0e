use crate::json::{self, Object};

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
    pub(crate) fn decode(object: &Object) -> Self {
        Self {
            odata_type: json::string(object, "@odata.type"),
            id: json::string(object, "id"),
            display_name: json::string(object, "displayName"),
            tenant_id: json::string(object, "tenantId"),
            user_principal_name: json::string(object, "userPrincipalName"),
            email: json::string(object, "email"),
        }
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
    /// Reads the kinds that are objects. Everything else in the set (null, `endpointType`,
    /// annotations) is no identity.
    pub(crate) fn decode(object: &Object) -> Self {
        let mut identities: Vec<_> = object
            .iter()
            .filter(|(kind, _)| !kind.contains('@') && !kind.trim().is_empty())
            .filter_map(|(kind, value)| Some((kind.clone(), Identity::decode(value.as_object()?))))
            .collect();
        identities.sort_by(|(a, _), (b, _)| rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)));
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

pub(crate) fn rank(kind: &str) -> usize {
    if let Some(position) = FIRST.iter().position(|first| *first == kind) {
        return position;
    }
    LAST.iter().position(|last| *last == kind).map_or(FIRST.len(), |last| FIRST.len() + 1 + last)
}
