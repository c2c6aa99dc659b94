use policy::{Fact, Learnt};

use super::super::cache::MAX_ENTRIES;
use super::world::{CHECKOUT, Connection, OWN, anybody, leaves};
use crate::testing::{NOT_AFTER, pem, svid, url_encoded};

#[test]
fn a_certificate_is_read_once_and_its_time_is_looked_at_every_time() {
    let leaves = anybody();
    let mut caller = Connection::of(CHECKOUT);
    assert!(caller.request(&leaves).is_ok());
    assert_eq!(
        caller.asked(),
        [Fact::PeerDigest, Fact::Mtls, Fact::PeerCertificate]
    );
    // The second request finds it by its digest; the certificate is not even asked for.
    caller.certificate = None;
    assert!(caller.request(&leaves).is_ok());
    assert_eq!(caller.asked(), [Fact::PeerDigest]);
    // It expires while the connection stays open, and a clock set back makes it good again.
    caller = caller.at(NOT_AFTER + 1);
    assert_eq!(caller.denial(&leaves), "spiffe.svid_expired");
    caller = caller.at(NOT_AFTER);
    assert!(caller.request(&leaves).is_ok());
    // Another certificate is another reading, whatever was cached before.
    let other = Connection::presenting("cd", url_encoded(&pem(&svid("spiffe://partner.net/a"))));
    assert_eq!(other.denial(&leaves), "spiffe.not_allowed");
    assert!(caller.request(&leaves).is_ok());
}

#[test]
fn a_bad_certificate_is_read_once_too() {
    let leaves = anybody();
    let caller = Connection::presenting("ab", b"garbage".to_vec());
    assert_eq!(caller.denial(&leaves), "spiffe.bad_certificate");
    assert_eq!(caller.denial(&leaves), "spiffe.bad_certificate");
    let asked = caller.asked();
    assert_eq!(
        asked
            .iter()
            .filter(|fact| **fact == Fact::PeerCertificate)
            .count(),
        1
    );
}

#[test]
fn what_the_proxy_failed_to_say_is_not_remembered() {
    let leaves = anybody();
    let mut caller = Connection::of(CHECKOUT);
    caller.failing = Some(Fact::PeerCertificate);
    assert_eq!(caller.denial(&leaves), "internal.host_call");
    caller.failing = None;
    assert!(caller.request(&leaves).is_ok());
}

#[test]
fn all_leaves_of_a_request_ask_the_proxy_once() {
    let leaves = leaves(
        OWN,
        r#"{"namespaces": ["shop"], "service_accounts": ["shop/*"]}"#,
    );
    for caller in [Connection::of(CHECKOUT), Connection::plain()] {
        let learnt = Learnt::default();
        caller.learning(&learnt, |context| {
            let verdicts: Vec<bool> = leaves
                .iter()
                .map(|leaf| leaf.holds(context).is_ok())
                .collect();
            assert!(verdicts[0] == verdicts[1]);
        });
        let asked = caller.asked();
        assert_eq!(
            asked.iter().filter(|fact| **fact == Fact::Mtls).count(),
            1,
            "{asked:?}"
        );
    }
}

#[test]
fn strangers_push_out_what_is_cached_and_nothing_else() {
    let leaves = anybody();
    let good = Connection::of(CHECKOUT);
    assert!(good.request(&leaves).is_ok());
    for number in 0..MAX_ENTRIES {
        let mut stranger = Connection::presenting("", b"garbage".to_vec());
        stranger.digest = Some(format!("{number:064x}"));
        assert_eq!(stranger.denial(&leaves), "spiffe.bad_certificate");
    }
    good.asked();
    assert!(good.request(&leaves).is_ok());
    assert_eq!(
        good.asked().last(),
        Some(&Fact::PeerCertificate),
        "read again"
    );
}
