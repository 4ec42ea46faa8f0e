//! One entry of a body, as far as the webhook reads it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A change notification or a lifecycle event. A field that is absent or no text is `None`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Notification {
    pub(crate) client_state: Option<String>,
    pub(crate) tenant_id: Option<String>,
    pub(crate) subscription_id: Option<String>,
    pub(crate) subscription_expires_at: Option<String>,
    pub(crate) resource: Option<String>,
    /// The `id` within `resourceData`, where that is an object. It has been seen as a text.
    pub(crate) resource_data_id: Option<String>,
    pub(crate) lifecycle_event: Option<String>,
}

impl Notification {
    /// Reads an entry; `None` when it is no object.
    pub(crate) fn parse(entry: &str) -> Option<Self> {
        let [client_state, tenant_id, subscription_id, expires_at, resource, data, event] = pick(
            entry,
            [
                "clientState",
                "tenantId",
                "subscriptionId",
                "subscriptionExpirationDateTime",
                "resource",
                "resourceData",
                "lifecycleEvent",
            ],
        )?;
        Some(Self {
            client_state: text(client_state),
            tenant_id: text(tenant_id),
            subscription_id: text(subscription_id),
            subscription_expires_at: text(expires_at),
            resource: text(resource),
            resource_data_id: data.and_then(|data| pick(data, ["id"])).and_then(|[id]| text(id)),
            lifecycle_event: text(event),
        })
    }
}

fn text(json: Option<&str>) -> Option<String> {
    serde_json::from_str(json?).ok()
}

/// The values of these keys of an object, as the JSON texts that they are; `None` when there is no
/// object.
///
/// By hand and not by derive, which would refuse an object for a repeated key (here the last
/// counts) or for one field of another type. Whatever else the object holds is skipped and not
/// kept.
fn pick<'a, const N: usize>(object: &'a str, keys: [&str; N]) -> Option<[Option<&'a str>; N]> {
    let mut json = serde_json::Deserializer::from_str(object);
    let values = Pick { keys }.deserialize(&mut json).ok()?;
    json.end().ok()?;
    Some(values)
}

struct Pick<'k, const N: usize> {
    keys: [&'k str; N],
}

impl<'de, const N: usize> DeserializeSeed<'de> for Pick<'_, N> {
    type Value = [Option<&'de str>; N];

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, const N: usize> Visitor<'de> for Pick<'_, N> {
    type Value = [Option<&'de str>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = [None; N];
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            match self.keys.iter().position(|wanted| *wanted == key) {
                Some(position) => values[position] = Some(map.next_value::<&'de RawValue>()?.get()),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(values)
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
        let some = |text: &str| Some(text.to_owned());
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
    #[case::a_number("7")]
    #[case::a_text("\"clientState\"")]
    #[case::a_list("[]")]
    #[case::null("null")]
    #[case::an_undecodable_key(r#"{"\ud800":1}"#)]
    fn what_is_no_object_is_no_notification(#[case] entry: &str) {
        assert_eq!(Notification::parse(entry), None);
    }
}
