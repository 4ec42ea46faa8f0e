//! How an answer is shaped by preferences: enum members, nulls, metadata.

use crate::node::Node;
use crate::odata::Preferences;

/// The members up to the sentinel of every evolvable enum on a call record (CSDL of v1.0,
/// 2026-07-31). Whatever is not among them is shown only to those who ask for unknown members.
///
/// `unknown` is no member of `modality`, but Microsoft's text names it, so it passes.
const KNOWN_MEMBERS: &[(&str, &[&str])] = &[
    (
        "modalities",
        &["unknown", "audio", "video", "videoBasedScreenSharing", "data", "screenSharing"],
    ),
    (
        "platform",
        &[
            "unknown",
            "windows",
            "macOS",
            "iOS",
            "android",
            "web",
            "ipPhone",
            "roomSystem",
            "surfaceHub",
            "holoLens",
        ],
    ),
    ("productFamily", &["unknown", "teams", "skypeForBusiness", "lync"]),
    ("stage", &["unknown", "callSetup", "midcall"]),
    ("connectionType", &["unknown", "wired", "wifi", "mobile", "tunnel"]),
    ("networkTransportProtocol", &["unknown", "udp", "tcp"]),
    ("wifiBand", &["unknown", "frequency24GHz", "frequency50GHz", "frequency60GHz"]),
    (
        "wifiRadioType",
        &[
            "unknown",
            "wifi80211a",
            "wifi80211b",
            "wifi80211g",
            "wifi80211n",
            "wifi80211ac",
            "wifi80211ax",
        ],
    ),
    ("rating", &["notRated", "bad", "poor", "fair", "good", "excellent"]),
    (
        "audioCodec",
        &[
            "unknown",
            "invalid",
            "cn",
            "pcma",
            "pcmu",
            "amrWide",
            "g722",
            "g7221",
            "g7221c",
            "g729",
            "multiChannelAudio",
            "muchv2",
            "opus",
            "satin",
            "satinFullband",
            "rtAudio8",
            "rtAudio16",
            "silk",
            "silkNarrow",
            "silkWide",
            "siren",
            "xmsRta",
        ],
    ),
    (
        "videoCodec",
        &[
            "unknown", "invalid", "av1", "h263", "h264", "h264s", "h264uc", "h265", "rtvc1",
            "rtVideo", "xrtvc1",
        ],
    ),
    ("endpointType", &["default", "voicemail", "skypeForBusiness", "skypeForBusinessVoipPhone"]),
];

const CALL_TYPES: &[&str] = &["unknown", "groupCall", "peerToPeer"];
const SENTINEL: &str = "unknownFutureValue";

/// Shapes the properties of a call record, or of a part of one, as the request prefers.
pub(crate) fn shape(node: &mut Node, preferences: Preferences) {
    if !preferences.include_unknown_enum_members {
        if let Node::Object(pairs) = &mut *node {
            for (key, value) in pairs {
                // `type` means a call type only on the record itself.
                if key == "type" {
                    hide_unknown(value, CALL_TYPES);
                }
            }
        }
        hide_unknown_members(node);
    }
    if preferences.omit_nulls {
        omit_empty(node);
    }
    if preferences.without_metadata {
        omit_metadata(node);
    }
}

fn hide_unknown_members(node: &mut Node) {
    match node {
        Node::Object(pairs) => {
            for (key, value) in pairs {
                match KNOWN_MEMBERS.iter().find(|(name, _)| name == key) {
                    Some((_, known)) => hide_unknown(value, known),
                    None => hide_unknown_members(value),
                }
            }
        }
        Node::Array(items) => items.iter_mut().for_each(hide_unknown_members),
        Node::Leaf(_) => {}
    }
}

fn hide_unknown(value: &mut Node, known: &[&str]) {
    match value {
        Node::Array(items) => items.iter_mut().for_each(|item| hide_unknown(item, known)),
        leaf => {
            if leaf.as_str().is_some_and(|member| !known.contains(&member)) {
                *leaf = Node::text(SENTINEL);
            }
        }
    }
}

/// "Removes null or empty values": inside out, so that an object of nulls goes as well.
fn omit_empty(node: &mut Node) {
    match node {
        Node::Object(pairs) => {
            pairs.iter_mut().for_each(|(_, value)| omit_empty(value));
            pairs.retain(|(_, value)| !value.is_empty());
        }
        Node::Array(items) => items.iter_mut().for_each(omit_empty),
        Node::Leaf(_) => {}
    }
}

/// No metadata at all, except what the protocol keeps even then: next links and counts.
pub(crate) fn omit_metadata(node: &mut Node) {
    match node {
        Node::Object(pairs) => {
            pairs.retain(|(key, _)| match key.split_once("@odata.") {
                Some((_, "nextLink" | "count")) | None => true,
                Some(_) => false,
            });
            pairs.iter_mut().for_each(|(_, value)| omit_metadata(value));
        }
        Node::Array(items) => items.iter_mut().for_each(omit_metadata),
        Node::Leaf(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shaped(preferences: Preferences) -> serde_json::Value {
        let mut node = Node::from(&json!({
            "@odata.type": "#x", "type": "groupCall", "modalities": ["audio", "smell"],
            "userAgent": {
                "platform": "smartGlasses", "productFamily": "azureCommunicationServices",
                "headerValue": null, "applicationVersion": "",
            },
            "feedback": { "rating": "notRated", "text": null, "tokens": {} },
            "identity": { "user": null },
        }));
        shape(&mut node, preferences);
        serde_json::to_value(&node).unwrap()
    }

    #[test]
    fn members_after_the_sentinel_are_hidden_from_those_who_do_not_ask() {
        let hidden = shaped(Preferences::default());
        assert_eq!(hidden["userAgent"]["productFamily"], "unknownFutureValue");
        assert_eq!(hidden["userAgent"]["platform"], "unknownFutureValue");
        assert_eq!(hidden["modalities"], json!(["audio", "unknownFutureValue"]));
        let asked = Preferences { include_unknown_enum_members: true, ..Preferences::default() };
        assert_eq!(shaped(asked)["userAgent"]["productFamily"], "azureCommunicationServices");
    }

    #[test]
    fn omitting_nulls_removes_empty_values_inside_out() {
        let asked = Preferences {
            include_unknown_enum_members: true,
            omit_nulls: true,
            without_metadata: true,
            max_page_size: None,
        };
        assert_eq!(
            shaped(asked),
            json!({
                "type": "groupCall", "modalities": ["audio", "smell"],
                "userAgent": {
                    "platform": "smartGlasses", "productFamily": "azureCommunicationServices",
                },
                "feedback": { "rating": "notRated" },
            })
        );
    }
}
