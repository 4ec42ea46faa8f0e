use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::identifier::normalised;

/// A person: a kind of identity and an id of that kind, written `<kind>:<id>`.
///
/// Kinds are `user`, `guest`, `phone`, `anonymous` (ids such as `teamsvisitor:…`), `acs`,
/// `application`, `unknown` (only a display name is known, and it is the id), and any other kind
/// as it came on the wire, such as `applicationInstance`. Ids are text, not GUIDs.
///
/// A person with only a name is `unknown` even where a place in the record says the kind: another
/// place may not, and one person must not become two. The kind still decides the relation.
///
/// ```
/// use call_records::PersonKey;
/// let key: PersonKey = "anonymous:teamsvisitor:0123abcd".parse().unwrap();
/// assert_eq!((key.kind(), key.id()), ("anonymous", "teamsvisitor:0123abcd"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonKey {
    kind: String,
    id: String,
}

/// The text is not `<kind>:<id>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a person: write <kind>:<id>, such as user:<object id> or phone:<number>")]
pub struct InvalidPersonKey;

/// A key is part of an index key in the table, whose limit is 1,024 bytes.
const MAX_ID_LENGTH: usize = 512;
const MAX_KIND_LENGTH: usize = 64;

/// The kinds that are known to occur.
const KINDS: [&str; 11] = [
    "user",
    "guest",
    "phone",
    "anonymous",
    "acs",
    "application",
    "applicationInstance",
    "device",
    "encrypted",
    "onPremises",
    "unknown",
];

impl PersonKey {
    /// The kind of a person who was forgotten: see [`tombstone`](Self::tombstone).
    pub(crate) const FORGOTTEN: &str = "forgotten";

    /// A person. Characters that a kind cannot have become `_`, and an id of more than 512 bytes
    /// is shortened to its beginning and a checksum of the whole, so that two still differ.
    #[must_use]
    pub fn new(kind: &str, id: &str) -> Self {
        Self { kind: bounded_kind(kind), id: bounded_id(id) }
    }

    /// Parses a key that was typed: surrounding spaces and the case of a kind and of a GUID are
    /// ignored.
    ///
    /// ```
    /// use call_records::PersonKey;
    /// let key = PersonKey::parse_typed(" User:C4E7A1B2-0000-4000-8000-00000000ABCD")?;
    /// assert_eq!(key.to_string(), "user:c4e7a1b2-0000-4000-8000-00000000abcd");
    /// # Ok::<(), call_records::InvalidPersonKey>(())
    /// ```
    pub fn parse_typed(text: &str) -> Result<Self, InvalidPersonKey> {
        let Self { kind, id } = text.trim().parse()?;
        let known = KINDS.into_iter().find(|known| known.eq_ignore_ascii_case(&kind));
        let kind = known.map_or(kind, str::to_owned);
        Ok(Self { kind, id: normalised(id.trim()) })
    }

    /// The kind of identity.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The id, unique among those of its kind.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

fn bounded_kind(kind: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if kind.len() <= MAX_KIND_LENGTH && kind.chars().all(allowed) {
        return kind.to_owned();
    }
    kind.chars().take(MAX_KIND_LENGTH).map(|c| if allowed(c) { c } else { '_' }).collect()
}

fn bounded_id(id: &str) -> String {
    if id.len() <= MAX_ID_LENGTH {
        return id.to_owned();
    }
    let start = id.floor_char_boundary(MAX_ID_LENGTH - 17);
    // FNV-1a: stable between runs and builds, which std's hasher does not promise.
    let checksum = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{}~{checksum:016x}", &id[..start])
}

impl fmt::Display for PersonKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.id)
    }
}

impl FromStr for PersonKey {
    type Err = InvalidPersonKey;

    fn from_str(text: &str) -> Result<Self, InvalidPersonKey> {
        match text.split_once(':') {
            Some((kind, id)) if !kind.is_empty() && !id.is_empty() => Ok(Self::new(kind, id)),
            _ => Err(InvalidPersonKey),
        }
    }
}

impl Serialize for PersonKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PersonKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
