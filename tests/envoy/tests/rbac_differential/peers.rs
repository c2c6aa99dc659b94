//! Who calls: one certificate each, and an address of loopback each.

use std::net::{IpAddr, Ipv4Addr};

use fixtures::{Ca, Identity};

pub(crate) const CHECKOUT: &str = "spiffe://mesh.test/ns/shop/sa/checkout";
pub(crate) const LEGACY: &str = "spiffe://mesh.test/ns/shop/sa/legacy";
pub(crate) const BATCH: &str = "spiffe://mesh.test/ns/jobs/sa/batch";

/// A caller.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) identity: Identity,
    pub(crate) address: IpAddr,
}

/// All of them, honest ones first.
pub(crate) fn peers(ca: &Ca) -> Vec<Peer> {
    let svid = |id: &str| ca.svid(id);
    let identities = [
        ("checkout", svid(CHECKOUT)),
        ("batch", svid(BATCH)),
        (
            "prometheus",
            svid("spiffe://mesh.test/ns/monitoring/sa/prometheus"),
        ),
        ("region", svid("spiffe://mesh.test/region/eu")),
        ("legacy", svid(LEGACY)),
        ("namesake", svid("spiffe://other.test/ns/shop/sa/checkout")),
        ("longer", svid("spiffe://mesh.test/region/eu/west")),
        (
            "longer-in-shop",
            svid("spiffe://mesh.test/ns/shop/sa/checkout/canary"),
        ),
        ("bad-id", svid("spiffe://mesh.test/region/eu?zone=1")),
        ("two-names", ca.leaf().uri(CHECKOUT).uri(BATCH).issue()),
        ("dns-name", ca.leaf().dns(CHECKOUT).issue()),
        ("nameless", ca.leaf().issue()),
    ];
    let numbered = (1_u8..).zip(identities);
    numbered
        .map(|(number, (name, identity))| Peer {
            name,
            identity,
            address: Ipv4Addr::new(127, 0, 0, number).into(),
        })
        .collect()
}
