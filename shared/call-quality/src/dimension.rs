//! What quality is broken down by, and the values.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

words::words! { closed
    /// What quality is broken down by.
    pub Dimension {
        /// The kind of call, where the person was and how they were connected: [`Class`].
        Class = "class",
        /// The building, from the organisation's building file.
        Site = "site",
        /// The network of the person's address.
        Subnet = "subnet",
        /// The connection, as Graph has it.
        Connection = "connection",
        /// The Wi-Fi band.
        WifiBand = "wifi_band",
        /// The Wi-Fi access point (BSSID).
        AccessPoint = "access_point",
        /// `udp` or `tcp`, and whether a media relay was used.
        Transport = "transport",
        /// Whether the person was on a VPN.
        Vpn = "vpn",
        /// The network of the address that the internet sees: the provider, or the VPN's gateway.
        PublicNetwork = "public_network",
        /// The domain of the network.
        DnsSuffix = "dns_suffix",
        /// The device: the microphone of what was sent, the loudspeaker of what was received.
        Device = "device",
        /// The version of the client.
        ApplicationVersion = "application_version",
        /// What the client ran on.
        Platform = "platform",
        /// Why a leg dropped or failed, in Graph's words.
        Reason = "reason",
    }
}

impl Dimension {
    /// Whether its values say where a person was, which is hidden with people's names.
    #[must_use]
    pub const fn is_personal(self) -> bool {
        matches!(self, Self::Subnet | Self::AccessPoint | Self::PublicNetwork | Self::DnsSuffix)
    }

    /// Whether its values are texts that may name people: a device is often called after its owner.
    #[must_use]
    pub const fn is_free_text(self) -> bool {
        matches!(self, Self::Device | Self::Reason)
    }

    /// Whether its values are hidden where people are pseudonyms.
    #[must_use]
    pub const fn is_hidden_with_names(self) -> bool {
        self.is_personal() || self.is_free_text()
    }
}

/// A value of a dimension.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Value {
    /// What the record says.
    Known(String),
    /// The record does not say it.
    Unknown,
    /// The address is in no row of the building file.
    Unmapped,
    /// It does not apply: an access point of a cable.
    None,
    /// The person belongs to another organisation: where they were, and with what, is not ours.
    External,
}

impl Value {
    /// A text that the record says, or does not.
    #[must_use]
    pub fn of(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Unknown, |text| Self::Known(text.into()))
    }

    /// The text of a known value.
    #[must_use]
    pub fn known(&self) -> Option<&str> {
        match self {
            Self::Known(text) => Some(text),
            _ => None,
        }
    }

    /// The text under which it is stored and asked for: `=` and the text of a known value, else a word.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Known(text) => format!("={text}"),
            Self::Unknown => "unknown".to_owned(),
            Self::Unmapped => "unmapped".to_owned(),
            Self::None => "none".to_owned(),
            Self::External => "external".to_owned(),
        }
    }
}

/// A text that is the key of no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a value is = and its text, or one of unknown, unmapped, none, external")]
pub struct InvalidValue;

impl FromStr for Value {
    type Err = InvalidValue;

    fn from_str(key: &str) -> Result<Self, InvalidValue> {
        if let Some(text) = key.strip_prefix('=') {
            return Ok(Self::Known(text.to_owned()));
        }
        match key {
            "unknown" => Ok(Self::Unknown),
            "unmapped" => Ok(Self::Unmapped),
            "none" => Ok(Self::None),
            "external" => Ok(Self::External),
            _ => Err(InvalidValue),
        }
    }
}

impl TryFrom<String> for Value {
    type Error = InvalidValue;

    fn try_from(key: String) -> Result<Self, InvalidValue> {
        key.parse()
    }
}

impl From<Value> for String {
    fn from(value: Value) -> Self {
        value.key()
    }
}

/// As people read it.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Known(text) => text,
            Self::Unknown => "(unknown)",
            Self::Unmapped => "(in no row of the building file)",
            Self::None => "(none)",
            Self::External => "(other organisations)",
        })
    }
}

words::words! { closed
    /// The kind of call, as the targets tell it apart.
    pub CallKind {
        /// Between two parties.
        PeerToPeer = "peer_to_peer",
        /// A meeting, or another call of several.
        Meeting = "meeting",
    }
}

words::words! { closed
    /// Where a person was, by the building file.
    pub Location {
        /// In a row that is inside the corporate network.
        Inside = "inside",
        /// In a row that is not.
        Outside = "outside",
        /// In a VPN's row, or connected by a tunnel.
        Vpn = "vpn",
        /// In no row.
        Unmapped = "unmapped",
        /// The record has no address.
        Unknown = "unknown",
        /// Of another organisation.
        External = "external",
    }
}

words::words! { closed
    /// How a person was connected, as the targets tell it apart.
    pub Link {
        /// By a cable.
        Wired = "wired",
        /// By Wi-Fi at 2.4 GHz.
        Wifi24 = "wifi_2.4",
        /// By Wi-Fi at 5 GHz.
        Wifi5 = "wifi_5",
        /// By Wi-Fi at 6 GHz.
        Wifi6 = "wifi_6",
        /// By Wi-Fi of a band that is not known.
        Wifi = "wifi",
        /// By a mobile network.
        Mobile = "mobile",
        /// Otherwise, a tunnel included.
        Other = "other",
        /// Not known.
        Unknown = "unknown",
    }
}

/// The kind of call, where the person was, and how they were connected. `meeting/inside/wired`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class {
    /// The kind of call.
    pub kind: CallKind,
    /// Where the person was.
    pub location: Location,
    /// How they were connected.
    pub link: Link,
}

impl Class {
    /// The class of a value of [`Dimension::Class`].
    #[must_use]
    pub fn of(value: &Value) -> Option<Self> {
        let mut words = value.known()?.split('/');
        let class = Self {
            kind: CallKind::parse(words.next()?)?,
            location: Location::parse(words.next()?)?,
            link: Link::parse(words.next()?)?,
        };
        words.next().is_none().then_some(class)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.kind, self.location, self.link)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Value::Known("unknown".to_owned()))]
    #[case(Value::Known(String::new()))]
    #[case(Value::Known("=x".to_owned()))]
    #[case(Value::Unknown)]
    #[case(Value::Unmapped)]
    #[case(Value::None)]
    #[case(Value::External)]
    fn a_value_comes_back_from_its_key(#[case] value: Value) {
        assert_eq!(value.key().parse(), Ok(value.clone()));
        let json = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), value);
    }

    #[test]
    fn a_class_comes_back_from_its_value() {
        let class =
            Class { kind: CallKind::Meeting, location: Location::Inside, link: Link::Wifi24 };
        assert_eq!(class.to_string(), "meeting/inside/wifi_2.4");
        assert_eq!(Class::of(&Value::Known(class.to_string())), Some(class));
        assert_eq!(Class::of(&Value::Known("meeting/inside".to_owned())), None);
        assert_eq!(Class::of(&Value::External), None);
    }
}
