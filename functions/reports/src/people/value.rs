//! How a value of a dimension appears in an answer: a subnet or an access point says where a person was,
//! and a device is often called after its owner.

use call_quality::{Dimension, Value};
use privacy::{PrivacyFilter, SEALED_PREFIX};
use serde::Serialize;

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

/// A value as an answer shows it.
pub(crate) fn shown_value(
    privacy: &PrivacyFilter,
    dimension: Dimension,
    value: &Value,
) -> ShownValue {
    let Value::Known(known) = value else {
        return ShownValue { value: value.key(), text: value.to_string() };
    };
    let sealed = || privacy.seal_value(&sealed_text(dimension, value));
    if privacy.is_pseudonymous() && dimension.is_hidden_with_names() {
        let pseudonym = privacy.pseudonym_of_value(&sealed_text(dimension, value));
        return ShownValue { value: sealed(), text: format!("{} {pseudonym}", one(dimension)) };
    }
    let shown = dimension.is_free_text().then(|| privacy.free_text(known)).flatten();
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
pub(crate) fn resolve_value(
    privacy: &PrivacyFilter,
    dimension: Dimension,
    text: &str,
) -> Result<Value, Error> {
    if text.starts_with(SEALED_PREFIX) {
        let opened = privacy.open_value(text);
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
        && privacy.is_pseudonymous()
        && dimension.is_hidden_with_names()
    {
        return Err(Error::Request(
            "People are shown as pseudonyms here, and so are networks and devices: name the value by \
             the sealed reference that a report gives."
                .to_owned(),
        ));
    }
    Ok(value)
}

fn sealed_text(dimension: Dimension, value: &Value) -> String {
    format!("{dimension} {}", value.key())
}

#[cfg(test)]
mod tests {
    use privacy::{People, Settings};
    use secrecy::SecretString;

    use super::*;

    fn privacy(people: People) -> PrivacyFilter {
        let settings = Settings { people, ..Settings::default() };
        PrivacyFilter::new(settings, &SecretString::from("a key of this test".to_owned()))
    }

    fn known(text: &str) -> Value {
        Value::Known(text.to_owned())
    }

    #[test]
    fn where_people_are_pseudonyms_networks_and_devices_are_too_and_lead_back() {
        let privacy = privacy(People::Pseudonyms);
        for dimension in Dimension::ALL {
            let value = known("10.1.2.0/24");
            let shown = shown_value(&privacy, dimension, &value);
            let text = serde_json::to_string(&shown).unwrap();
            assert_eq!(text.contains("10.1"), !dimension.is_hidden_with_names(), "{text}");
            assert_eq!(shown, shown_value(&privacy, dimension, &value));
            assert_eq!(resolve_value(&privacy, dimension, &shown.value), Ok(value));
        }
        let subnet = shown_value(&privacy, Dimension::Subnet, &known("10.1.2.0/24"));
        assert!(resolve_value(&privacy, Dimension::Device, &subnet.value).is_err());
        assert!(resolve_value(&privacy, Dimension::Subnet, "=10.1.2.0/24").is_err(), "no guessing");
        assert_eq!(resolve_value(&privacy, Dimension::Subnet, "unknown"), Ok(Value::Unknown));
    }

    #[test]
    fn a_number_in_a_free_text_is_masked_and_an_address_is_not() {
        let privacy = privacy(People::Names);
        let device = shown_value(&privacy, Dimension::Device, &known("Desk +49 30 987654"));
        assert_eq!(device.text, "Desk +49 30 987•••");
        assert!(!device.value.contains("987"), "{device:?}");
        assert_eq!(
            resolve_value(&privacy, Dimension::Device, &device.value),
            Ok(known("Desk +49 30 987654"))
        );
        let subnet = shown_value(&privacy, Dimension::Subnet, &known("10.12.34.0/24 Floor 3"));
        assert_eq!(subnet.text, "10.12.34.0/24 Floor 3");
        assert_eq!(subnet.value, "=10.12.34.0/24 Floor 3");
    }
}
