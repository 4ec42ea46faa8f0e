//! How a person appears in an answer: as much as the deployment allows.

use call_records::PersonKey;
use secrecy::SecretString;
use serde::Serialize;

use crate::phone;
use crate::seal::{PREFIX, Seal};
use crate::{People, Settings};

/// A person in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// What a request names the person by: `<kind>:<id>`, or a sealed reference where the id is not
    /// to be seen.
    pub person: String,
    /// The display name, the number with hidden digits, or the pseudonym.
    pub name: String,
    /// The id as far as it may be seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The kind of identity: `user`, `guest`, `phone`, `anonymous`, …
    pub kind: String,
}

/// Decides which data of a person an answer shows.
pub struct PrivacyFilter {
    settings: Settings,
    seal: Seal,
}

/// A text that names no person, or one by an id where people are pseudonyms: a sentence that says what to
/// do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unresolved(pub(crate) &'static str);

impl PrivacyFilter {
    /// By this key.
    #[must_use]
    pub fn new(settings: Settings, key: &SecretString) -> Self {
        Self { settings, seal: Seal::new(key) }
    }

    /// Whether people are shown as pseudonyms.
    #[must_use]
    pub fn is_pseudonymous(&self) -> bool {
        self.settings.people == People::Pseudonyms
    }

    /// A person as an answer shows them.
    #[must_use]
    pub fn person(&self, key: &PersonKey, name: Option<&str>) -> Person {
        let kind = key.kind().to_owned();
        let name = name.map(str::trim).filter(|name| !name.is_empty());
        if self.is_pseudonymous() {
            let name = format!("{} {}", noun(&kind), self.seal.pseudonym(key));
            return Person { person: self.seal.seal(key), name, id: None, kind };
        }
        let is_number = kind == "phone" || phone::is_number(key.id());
        if is_number && self.settings.phone_digits_hidden > 0 {
            let number = phone::masked(key.id(), self.settings.phone_digits_hidden);
            let masked =
                |name| phone::masked_name_of_a_telephone(name, self.settings.phone_digits_hidden);
            let name = name.map_or_else(|| number.clone(), masked);
            return Person { person: self.seal.seal(key), name, id: Some(number), kind };
        }
        let name = match name {
            Some(name) => phone::masked(name, self.settings.phone_digits_hidden),
            None if kind == "anonymous" => "Visitor without a name".to_owned(),
            None => key.id().to_owned(),
        };
        Person { person: key.to_string(), name, id: Some(key.id().to_owned()), kind }
    }

    /// The person whom a request names.
    ///
    /// # Errors
    ///
    /// [`Unresolved`] when there is no such person, or for an id where people are pseudonyms: the
    /// pseudonym of a known id could be looked up otherwise.
    pub fn resolve(&self, text: &str) -> Result<PersonKey, Unresolved> {
        let text = text.trim();
        if text.starts_with(PREFIX) {
            return self.seal.open(text).ok_or(Unresolved(
                "This sealed reference was not made with the key that is in use now: take a \
                 new one from a report.",
            ));
        }
        if self.is_pseudonymous() {
            return Err(Unresolved(
                "People are shown as pseudonyms here: name the person by the sealed reference \
                 that a report gives, not by an id.",
            ));
        }
        PersonKey::parse_typed(text).map_err(|_| {
            Unresolved(
                "\"person\" must be <kind>:<id>, such as user:<object id> or phone:<number>, or a \
                 sealed reference from a report.",
            )
        })
    }

    /// The reference of a value that is hidden, such as a network.
    #[must_use]
    pub fn seal_value(&self, value: &str) -> String {
        self.seal.seal_value(value)
    }

    /// The value of a reference that this key made.
    #[must_use]
    pub fn open_value(&self, reference: &str) -> Option<String> {
        self.seal.open_value(reference)
    }

    /// The pseudonym of a value that is hidden.
    #[must_use]
    pub fn pseudonym_of_value(&self, value: &str) -> String {
        self.seal.pseudonym_of_value(value)
    }

