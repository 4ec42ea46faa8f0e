//! Who had a part in the calls of a day, and what they are called: where a person is found by name.

use std::collections::BTreeMap;

use call_records::{Call, PersonKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A person of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedPerson {
    /// Who.
    #[serde(rename = "p")]
    pub person: PersonKey,
    /// The name in the newest call of the day that has one.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The sign-in name, likewise.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub sign_in_name: Option<String>,
}

/// A text and the call that it is of.
type Newest = Option<((Timestamp, String), String)>;

/// The people of the calls of a day. What is not said by the newest call is that of the newest that says it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Directory {
    people: BTreeMap<PersonKey, (Newest, Newest)>,
}

impl Directory {
    /// Adds everybody who had a part in a call. A person who was forgotten has no name.
    pub(crate) fn add(&mut self, call: &Call) {
        let at = (call.started_at, call.id.clone());
        for part in call.people.values().filter(|part| !part.person.is_tombstone()) {
            let (name, sign_in) = self.people.entry(part.person.clone()).or_default();
            offer(name, &at, part.display_name.as_deref());
            offer(sign_in, &at, part.user_principal_name.as_deref());
        }
    }

    /// The people by their keys.
    #[must_use]
    pub fn into_people(self) -> Vec<NamedPerson> {
        let text = |newest: Newest| newest.map(|(_, text)| text);
        let people = self.people.into_iter().map(|(person, (name, sign_in))| NamedPerson {
            person,
            display_name: text(name),
            sign_in_name: text(sign_in),
        });
        people.collect()
    }
}

fn offer(newest: &mut Newest, at: &(Timestamp, String), text: Option<&str>) {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return };
    if newest.as_ref().is_none_or(|(of, _)| of < at) {
        *newest = Some((at.clone(), text.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(offers: &[(&str, Option<&str>)]) -> Option<String> {
        let mut newest = None;
        for (at, text) in offers {
            let at = (at.parse().unwrap(), "call".to_owned());
            offer(&mut newest, &at, *text);
        }
        newest.map(|(_, text)| text)
    }

    #[test]
    fn the_newest_name_counts_in_whatever_order_calls_are_read() {
        let (early, late) = ("2026-11-23T08:00:00Z", "2026-11-23T09:00:00Z");
        let offers = [(early, Some("Ada Before")), (late, Some("Ada After"))];
        assert_eq!(named(&offers).as_deref(), Some("Ada After"));
        let [first, second] = offers;
        assert_eq!(named(&[second, first]).as_deref(), Some("Ada After"));
        assert_eq!(named(&[first, (late, Some(" "))]).as_deref(), Some("Ada Before"));
        assert_eq!(named(&[(late, None)]), None);
    }
}
