//! Addresses as Graph sends them, and the networks that group those without a site.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use crate::network::cut;

/// The address in what Graph sends as one.
///
/// White space around it, a port (`10.0.0.1:50000`, `[2001:db8::1]:50000`) and the zone of an IPv6
/// address (`fe80::1%12`) are cut off, and IPv4 in IPv6 (`::ffff:10.0.0.1`) becomes IPv4. None where the
/// text is empty or no address, and for `0.0.0.0`, `::` and loopback, which are no client's network.
/// An IPv6 address with a port needs its brackets, because without them the port may be a part of it.
///
/// ```
/// assert_eq!(sites::parse_address(" [::ffff:10.0.0.1]:50000 "), Some([10, 0, 0, 1].into()));
/// assert_eq!(sites::parse_address("127.0.0.1"), None);
/// ```
#[must_use]
pub fn parse_address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => {
            is_port(port).then(|| without_zone(address).parse::<Ipv6Addr>())?.ok()?.into()
        }
        None => match text.parse::<SocketAddr>() {
            Ok(with_port) => with_port.ip(),
            Err(_) => without_zone(text).parse().ok()?,
        },
    };
    let address = address.to_canonical();
    (!address.is_unspecified() && !address.is_loopback()).then_some(address)
}

fn is_port(text: &str) -> bool {
    text.is_empty() || text.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}

/// IPv4 addresses have no zone: what comes before `%` must be IPv6.
fn without_zone(text: &str) -> &str {
    match text.split_once('%') {
        Some((address, _)) if address.contains(':') => address,
        _ => text,
    }
}

/// The shortest prefix that a stated subnet may have, so that `0.0.0.0` is no subnet.
const MIN_STATED_PREFIX: (u32, u32) = (8, 16);

/// The subnet of a client's address, as the network's address without a prefix length: `10.1.2.0`.
///
/// It is the stated one where that can be the network of the address: where the address has the stated
/// bits, up to the last one that is set (of IPv4 at least 8 bits, of IPv6 16), because a subnet is
/// stated without its prefix length. Else the stated one contradicts the address, which decides, and the
/// subnet is the address cut to /24, or /64 for IPv6.
///
/// ```
/// let address = "10.1.3.7".parse().unwrap();
/// assert_eq!(sites::subnet_of(address, "10.1.2.0".parse().ok()), "10.1.2.0");
/// assert_eq!(sites::subnet_of(address, "10.9.0.0".parse().ok()), "10.1.3.0");
/// assert_eq!(sites::subnet_of(address, None), "10.1.3.0");
/// ```
#[must_use]
pub fn subnet_of(address: IpAddr, stated: Option<IpAddr>) -> String {
    let address = address.to_canonical();
    let stated = stated.map(|stated| stated.to_canonical());
    let subnet = stated.filter(|stated| may_be_subnet_of(address, *stated));
    subnet.unwrap_or_else(|| cut(address, if address.is_ipv4() { 24 } else { 64 })).to_string()
}

fn may_be_subnet_of(address: IpAddr, stated: IpAddr) -> bool {
    let prefix_length = match (address, stated) {
        (IpAddr::V4(_), IpAddr::V4(stated)) => {
            (u32::BITS - stated.to_bits().trailing_zeros()).max(MIN_STATED_PREFIX.0)
        }
        (IpAddr::V6(_), IpAddr::V6(stated)) => {
            (u128::BITS - stated.to_bits().trailing_zeros()).max(MIN_STATED_PREFIX.1)
        }
        _ => return false,
    };
    cut(address, prefix_length) == stated
}

/// The network of a public address: cut to /24, or /48 for IPv6, as [`subnet_of`] writes it.
///
/// ```
/// assert_eq!(sites::public_network("203.0.113.9".parse().unwrap()), "203.0.113.0");
/// assert_eq!(sites::public_network("2001:db8:1:2::9".parse().unwrap()), "2001:db8:1::");
/// ```
#[must_use]
pub fn public_network(address: IpAddr) -> String {
    let address = address.to_canonical();
    cut(address, if address.is_ipv4() { 24 } else { 48 }).to_string()
}
