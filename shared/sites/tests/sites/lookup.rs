//! Which row an address belongs to.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;
use rstest::rstest;
use sites::{MAX_LISTED, Network, Sites};

use crate::files::{line, parse};

fn network_of(sites: &Sites, address: &str) -> Option<String> {
    sites.locate(address.parse().unwrap()).map(|site| site.network.to_string())
}

#[rstest]
#[case::before_all("9.255.255.255", None)]
#[case::the_first_address("10.0.0.0", Some("10.0.0.0/8"))]
#[case::between_inner_networks("10.1.3.0", Some("10.1.0.0/16"))]
#[case::the_first_of_an_inner_network("10.1.2.0", Some("10.1.2.0/24"))]
#[case::the_last_of_an_inner_network("10.1.2.255", Some("10.1.2.0/24"))]
#[case::one_address("10.1.255.255", Some("10.1.255.255/32"))]
#[case::behind_an_inner_network("10.2.0.0", Some("10.0.0.0/8"))]
#[case::the_last_address("10.255.255.255", Some("10.0.0.0/8"))]
#[case::behind("11.0.0.0", None)]
#[case::the_end_of_all_addresses("255.255.255.255", Some("255.0.0.0/8"))]
#[case::ipv4_in_ipv6("::ffff:10.1.2.9", Some("10.1.2.0/24"))]
#[case::ipv6("::1", Some("::/1"))]
#[case::the_end_of_all_ipv6_addresses("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Some("ffff::/16"))]
#[case::no_ipv6("8000::", None)]
fn the_longest_prefix_wins(#[case] address: &str, #[case] expected: Option<&str>) {
    let lines = [
        line("10.1.255.255", 32),
        line("10.0.0.0", 8),
        line("10.1.2.77", 24),
        line("255.0.0.0", 8),
        line("10.1.0.0", 16),
        line("::", 1),
        line("ffff::", 16),
    ];
    assert_eq!(network_of(&parse(&lines).unwrap(), address).as_deref(), expected);
}

#[test]
fn an_overlap_names_both_lines_and_the_smallest_network_around() {
    let lines = [
        line("10.1.2.0", 24),
        line("2001:db8::", 48),
        line("10.0.0.0", 8),
        line("10.1.0.0", 16),
        line("2001:db8::", 32),
        line("10.1.2.0", 23),
        line("192.168.0.0", 24),
    ];
    let sites = parse(&lines).unwrap();
    let shown: Vec<String> = sites.overlaps().iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "line 1: 10.1.2.0/24 lies within 10.1.2.0/23 of line 6",
            "line 2: 2001:db8::/48 lies within 2001:db8::/32 of line 5",
            "line 4: 10.1.0.0/16 lies within 10.0.0.0/8 of line 3",
            "line 6: 10.1.2.0/23 lies within 10.1.0.0/16 of line 4",
        ]
    );
    assert_eq!(sites.overlaps_not_listed(), 0);
}

#[test]
fn overlaps_beyond_a_thousand_are_counted() {
    let inner =
        (0..1_234_u32).map(|row| line(&Ipv4Addr::from_bits(10 << 24 | row).to_string(), 32));
    let lines: Vec<String> = std::iter::once(line("10.0.0.0", 8)).chain(inner).collect();
    let sites = parse(&lines).unwrap();
    assert_eq!((sites.overlaps().len(), sites.overlaps_not_listed()), (MAX_LISTED, 234));
    assert_eq!(sites.overlaps()[0].line, 2);
}

#[test]
fn a_network_has_no_host_bits_and_at_least_one_bit() {
    let network = Network::new([10, 1, 2, 3].into(), 20).unwrap();
    assert_eq!((network.address(), network.prefix_length()), ([10, 1, 0, 0].into(), 20));
    assert_eq!(Network::new([10, 1, 2, 3].into(), 0), None);
    assert_eq!(Network::new([10, 1, 2, 3].into(), 33), None);
    assert_eq!(Network::new(Ipv6Addr::LOCALHOST.into(), 129), None);
    assert_eq!(Network::new(Ipv6Addr::LOCALHOST.into(), 128).unwrap().to_string(), "::1/128");
}

/// Whether the network has the address, bit by bit from their texts.
fn has(network: IpAddr, prefix_length: usize, address: IpAddr) -> bool {
    fn bits(address: IpAddr) -> Vec<bool> {
        let octets = match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        octets.iter().flat_map(|octet| (0..8).rev().map(move |bit| octet >> bit & 1 == 1)).collect()
    }
    let (network, address) = (bits(network), bits(address));
    network.len() == address.len() && network[..prefix_length] == address[..prefix_length]
}

/// Few values in each octet, so that networks nest and touch.
fn octet() -> impl Strategy<Value = u8> {
    prop_oneof![Just(0), Just(1), Just(127), Just(128), Just(255)]
}

fn address() -> impl Strategy<Value = IpAddr> {
    let ipv4 = prop::array::uniform4(octet()).prop_map(IpAddr::from);
    let ipv6 = prop::array::uniform16(octet()).prop_map(IpAddr::from);
    // Most of them share their beginning.
    let near = prop::array::uniform2(octet()).prop_map(|[a, b]| {
        let mut octets = [0; 16];
        (octets[0], octets[1], octets[15]) = (0x20, a, b);
        IpAddr::from(octets)
    });
    prop_oneof![3 => ipv4, 1 => ipv6, 2 => near]
}

fn network() -> impl Strategy<Value = (IpAddr, usize)> {
    (address(), any::<prop::sample::Index>()).prop_map(|(address, length)| {
        let longest = if address.is_ipv4() { 32 } else { 128 };
        (address, length.index(longest) + 1)
    })
}

proptest! {
    #[test]
    fn a_look_up_finds_what_comparing_with_every_row_finds(
        networks in prop::collection::vec(network(), 1..40),
        addresses in prop::collection::vec(address(), 1..60),
    ) {
        let mut distinct: Vec<(IpAddr, usize)> = Vec::new();
        for (ip, length) in networks {
            if !distinct.iter().any(|(other, at)| *at == length && has(*other, length, ip)) {
                distinct.push((ip, length));
            }
        }
        let is_mapped = |ip: &IpAddr| ip.to_canonical() != *ip;
        distinct.retain(|(ip, _)| !is_mapped(ip));
        prop_assume!(!distinct.is_empty());
        let lines: Vec<String> =
            distinct.iter().map(|(ip, length)| line(&ip.to_string(), length)).collect();
        let sites = parse(&lines).unwrap();
        let ends = sites.iter().map(|site| site.network.address());
        let addresses: BTreeSet<IpAddr> =
            addresses.into_iter().filter(|ip| !is_mapped(ip)).chain(ends).collect();
        for address in addresses {
            let around = distinct.iter().enumerate();
            let around = around.filter(|(_, (ip, length))| has(*ip, *length, address));
            let expected = around.max_by_key(|(_, (_, length))| *length).map(|(row, _)| row + 1);
            prop_assert_eq!(sites.locate(address).map(|site| site.line), expected, "{}", address);
        }
        let nested = distinct.iter().filter(|(ip, length)| {
            distinct.iter().any(|(outer, shorter)| shorter < length && has(*outer, *shorter, *ip))
        });
        prop_assert_eq!(sites.overlaps().len(), nested.count());
    }
}
