//! Networks: an address and a prefix length.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network. Its host bits are zero.
///
/// Invariant: networks are ordered by address and then by prefix length, so that one comes before those
/// within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network {
    address: IpAddr,
    prefix_length: u8,
}

impl Network {
    /// The network of an address, or none where the prefix length is 0 or longer than the address.
    #[must_use]
    pub fn new(address: IpAddr, prefix_length: u8) -> Option<Self> {
        let longest = if address.is_ipv4() { 32 } else { 128 };
        (1..=longest)
            .contains(&prefix_length)
            .then(|| Self { address: cut(address, prefix_length.into()), prefix_length })
    }

    /// The first address, with host bits of zero.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// How many bits of an address are the network's: 1 to 32, or 1 to 128 for IPv6.
    #[must_use]
    pub fn prefix_length(&self) -> u8 {
        self.prefix_length
    }

    /// The first and the last address as numbers.
    pub(crate) fn range(&self) -> (u128, u128) {
        let first = number(self.address);
        let width = if self.address.is_ipv4() { u32::BITS } else { u128::BITS };
        // A prefix has at least one bit, so the shift is shorter than the number.
        let host_bits = (1_u128 << (width - u32::from(self.prefix_length))) - 1;
        (first, first | host_bits)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix_length)
    }
}

/// An address as a number.
pub(crate) fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The address with every bit behind the prefix zero.
pub(crate) fn cut(address: IpAddr, prefix_length: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(u32::BITS - prefix_length).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(u128::BITS - prefix_length).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}
