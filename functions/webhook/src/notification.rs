//! One entry of a body, as far as the webhook reads it.

use std::collections::HashMap;

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

/// An object's fields as the JSON texts that they are. Not a derived struct, which would refuse an
/// object for a repeated key (here the last one stands) or for one field of another type.
type Fields<'a> = HashMap<String, &'a RawValue>;

impl Notification {
    /// Reads an entry; `None` when it is no object.
    pub(crate) fn parse(entry: &str) -> Option<Self> {
        let fields: Fields<'_> = serde_json::from_str(entry).ok()?;
        let data: Option<Fields<'_>> = decoded(&fields, "resourceData");
        Some(Self {
            client_state: decoded(&fields, "clientState"),
            tenant_id: decoded(&fields, "tenantId"),
            subscription_id: decoded(&fields, "subscriptionId"),
            subscription_expires_at: decoded(&fields, "subscriptionExpirationDateTime"),
            resource: decoded(&fields, "resource"),
            resource_data_id: data.and_then(|data| decoded(&data, "id")),
            lifecycle_event: decoded(&fields, "lifecycleEvent"),
        })
    }
}

fn decoded<'a, T: serde::Deserialize<'a>>(fields: &Fields<'a>, key: &str) -> Option<T> {
    serde_json::from_str(fields.get(key)?.get()).ok()
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
