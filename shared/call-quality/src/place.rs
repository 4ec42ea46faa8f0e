//! What a person's end of a medium has for a value in each dimension.

use std::borrow::Cow;

use call_records::{ConnectionType, LegPath, Relation, WifiBand};
use sites::{Site, Sites, parse_address, public_network, subnet_of};

use crate::{CallKind, Class, Dimension, Link, Location, Value};

/// Where and on what a person was at one end of a medium.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    path: &'a LegPath,
    is_external: bool,
    location: Location,
    link: Link,
    site: Value,
    subnet: Value,
}

impl<'a> Place<'a> {
    /// The place of a path. Without a building file every address is unmapped.
    #[must_use]
    pub fn of(path: &'a LegPath, relation: Relation, sites: Option<&Sites>) -> Self {
        let network = &path.network;
        let link = link(network.connection.as_ref(), network.wifi_band.as_ref());
        let address = network.address.as_deref().and_then(parse_address);
        let stated = network.subnet.as_deref().and_then(parse_address);
        // The address decides: a stated subnet may be of another network.
        let address = address.or(stated);
        let site = address.and_then(|address| sites?.locate(address));
        let is_external = !matches!(relation, Relation::Internal | Relation::Unknown);
        let is_tunnel = network.connection == Some(ConnectionType::Tunnel);
        let location = match (address, site) {
            _ if is_external => Location::External,
            (_, Some(site)) if site.vpn => Location::Vpn,
            _ if is_tunnel => Location::Vpn,
            (_, Some(site)) if site.inside_corp => Location::Inside,
            (_, Some(_)) => Location::Outside,
            (Some(_), None) => Location::Unmapped,
            (None, None) => Location::Unknown,
        };
        Self {
            path,
            is_external,
            location,
            link,
            site: match (address, site) {
                (_, Some(site)) => Value::Known(site.name()),
                (Some(_), None) => Value::Unmapped,
                (None, None) => Value::Unknown,
            },
            subnet: Value::of(address.map(|address| match site {
                Some(site) => subnet_of_site(site),
                None => subnet_of(address, stated),
            })),
        }
    }

    /// Where the person was.
    #[must_use]
    pub const fn location(&self) -> Location {
        self.location
    }

    /// The value of a dimension, of a stream that was `sent` or received.
    #[must_use]
    pub fn value(&self, dimension: Dimension, kind: CallKind, sent: bool) -> Value {
        if dimension == Dimension::Class {
            let class = Class { kind, location: self.location, link: self.link };
            return Value::Known(class.to_string());
        }
        if self.is_external {
            return Value::External;
        }
        let network = &self.path.network;
        match dimension {
            Dimension::Class | Dimension::Reason => Value::None,
            Dimension::Site => self.site.clone(),
            Dimension::Subnet => self.subnet.clone(),
            Dimension::Connection => match &network.connection {
                None | Some(ConnectionType::Unknown) => Value::Unknown,
                Some(connection) => Value::Known(connection.as_str().to_owned()),
            },
            Dimension::WifiBand => match self.link {
                Link::Wifi24 => Value::Known("2.4 GHz".to_owned()),
                Link::Wifi5 => Value::Known("5 GHz".to_owned()),
                Link::Wifi6 => Value::Known("6 GHz".to_owned()),
                Link::Wifi | Link::Unknown => Value::Unknown,
                Link::Wired | Link::Mobile | Link::Other => Value::None,
            },
            Dimension::AccessPoint => match self.link {
                Link::Wired | Link::Mobile | Link::Other => Value::None,
                _ => Value::of(network.access_point.as_deref().and_then(access_point)),
            },
            Dimension::Transport => self.transport(),
            Dimension::Vpn => match self.location {
                Location::Vpn => Value::Known("VPN".to_owned()),
                Location::Unknown if self.link == Link::Unknown => Value::Unknown,
                _ => Value::Known("no VPN".to_owned()),
            },
            Dimension::PublicNetwork => {
                let seen = network.reflexive_address.as_deref().and_then(parse_address);
                Value::of(seen.map(public_network))
            }
            Dimension::DnsSuffix => {
                Value::of(network.dns_suffix.as_deref().map(str::to_ascii_lowercase))
            }
            Dimension::Device => {
                let device = if sent { &self.path.capture } else { &self.path.render };
                Value::of(device.as_deref().map(device_group))
            }
            Dimension::ApplicationVersion => Value::of(self.path.application_version.as_deref()),
            Dimension::Platform => match &self.path.platform {
                None => Value::Unknown,
                Some(platform) if platform.as_str() == "unknown" => Value::Unknown,
                Some(platform) => Value::Known(platform.as_str().to_owned()),
            },
        }
    }

