//! Which addresses may be called. A callback is given by a stranger: without this check the
//! exchange would be a way into the network it stands in.
//!
//! Source: the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and its
//! successors) and the addresses at which clouds hand out credentials.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of place an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Anybody's, on the public internet.
    Public,
    /// This machine or a private network (RFC 1918, RFC 4193): only where the operator says so.
    Private,
    /// Never called: link-local, clouds' metadata, shared, reserved, multicast, unspecified.
    Never,
}

impl Place {
    /// Of an address, looking through IPv6 forms that only wrap an IPv4 address.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => of_v4(v4),
            IpAddr::V6(v6) => of_v6(v6),
        }
    }

    /// May it be called?
    pub fn may_be_called(self, allow_private: bool) -> bool {
        self == Self::Public || (allow_private && self == Self::Private)
    }
}

fn of_v4(address: Ipv4Addr) -> Place {
    match address.octets() {
        [127, ..] | [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Place::Private,
        // "this network" and shared address space (RFC 6598; one cloud's metadata stands in it)
        [0, ..] | [100, 64..=127, ..] => Place::Never,
        // link-local with most clouds' metadata; the one cloud that uses a public address
        [169, 254, ..] | [168, 63, 129, 16] => Place::Never,
        // protocol assignments, documentation, 6to4 relays, benchmarking
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 18..=19, ..] => Place::Never,
        [198, 51, 100, _] | [203, 0, 113, _] => Place::Never,
        // multicast, reserved, broadcast
        [224..=255, ..] => Place::Never,
        _ => Place::Public,
    }
}

fn of_v6(address: Ipv6Addr) -> Place {
    let bits = address.to_bits();
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Place::Private,
        // IPv4-mapped, and NAT64's well-known prefix: as good as what is inside
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => {
            of_v4(Ipv4Addr::from_bits((bits & 0xffff_ffff) as u32))
        }
        [0x2002, ..] => of_v4(Ipv4Addr::from_bits((bits >> 80 & 0xffff_ffff) as u32)),
        // metadata of two clouds, inside the private range
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254] => {
            Place::Never
        }
        [0xfc00..=0xfdff, ..] => Place::Private,
        // protocol assignments (Teredo, benchmarking, ORCHID), documentation
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Place::Never,
        [0x2000..=0x3fff, ..] => Place::Public,
        // outside 2000::/3 nothing is handed out: ::/96 (compatible), NAT64 with a local prefix,
        // discard, link-local, site-local, multicast, unspecified
        _ => Place::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEVER: &[&str] = &[
        "0.0.0.0",
        "0.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "100.127.255.255",
        "169.254.0.1",
        "169.254.169.254",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::2",
        "::7f00:1",
        "::10.0.0.1",
        "::8.8.8.8",
        "::ffff:0:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0.0.0.0",
        "::ffff:255.255.255.255",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::1",
        "64:ff9b:1::10.0.0.1",
        "100::1",
        "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "2001:db8::1",
        "2002:a9fe:a9fe::1",
        "2002:0:1::",
        "3fff::1",
        "3fff:fff::1",
        "4000::1",
        "5f00::1",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ];
    const PRIVATE: &[&str] = &[
        "127.0.0.1",
        "127.255.255.254",
        "10.0.0.1",
        "10.255.255.255",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.1.2.3",
        "64:ff9b::127.0.0.1",
        "64:ff9b::c0a8:101",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2002:c0a8:101::1",
        "fc00::1",
        "fd12:3456::1",
        "fdff::1",
    ];
    const PUBLIC: &[&str] = &[
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "126.255.255.255",
        "128.0.0.1",
        "168.63.129.15",
        "169.253.255.255",
        "169.255.0.1",
        "172.15.255.255",
        "172.32.0.1",
        "192.0.1.1",
        "192.0.3.1",
        "192.167.255.255",
        "192.169.0.1",
        "198.17.255.255",
        "198.20.0.1",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2002:808:808::1",
        "2001:200::1",
        "2606:4700::1111",
        "2a00:1450::1",
        "3ffe::1",
        "3fff:1000::1",
    ];

    #[test]
    fn every_special_range_is_told_from_the_public_ones() {
        for (place, list) in
            [(Place::Never, NEVER), (Place::Private, PRIVATE), (Place::Public, PUBLIC)]
        {
            for text in list {
                assert_eq!(Place::of(text.parse().unwrap()), place, "{text}");
            }
        }
    }

    #[test]
    fn allowing_private_places_allows_no_others() {
        assert!(!Place::Private.may_be_called(false) && Place::Private.may_be_called(true));
        assert!(!Place::Never.may_be_called(false) && !Place::Never.may_be_called(true));
        assert!(Place::Public.may_be_called(false) && Place::Public.may_be_called(true));
    }
}
