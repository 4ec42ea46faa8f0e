//! How a value of a dimension appears in an answer: a subnet or an access point says where a person was,
//! and a device is often called after its owner.

use call_quality::{Dimension, Value};
use serde::Serialize;

use super::privacy::PrivacyFilter;
use super::seal::PREFIX;
use crate::Error;
use crate::dimensions::one;

/// A value in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ShownValue {
    /// What a request names the value by: `=` and its text, a word, or a sealed reference where the text
    /// is not to be seen.
    pub(crate) value: String,
    /// As people read it.
    pub(crate) text: String,
}

/// Whether its values are hidden where people are pseudonyms.
pub(crate) const fn is_hidden_with_names(dimension: Dimension) -> bool {
    dimension.is_personal() || is_free_text(dimension)
}

/// Whether its values are texts that may name people.
const fn is_free_text(dimension: Dimension) -> bool {
    matches!(dimension, Dimension::Device | Dimension::Reason)
}

impl PrivacyFilter {
    /// A value as an answer shows it.
    pub(crate) fn value(&self, dimension: Dimension, value: &Value) -> ShownValue {
        let Value::Known(known) = value else {
            return ShownValue { value: value.key(), text: value.to_string() };
        };
        let sealed = || self.seal.seal_value(&sealed_text(dimension, value));
        if self.is_pseudonymous() && is_hidden_with_names(dimension) {
            let pseudonym = self.seal.pseudonym_of_value(&sealed_text(dimension, value));
            return ShownValue { value: sealed(), text: format!("{} {pseudonym}", one(dimension)) };
        }
        let shown = is_free_text(dimension).then(|| self.free_text(known)).flatten();
        match shown.filter(|shown| shown != known) {
            Some(masked) => ShownValue { value: sealed(), text: masked },
            None => ShownValue { value: value.key(), text: known.clone() },
        }
    }

    /// The value that a request names.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] when there is no such value, or for a text where texts are hidden.
    pub(crate) fn resolve_value(&self, dimension: Dimension, text: &str) -> Result<Value, Error> {
        if text.starts_with(PREFIX) {
            let opened = self.seal.open_value(text);
            let key = opened.as_deref().and_then(|opened| opened.split_once(' '));
            return key
                .filter(|(name, _)| *name == dimension.as_str())
                .and_then(|(_, key)| key.parse().ok())
                .ok_or_else(|| {
                    Error::Request(
                        "This sealed reference was not made with the key that is in use now, or for \
                         another \"dimension\": take a new one from a report."
                            .to_owned(),
                    )
                });
        }
        let value = text.parse().map_err(|_| {
            Error::Request(format!(
                "\"value\" must be = and a text, such as \"=wifi\", or one of unknown, unmapped, none, \
                 external, not {text:?}: a report gives it with each row."
            ))
        })?;
        if matches!(value, Value::Known(_))
            && self.is_pseudonymous()
            && is_hidden_with_names(dimension)
        {
            return Err(Error::Request(
                "People are shown as pseudonyms here, and so are networks and devices: name the value by \
                 the sealed reference that a report gives."
                    .to_owned(),
            ));
        }
        Ok(value)
    }
}

fn sealed_text(dimension: Dimension, value: &Value) -> String {
    format!("{dimension} {}", value.key())
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::{Config, People};

    fn privacy(people: People) -> PrivacyFilter {
        let config = Config { people, ..Config::default() };
        PrivacyFilter::new(&config, &SecretString::from("a key of this test".to_owned()))
    }

    fn known(text: &str) -> Value {
        Value::Known(text.to_owned())
    }

    #[test]
    fn where_people_are_pseudonyms_networks_and_devices_are_too_and_lead_back() {
        let privacy = privacy(People::Pseudonyms);
        for dimension in Dimension::ALL {
            let value = known("10.1.2.0/24");
            let shown = privacy.value(dimension, &value);
            let text = serde_json::to_string(&shown).unwrap();
            assert_eq!(text.contains("10.1"), !is_hidden_with_names(dimension), "{text}");
            assert_eq!(shown, privacy.value(dimension, &value));
            assert_eq!(privacy.resolve_value(dimension, &shown.value), Ok(value));
        }
        let subnet = privacy.value(Dimension::Subnet, &known("10.1.2.0/24"));
        assert!(privacy.resolve_value(Dimension::Device, &subnet.value).is_err());
        assert!(privacy.resolve_value(Dimension::Subnet, "=10.1.2.0/24").is_err(), "no guessing");
        assert_eq!(privacy.resolve_value(Dimension::Subnet, "unknown"), Ok(Value::Unknown));
    }

    #[test]
    fn a_number_in_a_free_text_is_masked_and_an_address_is_not() {
        let privacy = privacy(People::Names);
        let device = privacy.value(Dimension::Device, &known("Desk +49 30 987654"));
        assert_eq!(device.text, "Desk +49 30 987•••");
        assert!(!device.value.contains("987"), "{device:?}");
        assert_eq!(
            privacy.resolve_value(Dimension::Device, &device.value),
            Ok(known("Desk +49 30 987654"))
        );
        let subnet = privacy.value(Dimension::Subnet, &known("10.12.34.0/24 Floor 3"));
        assert_eq!(subnet.text, "10.12.34.0/24 Floor 3");
        assert_eq!(subnet.value, "=10.12.34.0/24 Floor 3");
    }
}
