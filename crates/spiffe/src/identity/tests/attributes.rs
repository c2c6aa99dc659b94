use policy::language::{Place, Report};
use policy::{AttributeName, Learnt, Policy, Presence, Trust};

use super::world::{Connection, identity};

/// The value of an attribute for a caller: bytes, nothing, or the code of a denial.
fn value(name: &str, caller: &Connection) -> Result<Option<String>, &'static str> {
    let (identity, mut report) = identity("{}");
    let name = AttributeName::parse(name).unwrap();
    let attribute = identity.attribute(&name, &Place::top(), &mut report);
    let attribute = attribute.expect("one of ours").expect("a good one");
    assert_eq!(attribute.trust(), Trust::Verified("identity"));
    let mut out = b"before:".to_vec();
    let presence = caller.learning(&Learnt::default(), |context| {
        attribute.append(context, &mut out)
    });
    let appended = String::from_utf8(out.split_off(7)).unwrap();
    match presence.map_err(|failure| failure.reason.code())? {
        Presence::Present => Ok(Some(appended)),
        Presence::Absent => {
            assert_eq!(appended, "");
            Ok(None)
        }
    }
}

#[test]
fn attributes_are_parts_of_the_verified_id() {
    let web = || Connection::of("spiffe://example.org/ns/shop/sa/web");
    let text = |text: &str| Ok(Some(text.to_owned()));
    assert_eq!(
        value("source.principal", &web()),
        text("spiffe://example.org/ns/shop/sa/web")
    );
    assert_eq!(value("source.namespace", &web()), text("shop"));
    assert_eq!(value("source.trust_domain", &web()), text("example.org"));
    let other = Connection::of("spiffe://example.org/shop/web");
    assert_eq!(value("source.namespace", &other), Ok(None));
}

#[test]
fn no_certificate_is_no_value_and_a_bad_one_is_a_denial() {
    for name in [
        "source.principal",
        "source.namespace",
        "source.trust_domain",
    ] {
        assert_eq!(value(name, &Connection::plain()), Ok(None));
        let bad = Connection::presenting("ab", b"garbage".to_vec());
        assert_eq!(value(name, &bad), Err("spiffe.bad_certificate"));
        let expired = Connection::of("spiffe://example.org/a").at(u64::MAX);
        assert_eq!(value(name, &expired), Err("spiffe.svid_expired"));
    }
}

#[test]
fn other_names_are_left_to_others_and_brackets_are_refused() {
    let (identity, mut report) = identity("{}");
    let top = Place::top();
    let place = top.field("key");
    for name in ["source.address", "source", "remote.ip", "jwt.principal"] {
        let name = AttributeName::parse(name).unwrap();
        assert!(identity.attribute(&name, &place, &mut report).is_none());
    }
    assert_eq!(Report::errors(&report).len(), 0);
    let name = AttributeName::parse("source.principal[a]").unwrap();
    assert!(
        identity
            .attribute(&name, &place, &mut report)
            .expect("ours")
            .is_none()
    );
    assert_eq!(
        report.errors(),
        ["key: write \"source.principal\" alone, without brackets"]
    );
}
