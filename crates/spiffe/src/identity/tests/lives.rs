//! How long certificates still have: told of when they are first seen, and then once a minute.

use policy::language::Report;

use super::super::cache::MAX_ENTRIES;
use super::world::{CHECKOUT, Connection, NOW, OWN, allow, identity};
use crate::testing::{NOT_AFTER, NOT_BEFORE, pem, svid, url_encoded};
use crate::{Identity, Lives};

const LEFT: u64 = NOT_AFTER - NOW;

/// A caller in use at a time; whether it was let in does not matter here.
fn see(identity: &Identity, caller: &Connection) {
    let mut report = Report::default();
    let anybody = r#"{"principals": ["spiffe://example.org/**"]}"#;
    let _ = caller.request(&allow(identity, anybody, &mut report));
}

fn checkout() -> Connection {
    Connection::presenting("ab", url_encoded(&pem(&svid(CHECKOUT))))
}

#[test]
fn a_certificate_is_told_of_once_a_minute() {
    for document in ["{}", OWN] {
        let (identity, _) = identity(document);
        let mut told = Vec::new();
        for later in [0, 0, 1, 59, 60, 61, 119, 120] {
            see(&identity, &checkout().at(NOW + later));
            let lives = identity.lives().take();
            told.extend(lives.into_iter().map(|life| (later, life)));
        }
        let expected = [(0, LEFT), (60, LEFT - 60), (120, LEFT - 120)];
        assert_eq!(told, expected, "{document}");
    }
}

#[test]
fn each_certificate_has_a_minute_of_its_own() {
    let (identity, _) = identity(OWN);
    see(&identity, &checkout());
    let other = url_encoded(&pem(&svid("spiffe://example.org/other")));
    see(&identity, &Connection::presenting("cd", other));
    see(&identity, &checkout());
    assert_eq!(identity.lives().take(), [LEFT, LEFT]);
}

#[test]
fn one_that_has_ended_has_nothing_left() {
    for now in [NOT_AFTER, NOT_AFTER + 1, u64::MAX] {
        let (identity, _) = identity(OWN);
        see(&identity, &checkout().at(now));
        assert_eq!(identity.lives().take(), [0], "{now}");
    }
}

#[test]
fn a_clock_that_was_set_back_silences_nobody() {
    let (identity, _) = identity(OWN);
    see(&identity, &checkout().at(NOT_AFTER));
    see(&identity, &checkout().at(NOT_BEFORE));
    assert_eq!(identity.lives().take(), [0, NOT_AFTER - NOT_BEFORE]);
}

#[test]
fn nobody_without_a_readable_certificate_and_a_clock_is_told_of() {
    let (identity, _) = identity(OWN);
    let mut timeless = checkout();
    timeless.failing_clock = true;
    let garbage = Connection::presenting("cd", b"garbage".to_vec());
    for caller in [Connection::plain(), garbage, timeless] {
        see(&identity, &caller);
    }
    assert_eq!(identity.lives().take(), [0; 0]);
    see(&identity, &checkout());
    assert_eq!(identity.lives().take(), [LEFT], "once there is a clock");
}

#[test]
fn no_more_wait_than_the_bound_and_the_rest_comes_later() {
    let (identity, _) = identity(OWN);
    let certificate = url_encoded(&pem(&svid(CHECKOUT)));
    let stranger = |number: usize| {
        let mut stranger = Connection::presenting("", certificate.clone());
        stranger.digest = Some(format!("{number:064x}"));
        stranger
    };
    for number in 0..MAX_ENTRIES {
        see(&identity, &stranger(number));
    }
    assert_eq!(identity.lives().take(), [LEFT; Lives::MOST]);
    see(&identity, &stranger(0)); // told of
    see(&identity, &stranger(Lives::MOST)); // not yet
    assert_eq!(identity.lives().take(), [LEFT]);
}
