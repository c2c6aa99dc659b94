//! Messages written by hand, and bytes of any kind.

use proptest::prelude::*;

use super::*;

/// A field of wire type 2.
fn bytes(number: u8, inner: &[u8]) -> Vec<u8> {
    assert!(inner.len() < 1 << 14, "two bytes of length");
    let (low, high) = (inner.len() & 0x7f, inner.len() >> 7);
    let mut field = vec![number << 3 | 2];
    if high > 0 {
        field.push(u8::try_from(low).unwrap() | 0x80);
        field.push(u8::try_from(high).unwrap());
    } else {
        field.push(u8::try_from(low).unwrap());
    }
    field.extend_from_slice(inner);
    field
}

fn text(value: &str) -> Vec<u8> {
    bytes(3, value.as_bytes())
}

fn number(value: f64) -> Vec<u8> {
    [&[2 << 3 | 1][..], &value.to_le_bytes()].concat()
}

fn member(name: &str, value: &[u8]) -> Vec<u8> {
    let entry = [bytes(1, name.as_bytes()), bytes(2, value)].concat();
    bytes(1, &entry)
}

fn object(members: &[Vec<u8>]) -> Vec<u8> {
    bytes(5, &members.concat())
}

fn list(items: &[Vec<u8>]) -> Vec<u8> {
    let items: Vec<Vec<u8>> = items.iter().map(|item| bytes(1, item)).collect();
    bytes(6, &items.concat())
}

/// Metadata with one payload, behind another filter's.
fn metadata(value: &[u8]) -> Vec<u8> {
    let other = member("envoy.lb", &member("login", &text("x")));
    let ours = member("envoy.filters.http.jwt_authn", &member("login", value));
    [other, bytes(2, b"typed"), ours].concat()
}

fn read(value: &[u8]) -> Option<Value> {
    payload(&metadata(value), "login").unwrap()
}

#[test]
fn each_type_stays_what_it_is() {
    let value = object(&[
        member("sub", &text("ada")),
        member("exp", &number(1_700_000_000.0)),
        member("level", &number(1.5)),
        member("eight", &text("12345678")),
        member("ok", &[4 << 3, 1]),
        member("none", &[1 << 3, 0]),
        member("aud", &list(&[text("shop"), number(-7.0)])),
        member("empty", &text("")),
    ]);
    let read = read(&value).unwrap();
    let json =
        br#"{"sub":"ada","exp":1700000000,"level":1.5,"eight":"12345678","ok":true,"none":null,
                    "aud":["shop",-7],"empty":""}"#;
    assert!(read == Value::parse(json).unwrap());
}

#[test]
fn what_is_not_there_is_no_payload() {
    let value = object(&[member("sub", &text("ada"))]);
    for (metadata, key) in [
        (Vec::new(), "login"),
        (metadata(&value), "other"),
        (member("envoy.lb", &member("login", &value)), "login"),
        (bytes(2, &member("login", &value)), "login"),
    ] {
        assert!(payload(&metadata, key).unwrap().is_none());
    }
}

#[test]
fn what_the_proxy_would_not_write_is_malformed() {
    let ada = text("ada");
    let deep = (0..MAX_DEPTH).fold(ada.clone(), |inner, _| object(&[member("a", &inner)]));
    let twice = [metadata(&ada), metadata(&ada)].concat();
    for metadata in [
        metadata(&[]),
        metadata(&[ada.clone(), ada.clone()].concat()),
        metadata(&[1 << 3, 1]),
        metadata(&[4 << 3, 2]),
        metadata(&number(f64::NAN)),
        metadata(&number(f64::INFINITY)),
        metadata(&bytes(3, b"\xff")),
        metadata(&bytes(7, b"")),
        metadata(&object(&[member("a", &ada), member("a", &ada)])),
        metadata(&deep),
        metadata(&bytes(5, &[1 << 3, 0])),
        metadata(&bytes(5, &bytes(1, &bytes(3, b"")))),
        twice,
        vec![1 << 3 | 3],
        vec![1 << 3 | 2, 5, 0],
        vec![0xff; 11],
        b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02".to_vec(),
    ] {
        assert!(payload(&metadata, "login").is_err(), "{metadata:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(value: Vec<u8>, metadata: Vec<u8>) {
        let _ = payload(&metadata, "login");
        let _ = payload(&self::metadata(&value), "login");
    }

    #[test]
    fn numbers_are_kept(value: f64) {
        prop_assume!(value.is_finite());
        let read = match read(&number(value)) {
            #[expect(clippy::cast_precision_loss, reason = "up to 2^53")]
            Some(Value::Whole(whole)) => whole as f64,
            Some(Value::Fraction(fraction)) => fraction,
            _ => f64::NAN,
        };
        prop_assert!((read - value).abs() == 0.0);
    }
}
