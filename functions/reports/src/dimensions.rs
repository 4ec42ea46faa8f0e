//! The words for dimensions.

use call_quality::Dimension;

/// The heading of its values.
pub(crate) const fn title(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Class => "Kinds of call, places and connections",
        Dimension::Site => "Sites",
        Dimension::Subnet => "Subnets",
        Dimension::Connection => "Connections",
        Dimension::WifiBand => "Wi-Fi bands",
        Dimension::AccessPoint => "Access points",
        Dimension::Transport => "Transports",
        Dimension::Vpn => "VPN",
        Dimension::PublicNetwork => "Public networks and VPN gateways",
        Dimension::DnsSuffix => "DNS suffixes",
        Dimension::Device => "Devices",
        Dimension::ApplicationVersion => "Client versions",
        Dimension::Platform => "Platforms",
        Dimension::Reason => "Reasons of drops and failures",
    }
}

/// One of its values.
pub(crate) const fn one(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Class => "Class",
        Dimension::Site => "Site",
        Dimension::Subnet => "Subnet",
        Dimension::Connection => "Connection",
        Dimension::WifiBand => "Wi-Fi band",
        Dimension::AccessPoint => "Access point",
        Dimension::Transport => "Transport",
        Dimension::Vpn => "VPN",
        Dimension::PublicNetwork => "Public network",
        Dimension::DnsSuffix => "DNS suffix",
        Dimension::Device => "Device",
        Dimension::ApplicationVersion => "Client version",
        Dimension::Platform => "Platform",
        Dimension::Reason => "Reason",
    }
}

/// Several of its values, within a sentence.
pub(crate) const fn many(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Class => "classes",
        Dimension::Site => "sites",
        Dimension::Subnet => "subnets",
        Dimension::Connection => "connections",
        Dimension::WifiBand => "Wi-Fi bands",
        Dimension::AccessPoint => "access points",
        Dimension::Transport => "transports",
        Dimension::Vpn => "streams by VPN or not",
        Dimension::PublicNetwork => "public networks",
        Dimension::DnsSuffix => "DNS suffixes",
        Dimension::Device => "devices",
        Dimension::ApplicationVersion => "client versions",
        Dimension::Platform => "platforms",
        Dimension::Reason => "reasons",
    }
}

/// A value with what it is of; a pseudonym says that itself.
pub(crate) fn named(dimension: Dimension, text: &str) -> String {
    let one = one(dimension);
    if text.starts_with(one) { text.to_owned() } else { format!("{one} {text}") }
}