    fn transport(&self) -> Value {
        let network = &self.path.network;
        let relay = network.relay_address.as_deref().and_then(parse_address);
        let transport = network.transport.as_deref().filter(|it| *it != "unknown");
        Value::of(transport.map(|transport| match relay {
            Some(_) => format!("{transport} by relay"),
            None => transport.to_owned(),
        }))
    }
}

/// The network of a row, with its name.
fn subnet_of_site(site: &Site) -> String {
    match &*site.network_name {
        "" => site.network.to_string(),
        name => format!("{} {name}", site.network),
    }
}

/// A band says Wi-Fi where the connection is not known; beside a cable it says nothing.
fn link(connection: Option<&ConnectionType>, band: Option<&WifiBand>) -> Link {
    let of_band = match band {
        Some(WifiBand::Frequency24GHz) => Some(Link::Wifi24),
        Some(WifiBand::Frequency50GHz) => Some(Link::Wifi5),
        Some(WifiBand::Frequency60GHz) => Some(Link::Wifi6),
        Some(WifiBand::Unknown | WifiBand::Other(_)) | None => None,
    };
    match connection {
        Some(ConnectionType::Wifi) => of_band.unwrap_or(Link::Wifi),
        None | Some(ConnectionType::Unknown) => of_band.unwrap_or(Link::Unknown),
        Some(ConnectionType::Wired) => Link::Wired,
        Some(ConnectionType::Mobile) => Link::Mobile,
        Some(ConnectionType::Tunnel | ConnectionType::Other(_)) => Link::Other,
    }
}

/// A BSSID in one form; one of zeros, or of another length, is none.
fn access_point(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
    let is_one = digits.len() == 12
        && digits.bytes().any(|digit| digit != b'0')
        && text.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '-' | '.'));
    let pairs =
        digits.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).to_lowercase());
    is_one.then(|| pairs.collect::<Vec<_>>().join(":"))
}

/// The group of a device. One device has a name for its microphone, another for its loudspeaker, and a
/// number where several were plugged in: `Headset Microphone (2- Brand 40)` and `Headset Earphone
/// (Brand 40)` are both `Brand 40`.
///
/// What stands in the outermost last parentheses, without a number and a dash before it; the whole name
/// where there are none or nothing in them. White space is made one blank.
#[must_use]
pub fn device_group(name: &str) -> String {
    let name = name.trim();
    let inside = inner(name).unwrap_or(name);
    let inside = match inside.split_once('-') {
        Some((number, rest))
            if !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit())
                && rest.starts_with(' ') =>
        {
            rest
        }
        _ => inside,
    };
    let words: Cow<'_, str> = inside.split_whitespace().collect::<Vec<_>>().join(" ").into();
    if words.is_empty() { name.to_owned() } else { words.into_owned() }
}

