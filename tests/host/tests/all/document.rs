//! The document in the two forms in which a proxy hands it over: JSON text, and a serialised
//! `google.protobuf.Struct`.

use serde_json::{Value, json};

use crate::policies::{self, OPEN};
use crate::proxy::{Proxy, Went, log};

/// A struct as protobuf writes it (`google/protobuf/struct.proto`).
fn on_the_wire(value: &Value) -> Vec<u8> {
    match value {
        Value::Object(members) => members.iter().fold(Vec::new(), |mut wire, (key, value)| {
            let entry = [field(0x0a, key.as_bytes()), field(0x12, &wrapped(value))].concat();
            wire.extend(field(0x0a, &entry));
            wire
        }),
        Value::Array(items) => items
            .iter()
            .flat_map(|item| field(0x0a, &wrapped(item)))
            .collect(),
        _ => panic!("an object or a list"),
    }
}

fn wrapped(value: &Value) -> Vec<u8> {
    match value {
        Value::Null => vec![0x08, 0],
        Value::Number(number) => [
            vec![0x11],
            number.as_f64().expect("a number").to_le_bytes().to_vec(),
        ]
        .concat(),
        Value::String(text) => field(0x1a, text.as_bytes()),
        Value::Bool(flag) => vec![0x20, u8::from(*flag)],
        Value::Object(_) => field(0x2a, &on_the_wire(value)),
        Value::Array(_) => field(0x32, &on_the_wire(value)),
    }
}

fn field(tag: u8, payload: &[u8]) -> Vec<u8> {
    let mut wire = vec![tag];
    let mut length = payload.len();
    while length > 0x7f {
        wire.push(u8::try_from(length & 0x7f).expect("seven bits") | 0x80);
        length >>= 7;
    }
    wire.push(u8::try_from(length).expect("seven bits"));
    wire.extend_from_slice(payload);
    wire
}

fn taken(configuration: &[u8]) -> (bool, Vec<(u32, String)>) {
    let proxy = Proxy::start(policies::routes);
    (proxy.configure(configuration), log())
}

#[test]
fn a_struct_decides_as_its_text_does() {
    let document: Value = serde_json::from_str(OPEN).expect("JSON");
    let proxy = Proxy::start(policies::routes);
    assert!(proxy.configure(&on_the_wire(&document)), "{:?}", log());
    assert_eq!(proxy.get("/"), Went::On);
    assert_eq!(proxy.get("/closed"), Went::Nowhere);
}

#[test]
fn what_is_wrong_is_worded_alike_in_both_forms() {
    let routes = |field: &str, value: Value| json!({"version": "v1", "routes": [{"name": "a", "paths": ["/"], "allow": "any", field: value}]});
    for document in [
        json!({"version": "v2"}),
        json!({"version": 1}),
        json!({"version": 1.5}),
        json!({"version": 1e300}),
        json!({"version": -7}),
        json!({"version": null}),
        json!({"version": true}),
        json!({"version": []}),
        json!({"version": {}}),
        json!({"version": "v1", "a \"quoted\\\" name\n": "é\u{1}\u{7f}\u{2028}"}),
        routes("ports", json!([443, 65536, 1.5, 9_007_199_254_740_993_u64])),
        routes("name", json!("é")),
        routes("paths", json!(["/a\"b", "/\u{0}", "/{", "/}", "/[", "/,"])),
        routes("paths", json!([["/"], {"a": "/"}])),
        routes(
            "methods",
            json!((0..200).map(|n| format!("M{n}")).collect::<Vec<_>>()),
        ),
    ] {
        // a struct's numbers are doubles
        let text = document
            .to_string()
            .replace("9007199254740993", "9007199254740992");
        assert_eq!(
            taken(&on_the_wire(&document)),
            taken(text.as_bytes()),
            "{document}"
        );
    }
}

#[test]
fn part_of_a_struct_is_no_document() {
    let document: Value = serde_json::from_str(OPEN).expect("JSON");
    let wire = on_the_wire(&document);
    for end in 1..wire.len() {
        assert!(!taken(&wire[..end]).0, "the first {end} bytes");
    }
}

#[test]
fn no_byte_of_a_struct_can_be_another_and_panic() {
    let document: Value = serde_json::from_str(OPEN).expect("JSON");
    let wire = on_the_wire(&document);
    for at in 0..wire.len() {
        for flip in [0x01, 0x02, 0x04, 0x08, 0x80, 0xff] {
            let mut wire = wire.clone();
            wire[at] ^= flip;
            taken(&wire);
        }
    }
}

#[test]
fn what_no_struct_says_is_refused() {
    let version = |value: &[u8]| {
        field(
            0x0a,
            &[field(0x0a, b"version"), field(0x12, value)].concat(),
        )
    };
    for wire in [
        version(&[]),                       // a value of no kind
        version(&[0x08, 0, 0x20, 1]),       // of two kinds
        version(&[0x38, 0]),                // of a kind that there is not
        version(&[0x13]),                   // of a wire type that is gone
        version(&field(0x1a, b"\xff\xfe")), // text that is not UTF-8
        version(&[[0x11].as_slice(), &f64::NAN.to_le_bytes()].concat()),
        version(&[[0x11].as_slice(), &f64::INFINITY.to_le_bytes()].concat()),
        version(&[
            0x1a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,
        ]),
        version(&[
            0x20, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01,
        ]),
        field(
            0x0a,
            &[field(0x12, &[0x08, 0]), field(0x0a, b"version")].concat(),
        ),
        field(0x0a, &field(0x0a, b"version")),
        [version(&field(0x1a, b"v1")), field(0x12, b"")].concat(),
    ] {
        let (taken, log) = taken(&wire);
        assert!(!taken, "{wire:02x?}");
        assert!(log[0].1.contains("not JSON"), "{wire:02x?} {log:?}");
    }
}

#[test]
fn depth_is_bounded() {
    let nested = |levels| {
        let mut value = field(0x1a, b"deep");
        for _ in 0..levels {
            value = field(0x32, &field(0x0a, &value));
        }
        field(
            0x0a,
            &[field(0x0a, b"version"), field(0x12, &value)].concat(),
        )
    };
    for levels in [30, 3_000] {
        let (taken, log) = taken(&nested(levels));
        assert!(!taken);
        assert_eq!(log[0].1.contains("not JSON"), levels == 3_000, "{log:?}");
    }
}

#[test]
fn text_may_begin_with_a_line_break() {
    let (taken, log) = taken(format!("\n\r\n {OPEN}\n").as_bytes());
    assert!(taken, "{log:?}");
}