    /// A text from a record that may name people, such as a device or a reason in words: none where people
    /// are pseudonyms.
    #[must_use]
    pub fn free_text(&self, text: &str) -> Option<String> {
        (!self.is_pseudonymous()).then(|| phone::masked(text, self.settings.phone_digits_hidden))
    }
}

fn noun(kind: &str) -> &'static str {
    match kind {
        "user" => "Person",
        "guest" => "Guest",
        "phone" => "Telephone",
        "anonymous" => "Visitor",
        _ => "Other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn privacy(people: People, phone_digits_hidden: usize) -> PrivacyFilter {
        let settings = Settings { people, phone_digits_hidden };
        PrivacyFilter::new(settings, &SecretString::from("a key of this test".to_owned()))
    }

    fn key(text: &str) -> PersonKey {
        text.parse().unwrap()
    }

    #[test]
    fn a_user_has_the_display_name_and_the_id_at_hand() {
        let ada = privacy(People::Names, 3).person(&key("user:ada"), Some("Ada"));
        assert_eq!((ada.name.as_str(), ada.id.as_deref()), ("Ada", Some("ada")));
        assert_eq!(ada.person, "user:ada");
    }

    #[test]
    fn a_typed_id_is_normalised_to_the_stored_form() {
        let names = privacy(People::Names, 3);
        let typed = " USER:C4E7A1B2-0000-4000-8000-00000000ABCD ";
        let ada = key("user:c4e7a1b2-0000-4000-8000-00000000abcd");
        assert_eq!(names.resolve(typed), Ok(ada));
    }

    #[test]
    fn a_masked_number_is_nowhere_to_be_seen_and_still_leads_to_its_page() {
        let privacy = privacy(People::Names, 3);
        for (who, name) in [
            ("phone:+4930123456", None),
            ("phone:+4930123456", Some("+49 30 123456")),
            ("user:+4930123456", Some("+4930123456")),
            ("user:4:+4930123456", None),
        ] {
            let shown = privacy.person(&key(who), name);
            let text = serde_json::to_string(&shown).unwrap();
            assert!(!text.contains("123456") && text.contains("•••"), "{text}");
            assert_eq!(privacy.resolve(&shown.person), Ok(key(who)));
        }
    }

    #[test]
    fn a_number_within_a_name_is_masked_whoever_has_it() {
        let privacy = privacy(People::Names, 3);
        for who in ["phone:+4930123456", "user:ada", "anonymous:a", "guest:bob"] {
            let name = "Ada, +49 30 987654 (office)";
            let shown = privacy.person(&key(who), Some(name));
            assert_eq!(shown.name, "Ada, +49 30 987••• (office)", "{who}");
        }
        assert_eq!(privacy.free_text("busy: +4930987654").as_deref(), Some("busy: +4930987•••"));
    }

    #[test]
    fn a_number_is_whole_where_no_digit_is_hidden() {
        let shown = privacy(People::Names, 0).person(&key("phone:+4930123456"), None);
        assert_eq!(
            (shown.name.as_str(), shown.person.as_str()),
            ("+4930123456", "phone:+4930123456")
        );
    }

    #[test]
    fn a_pseudonym_shows_neither_name_nor_id_and_leads_to_its_page() {
        let privacy = privacy(People::Pseudonyms, 3);
        let shown = privacy.person(&key("user:ada-lovelace"), Some("Ada"));
        let text = serde_json::to_string(&shown).unwrap().to_lowercase();
        assert!(!text.contains("ada-l") && !text.contains("\"ada\""), "{text}");
        assert_eq!(shown, privacy.person(&key("user:ada-lovelace"), Some("Another name")));
        assert_eq!(privacy.resolve(&shown.person), Ok(key("user:ada-lovelace")));
        assert_eq!(privacy.free_text("Ada's AirPods"), None);
    }

    #[test]
    fn where_people_are_pseudonyms_an_id_is_refused() {
        let error = privacy(People::Pseudonyms, 3).resolve("user:ada").unwrap_err();
        assert!(error.to_string().contains("sealed reference"));
    }
}
