//! People and calls that a text may mean.

use serde::Serialize;

use super::List;
use crate::people::Person;

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Found {
    /// The text that was looked for.
    pub(crate) text: String,
    /// Where it was looked for, a sentence each.
    pub(crate) looked: Vec<String>,
    /// Why something may not have been found, a sentence each.
    pub(crate) notes: Vec<String>,
    /// The call of this id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) call: Option<String>,
    /// Whose name begins with the text comes first.
    #[serde(flatten)]
    pub(crate) list: List<FoundPerson>,
}

/// A person who may be meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FoundPerson {
    #[serde(flatten)]
    pub(crate) person: Person,
    /// Not shown where people are pseudonyms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sign_in_name: Option<String>,
}
