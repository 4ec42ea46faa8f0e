//! One entry of a body, as far as the webhook reads it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A change notification or a lifecycle event. A field that is absent or no text is `None`. Texts are
/// borrowed from the body wherever nothing in them is escaped.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Notification<'a> {
    pub(crate) client_state: Option<Cow<'a, str>>,
    pub(crate) tenant_id: Option<Cow<'a, str>>,
    pub(crate) subscription_id: Option<Cow<'a, str>>,
    pub(crate) subscription_expires_at: Option<Cow<'a, str>>,
    pub(crate) resource: Option<Cow<'a, str>>,
    /// The `id` within `resourceData`, where that is an object. It has been seen as a text.
    pub(crate) resource_data_id: Option<Cow<'a, str>>,
    pub(crate) lifecycle_event: Option<Cow<'a, str>>,
}

impl<'a> Notification<'a> {
    /// Reads an entry; `None` when it is no object.
    pub(crate) fn parse(entry: &'a str) -> Option<Self> {
        let fields: Fields<'a> = serde_json::from_str(entry).ok()?;
        let data = fields.get("resourceData").and_then(|data| serde_json::from_str(data).ok());
        Some(Self {
            client_state: fields.text("clientState"),
            tenant_id: fields.text("tenantId"),
            subscription_id: fields.text("subscriptionId"),
            subscription_expires_at: fields.text("subscriptionExpirationDateTime"),
            resource: fields.text("resource"),
            resource_data_id: data.and_then(|data: Fields<'a>| data.text("id")),
            lifecycle_event: fields.text("lifecycleEvent"),
        })
    }
}

/// An object's fields as the JSON texts that they are. Not a derived struct, which would refuse an
/// object for a repeated key (here the last one stands) or for one field of another type.
struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    fn get(&self, key: &str) -> Option<&'a str> {
        let found = self.0.iter().rev().find(|(name, _)| name == key);
        found.map(|(_, value)| value.get())
    }

    fn text(&self, key: &str) -> Option<Cow<'a, str>> {
        let value = self.get(key)?;
        let literal = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        // The value is JSON already: without an escape, what stands between the quotes is the text.
        match literal.filter(|literal| !literal.contains('\\')) {
            Some(literal) => Some(Cow::Borrowed(literal)),
            None => serde_json::from_str(value).ok().map(|Text(text)| text),
        }
    }
}

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                // Graph's notifications have eight fields.
                let mut fields = Vec::with_capacity(8);
                while let Some((Text(name), value)) = map.next_entry()? {
                    fields.push((name, value));
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn the_fields_that_matter_are_read() {
        let entry = r##"{
            "subscriptionId": "s", "clientState": "c", "changeType": "updated",
            "resource": "communications/callRecords/r",
            "subscriptionExpirationDateTime": "2026-11-26T00:00:00.000+00:00",
            "resourceData": {"@odata.type": "#Microsoft.Graph.callRecord", "id": "r"},
            "tenantId": "t", "lifecycleEvent": null
        }"##;
        let some = |text: &'static str| Some(Cow::Borrowed(text));
        assert_eq!(
            Notification::parse(entry),
            Some(Notification {
                client_state: some("c"),
                tenant_id: some("t"),
                subscription_id: some("s"),
                subscription_expires_at: some("2026-11-26T00:00:00.000+00:00"),
                resource: some("communications/callRecords/r"),
                resource_data_id: some("r"),
                lifecycle_event: None,
            })
        );
    }

    #[rstest]
    #[case::a_repeated_key(r#"{"clientState":"a","clientState":"c"}"#)]
    #[case::other_types_elsewhere(
        r#"{"tenantId":7,"resource":[],"resourceData":"r","clientState":"c"}"#
    )]
    #[case::an_undecodable_text_elsewhere(
        r#"{"resource":"\ud800","other":"\ud800","clientState":"c"}"#
    )]
    #[case::an_escaped_key(r#"{"client\u0053tate":"c"}"#)]
    #[case::data_of_another_type(r#"{"resourceData":{"id":{}},"clientState":"c"}"#)]
    fn one_odd_field_does_not_harm_the_others(#[case] entry: &str) {
        let notification = Notification::parse(entry).unwrap();
        assert_eq!(notification.client_state.as_deref(), Some("c"));
        assert_eq!(notification.tenant_id, None);
        assert_eq!(notification.resource, None);
        assert_eq!(notification.resource_data_id, None);
    }

    #[rstest]
    #[case::literal(r#"{"clientState":"c d"}"#, Some("c d"))]
    #[case::with_an_escape(r#"{"clientState":"\u0063\td\\"}"#, Some("c\td\\"))]
    #[case::empty(r#"{"clientState":""}"#, Some(""))]
    #[case::with_blanks_around(r#"{"clientState" :  "c" }"#, Some("c"))]
    #[case::a_number(r#"{"clientState":7}"#, None)]
    #[case::undecodable(r#"{"clientState":"\ud800"}"#, None)]
    #[case::null(r#"{"clientState":null}"#, None)]
    fn a_text_is_read_whatever_is_escaped_in_it(#[case] entry: &str, #[case] text: Option<&str>) {
        let notification = Notification::parse(entry).unwrap();
        assert_eq!(notification.client_state.as_deref(), text);
    }

    #[rstest]
    #[case::a_number("7")]
    #[case::a_text("\"clientState\"")]
    #[case::a_list("[]")]
    #[case::null("null")]
    #[case::an_undecodable_key(r#"{"\ud800":1}"#)]
    fn what_is_no_object_is_no_notification(#[case] entry: &str) {
        assert_eq!(Notification::parse(entry), None);
    }
}
