//! The place and the connection of a person, in words.

use call_quality::{CallKind, Dimension, Location, Place, Value};

/// How: `Wi-Fi 5 GHz`, `a cable`, `a mobile network`; none where the record does not say.
pub(super) fn connection(place: &Place<'_>) -> Option<String> {
    let of = |dimension| place.value(dimension, CallKind::Meeting, true);
    let band = of(Dimension::WifiBand);
    let connection = of(Dimension::Connection);
    Some(match (connection.known(), band.known()) {
        (_, Some(band)) => format!("Wi-Fi {band}"),
        (Some("wifi"), None) => "Wi-Fi".to_owned(),
        (Some("wired"), None) => "a cable".to_owned(),
        (Some("mobile"), None) => "a mobile network".to_owned(),
        (Some("tunnel"), None) => "a VPN".to_owned(),
        (Some(other), None) => other.to_owned(),
        (None, None) => return None,
    })
}

/// How and where, as the end of a sentence; blank where nothing of it is known.
pub(super) fn phrase(place: &Place<'_>) -> String {
    let of = |dimension| place.value(dimension, CallKind::Meeting, true);
    let mut phrase = connection(place).map(|how| format!(" on {how}")).unwrap_or_default();
    if place.location() == Location::Vpn && !phrase.ends_with("VPN") {
        phrase.push_str(" by VPN");
    }
    if of(Dimension::Transport).known().is_some_and(|transport| transport.starts_with("tcp")) {
        phrase.push_str(" by TCP");
    }
    match of(Dimension::Site) {
        Value::Known(site) => phrase.push_str(&format!(" at {site}")),
        Value::Unmapped => phrase.push_str(" in a network of no site"),
        Value::External => phrase.push_str(" at another organisation"),
        Value::Unknown | Value::None => {}
    }
    phrase
}