/// What stands in the parentheses that end a name; those of a trade mark are part of it.
fn inner(name: &str) -> Option<&str> {
    let end = name.strip_suffix(')')?;
    let mut depth = 1_usize;
    for (at, character) in end.char_indices().rev() {
        match character {
            ')' => depth += 1,
            '(' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let inside = end[at + 1..].trim();
            // `Audio(R)`: nothing of its own.
            return (inside.chars().count() > 2).then_some(inside);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use call_records::NetworkFacts;
    use rstest::rstest;

    use super::*;

    const FILE: &[u8] =
        b"10.1.2.0\tFloor 3\t24\tTower\tOwned\tOffice\tMain\tOslo\t0150\tNO\t\tEU\t1\t0\t0\n\
        10.9.0.0\tVPN pool\t16\tGateway\tOwned\tOffice\tMain\tOslo\t0150\tNO\t\tEU\t1\t0\t1\n\
        192.168.0.0\tHome\t16\t\tNone\tHome\t\t\t\tNO\t\tEU\t0\t0\t0\n";

    fn path(network: NetworkFacts) -> LegPath {
        LegPath { network, ..LegPath::default() }
    }

    fn at(address: &str) -> NetworkFacts {
        NetworkFacts { address: Some(address.to_owned()), ..NetworkFacts::default() }
    }

    fn known(text: &str) -> Value {
        Value::Known(text.to_owned())
    }

    #[rstest]
    #[case::inside(
        "10.1.2.77",
        Location::Inside,
        known("Tower, Oslo"),
        known("10.1.2.0/24 Floor 3")
    )]
    #[case::vpn("10.9.1.1", Location::Vpn, known("Gateway, Oslo"), known("10.9.0.0/16 VPN pool"))]
    #[case::outside("192.168.7.7", Location::Outside, known("Home"), known("192.168.0.0/16 Home"))]
    #[case::no_row("172.16.5.9", Location::Unmapped, Value::Unmapped, known("172.16.5.0"))]
    #[case::no_address("", Location::Unknown, Value::Unknown, Value::Unknown)]
    #[case::loopback("127.0.0.1", Location::Unknown, Value::Unknown, Value::Unknown)]
    fn the_address_says_where_somebody_was(
        #[case] address: &str,
        #[case] location: Location,
        #[case] site: Value,
        #[case] subnet: Value,
    ) {
        let sites = Sites::parse(FILE).unwrap();
        let path = path(at(address));
        let place = Place::of(&path, Relation::Internal, Some(&sites));
        let value = |dimension| place.value(dimension, CallKind::Meeting, true);
        assert_eq!(place.location(), location);
        assert_eq!((value(Dimension::Site), value(Dimension::Subnet)), (site, subnet));
    }

    #[test]
    fn a_person_of_another_organisation_is_at_no_site_of_ours() {
        let sites = Sites::parse(FILE).unwrap();
        let path = path(at("10.1.2.77"));
        let place = Place::of(&path, Relation::Federated, Some(&sites));
        for dimension in Dimension::ALL {
            let value = place.value(dimension, CallKind::PeerToPeer, true);
            match dimension {
                Dimension::Class => assert_eq!(value, known("peer_to_peer/external/unknown")),
                _ => assert_eq!(value, Value::External),
            }
        }
    }

    #[test]
    fn a_tunnel_is_a_vpn_wherever_it_ends() {
        let sites = Sites::parse(FILE).unwrap();
        let network = NetworkFacts { connection: Some(ConnectionType::Tunnel), ..at("10.1.2.77") };
        let path = path(network);
        let place = Place::of(&path, Relation::Internal, Some(&sites));
        assert_eq!(place.location(), Location::Vpn);
        assert_eq!(place.value(Dimension::Vpn, CallKind::Meeting, true), known("VPN"));
    }

    #[test]
    fn a_cable_has_no_band_and_no_access_point() {
        let mut network = at("10.1.2.77");
        network.connection = Some(ConnectionType::Wired);
        network.wifi_band = Some(WifiBand::Frequency24GHz);
        network.access_point = Some("01-02-03-0A-0B-0C".to_owned());
        let wired = path(network.clone());
        network.connection = Some(ConnectionType::Wifi);
        let wifi = path(network);
        let value = |path, dimension| {
            Place::of(path, Relation::Internal, None).value(dimension, CallKind::Meeting, true)
        };
        assert_eq!(value(&wired, Dimension::AccessPoint), Value::None);
        assert_eq!(value(&wired, Dimension::WifiBand), Value::None);
        assert_eq!(value(&wifi, Dimension::AccessPoint), known("01:02:03:0a:0b:0c"));
        assert_eq!(value(&wifi, Dimension::WifiBand), known("2.4 GHz"));
    }

    #[rstest]
    #[case("00:00:00:00:00:00")]
    #[case("00-00-00-00-00-00")]
    #[case("01:02")]
    #[case("not an address")]
    fn what_is_no_access_point_is_unknown(#[case] text: &str) {
        assert_eq!(access_point(text), None);
    }

    #[rstest]
    #[case("Headset Microphone (2- Brand 40)", "Brand 40")]
    #[case("Headset Earphone (Brand 40)", "Brand 40")]
    #[case("Microphone (Virtual Device (Simple) (WDM))", "Virtual Device (Simple) (WDM)")]
    #[case("Audio(R)", "Audio(R)")]
    #[case("Realtek(R) Audio", "Realtek(R) Audio")]
    #[case("  Default   input device ", "Default input device")]
    #[case("Speakers ()", "Speakers ()")]
    #[case("Line (3-way)", "3-way")]
    #[case("odd)", "odd)")]
    fn a_device_has_one_group_for_its_names(#[case] name: &str, #[case] group: &str) {
        assert_eq!(device_group(name), group);
    }
}
