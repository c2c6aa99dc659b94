use std::net::IpAddr;

use policy::Ipv6Prefix;

fn bytes(prefix: u32, ip: &str) -> Vec<u8> {
    let mut out = Vec::new();
    Ipv6Prefix(prefix).append(ip.parse::<IpAddr>().unwrap(), &mut out);
    out
}

#[test]
fn an_ipv6_address_is_cut_to_its_network() {
    #[rustfmt::skip]
    let table = [
        (64, "2001:db8::1", "2001:db8::ffff:1", true),
        (64, "2001:db8:0:1::1", "2001:db8:0:2::1", false),
        (128, "2001:db8::1", "2001:db8::1", true),
        (128, "2001:db8::1", "2001:db8::2", false),
        (32, "2001:db8:1::", "2001:db8:2::", true),
        (32, "2001:db8::", "2001:db9::", false),
        (33, "2001:db8:8000::", "2001:db8::", false),
        (64, "203.0.113.9", "203.0.113.9", true),
        (64, "203.0.113.9", "203.0.113.10", false),
    ];
    for (prefix, one, other, same) in table {
        assert_eq!(
            bytes(prefix, one) == bytes(prefix, other),
            same,
            "/{prefix} {one} {other}"
        );
    }
}

#[test]
fn no_ipv6_network_is_an_ipv4_address() {
    assert_ne!(bytes(64, "::"), bytes(64, "0.0.0.0"));
}
