//! The identity policy in the scripted proxy: whatever the proxy says of a connection, and whatever it
//! fails to say, a request that asks for an identity is denied with the code for that.

use filter::Seams;
use policy::Policy;
use spiffe::{Identity, Lives};
use vectors::conformance::svids;
use vectors::{Recipe, WORKLOAD};

use crate::proxy::{Proxy, Went, is_marked, reply, with};

const DOCUMENT: &str = r#"{"version": "v1", "routes": [
    {"name": "all", "paths": ["/**"], "allow": {"principals": ["spiffe://mesh.test/**"]}}
]}"#;

/// 2026-01-01, in nanoseconds since the Unix epoch.
const NOW: u64 = 1_767_225_600_000_000_000;

const MTLS: &str = "connection\0mtls";
const DIGEST: &str = "connection\0sha256_peer_certificate_digest";
const CERTIFICATE: &str = "connection\0peer_certificate";

fn identity() {
    filter::install!("spiffe_authz", |seams: &Seams| {
        let identity = Identity::new();
        seams.histogram("svid_remaining_seconds", &identity.lives(), Lives::take);
        vec![Box::new(identity) as Box<dyn Policy>]
    });
}

/// A proxy whose connection has a good peer, as Envoy states one.
fn proxy() -> Proxy {
    let proxy = Proxy::configured(identity, DOCUMENT);
    let certificate = vectors::stated(&Recipe::good(WORKLOAD));
    with(|state| {
        state.wall_nanoseconds = NOW;
        for (name, value) in [
            (MTLS, vec![1]),
            (DIGEST, vec![b'a'; 64]),
            (CERTIFICATE, certificate),
        ] {
            state.properties.insert(name.into(), value);
        }
    });
    proxy
}

fn denied(proxy: &Proxy) -> (u32, String) {
    assert_eq!(proxy.get("/"), Went::Nowhere);
    assert!(!is_marked());
    let reply = reply();
    (reply.status, reply.details)
}

#[test]
fn a_good_peer_is_let_in() {
    assert_eq!(proxy().get("/"), Went::On);
    assert!(is_marked());
}

#[test]
fn a_connection_without_mtls_is_a_missing_identity_and_one_that_is_not_shown_a_fault() {
    for (missing, told) in [
        (MTLS, (403, "spiffe.missing_identity")),
        (DIGEST, (503, "internal.host_call")),
        (CERTIFICATE, (503, "spiffe.certificate_not_stated")),
    ] {
        let proxy = proxy();
        with(|state| state.properties.remove(missing.as_bytes()));
        assert_eq!(denied(&proxy), (told.0, told.1.into()), "{missing}");
    }
}

#[test]
fn a_property_of_another_form_is_the_proxys_fault() {
    for (name, value) in [(DIGEST, &b"xy"[..]), (DIGEST, b""), (MTLS, b"true")] {
        let proxy = proxy();
        with(|state| state.properties.insert(name.into(), value.to_vec()));
        let told = denied(&proxy);
        assert_eq!(told, (503, "internal.host_call".into()), "{name} {value:?}");
    }
}

#[test]
fn a_call_that_fails_on_the_way_to_an_identity_is_the_proxys_fault() {
    let good = proxy();
    assert_eq!(good.get("/"), Went::On);
    let calls = with(|state| state.calls.clone());
    let asked: Vec<usize> = (0..calls.len())
        .filter(|number| ["property", "wall"].contains(&calls[*number]))
        .collect();
    assert!(asked.len() >= 4, "three facts and the time: {calls:?}");
    for number in asked {
        for status in [2, 10, u32::MAX] {
            let proxy = proxy();
            with(|state| state.failing_call = Some((number, status)));
            let told = denied(&proxy);
            assert_eq!(told, (503, "internal.host_call".into()), "call {number}");
        }
    }
}

/// Every case of X509-SVID but those of the time, which stands still in no proxy.
#[test]
fn a_certificate_that_is_no_svid_is_denied_for_its_reason() {
    let mut codes: Vec<String> = Vec::new();
    for case in svids() {
        if ["permit", "spiffe.svid_expired", "spiffe.not_yet_valid"].contains(&&*case.expect) {
            continue;
        }
        let proxy = proxy();
        with(|state| state.properties.insert(CERTIFICATE.into(), case.stated()));
        let told = denied(&proxy);
        assert_eq!(told, (403, case.expect.clone()), "{}", case.name);
        codes.push(case.expect);
    }
    codes.sort();
    codes.dedup();
    assert_eq!(codes.len(), 7, "{codes:?}");
}

/// The lives that were recorded, in seconds.
fn lives() -> Vec<u64> {
    with(|state| {
        let ours = |name: &str| name == "portcullis.spiffe_authz.svid_remaining_seconds";
        let recorded = state.recorded.iter().filter(|(name, _)| ours(name));
        recorded.map(|(_, value)| *value).collect()
    })
}

#[test]
fn the_life_of_a_certificate_costs_no_call_a_request() {
    let proxy = proxy();
    let mut calls = Vec::new();
    for seconds in [0, 1, 59, 60, 61] {
        with(|state| state.wall_nanoseconds = NOW + seconds * 1_000_000_000);
        assert_eq!(proxy.get("/"), Went::On);
        calls.push(with(|state| {
            let of_metrics = |call: &&&str| ["define metric", "record metric"].contains(*call);
            state.calls.iter().filter(of_metrics).count()
        }));
    }
    // The first defines the counter of permits too.
    assert_eq!(calls, [3, 0, 0, 1, 0]);
    let [first, second] = lives()[..] else {
        panic!("two lives: {:?}", lives());
    };
    assert_eq!(first - second, 60);
}

#[test]
fn a_life_that_cannot_be_recorded_changes_no_decision() {
    let good = proxy();
    assert_eq!(good.get("/"), Went::On);
    let calls = with(|state| state.calls.clone());
    // After the mark, and the last before the response.
    let number = calls.iter().rposition(|call| *call == "record metric");
    let number = number.expect("it was recorded");
    assert_eq!(
        calls[number - 2..=number],
        ["set property", "define metric", "record metric"]
    );
    for failing in [number - 1, number] {
        let proxy = proxy();
        with(|state| state.failing_call = Some((failing, 10)));
        assert_eq!(proxy.get("/"), Went::On);
        assert!(is_marked());
        assert_eq!(lives(), [0; 0]);
        // A minute later the proxy takes it.
        with(|state| {
            state.failing_call = None;
            state.wall_nanoseconds = NOW + 60_000_000_000;
        });
        assert_eq!(proxy.get("/"), Went::On);
        assert_eq!(lives().len(), 1);
    }
}

#[test]
fn a_certificate_that_has_ended_is_recorded_as_nothing_left() {
    let proxy = proxy();
    with(|state| state.wall_nanoseconds = 4_102_444_800_000_000_000 * 2); // 2230
    let told = denied(&proxy);
    assert_eq!(told, (403, "spiffe.svid_expired".into()));
    assert_eq!(lives(), [0]);
}
