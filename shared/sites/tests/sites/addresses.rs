//! Addresses as Graph sends them, and the networks of those without a site.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;
use rstest::rstest;
use sites::{parse_address, public_network, subnet_of};

#[rstest]
#[case::ipv4("10.0.0.1", "10.0.0.1")]
#[case::a_port("10.0.0.1:50000", "10.0.0.1")]
#[case::white_space(" 10.0.0.1:1\r\n", "10.0.0.1")]
#[case::ipv6("2001:DB8::1", "2001:db8::1")]
#[case::brackets("[2001:db8::1]", "2001:db8::1")]
#[case::brackets_and_a_port("[2001:db8::1]:50000", "2001:db8::1")]
#[case::a_zone("fe80::1%12", "fe80::1")]
#[case::a_named_zone("fe80::1%eth0", "fe80::1")]
#[case::a_zone_and_a_port("[fe80::1%12]:50000", "fe80::1")]
#[case::a_named_zone_and_a_port("[fe80::1%eth0]:50000", "fe80::1")]
#[case::ipv4_in_ipv6("::ffff:10.0.0.1", "10.0.0.1")]
#[case::ipv4_in_ipv6_and_a_port("[::ffff:10.0.0.1]:50000", "10.0.0.1")]
fn an_address_is_read(#[case] text: &str, #[case] address: &str) {
    assert_eq!(parse_address(text), Some(address.parse().unwrap()));
}

#[rstest]
#[case::nothing("")]
#[case::white_space("  ")]
#[case::unspecified("0.0.0.0")]
#[case::unspecified_with_a_port("0.0.0.0:50000")]
#[case::unspecified_ipv6("::")]
#[case::unspecified_ipv4_in_ipv6("::ffff:0.0.0.0")]
#[case::loopback("127.0.0.1")]
#[case::another_loopback("127.1.2.3:50000")]
#[case::loopback_ipv6("[::1]:50000")]
#[case::loopback_ipv4_in_ipv6("::ffff:127.0.0.1")]
#[case::a_word("unknown")]
#[case::a_network("10.0.0.0/24")]
#[case::three_octets("10.0.0")]
#[case::leading_zeros("010.0.0.1")]
#[case::an_octet_too_large("10.0.0.256")]
#[case::no_port("10.0.0.1:")]
#[case::a_port_too_large("10.0.0.1:65536")]
#[case::a_port_too_large_behind_brackets("[2001:db8::1]:65536")]
#[case::text_behind_brackets("[2001:db8::1]x")]
#[case::open_brackets("[2001:db8::1")]
#[case::ipv4_in_brackets("[10.0.0.1]:50000")]
#[case::a_zone_of_ipv4("10.0.0.1%12")]
#[case::two_addresses("10.0.0.1, 10.0.0.2")]
fn what_is_no_address_is_none(#[case] text: &str) {
    assert_eq!(parse_address(text), None);
}

#[rstest]
#[case::stated("10.1.2.7", "10.1.2.0", "10.1.2.0")]
#[case::a_larger_network("10.1.3.7", "10.1.2.0", "10.1.2.0")]
#[case::a_smaller_network("10.1.2.70", "10.1.2.64", "10.1.2.64")]
#[case::the_address_itself("10.1.2.7", "10.1.2.7", "10.1.2.7")]
#[case::an_even_larger_network("172.20.3.7", "172.16.0.0", "172.16.0.0")]
#[case::eight_bits_decide("10.1.2.7", "10.0.0.0", "10.0.0.0")]
#[case::fewer_than_eight_bits("10.1.2.7", "8.0.0.0", "10.1.2.0")]
#[case::unspecified("10.1.2.7", "0.0.0.0", "10.1.2.0")]
#[case::a_contradiction("10.1.4.7", "10.1.2.0", "10.1.4.0")]
#[case::another_family("10.1.2.7", "2001:db8::", "10.1.2.0")]
#[case::ipv4_in_ipv6("::ffff:10.1.3.7", "::ffff:10.1.2.0", "10.1.2.0")]
#[case::ipv6("2001:db8:1:2::7", "2001:db8:1::", "2001:db8:1::")]
#[case::ipv6_contradiction("2001:db8:1:2::7", "2001:db8:2::", "2001:db8:1:2::")]
#[case::sixteen_bits_decide("fe80::7", "fe80::", "fe80::")]
#[case::fewer_than_sixteen_bits("fe81::7", "fe80::", "fe81::")]
#[case::another_family_than_ipv6("2001:db8:1:2::7", "10.1.2.0", "2001:db8:1:2::")]
fn a_stated_subnet_is_taken_where_it_can_be_that_of_the_address(
    #[case] address: &str,
    #[case] stated: &str,
    #[case] subnet: &str,
) {
    assert_eq!(subnet_of(address.parse().unwrap(), stated.parse().ok()), subnet);
}

#[rstest]
#[case("10.1.2.7", "10.1.2.0", "10.1.2.0")]
#[case("::ffff:10.1.2.7", "10.1.2.0", "10.1.2.0")]
#[case("2001:db8:1:2:3::7", "2001:db8:1:2::", "2001:db8:1::")]
fn an_address_is_cut(#[case] address: &str, #[case] subnet: &str, #[case] public: &str) {
    let address = address.parse().unwrap();
    assert_eq!(subnet_of(address, None), subnet);
    assert_eq!(public_network(address), public);
}

proptest! {
    #[test]
    fn every_real_address_is_read_with_and_without_a_port(bits in any::<u128>(), v4 in any::<u32>(), port in any::<u16>()) {
        let (v6, v4) = (Ipv6Addr::from_bits(bits), Ipv4Addr::from_bits(v4));
        prop_assume!(!v4.is_loopback() && !v4.is_unspecified());
        let expected = Some(IpAddr::from(v6).to_canonical());
        prop_assert_eq!(parse_address(&v6.to_string()), expected);
        prop_assert_eq!(parse_address(&format!("[{v6}]:{port}")), expected);
        prop_assert_eq!(parse_address(&v4.to_string()), Some(v4.into()));
        prop_assert_eq!(parse_address(&format!("{v4}:{port}")), Some(v4.into()));
        prop_assert_eq!(parse_address(&format!("::ffff:{v4}")), Some(v4.into()));
    }

    /// Whatever the prefix length, the network of an address is taken as its subnet.
    #[test]
    fn the_network_of_an_address_is_taken_as_its_subnet(bits in any::<u32>(), length in 8_u8..=32) {
        let address = IpAddr::from(Ipv4Addr::from_bits(bits));
        let network = sites::Network::new(address, length).unwrap().address();
        prop_assert_eq!(subnet_of(address, Some(network)), network.to_string());
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,40}") {
        let _ = parse_address(&text);
    }
}
