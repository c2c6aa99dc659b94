mod round_trip;

use super::{Key, Value, Xfcc, XfccError};

#[track_caller]
fn refused(header: &str) -> XfccError {
    Xfcc::parse(header.as_bytes()).expect_err(header)
}

#[test]
fn a_chain_as_envoy_writes_it_is_read() {
    let header = concat!(
        r#"By=spiffe://mesh.test/edge;Hash=00ff;Cert="-----BEGIN%20CERTIFICATE-----%0AMII%3D";"#,
        r#"Chain="-----BEGIN%20";Subject="CN=a\"b\,c,O=d\;e\\";URI=spiffe://mesh.test/a;DNS=a.test;DNS=b.test;Issuer="CN=CA \"x\"""#,
        ",By=spiffe://mesh.test/gateway;Hash=11aa;Subject=\"\";URI=",
    );
    let xfcc = Xfcc::parse(header.as_bytes()).unwrap();
    let [first, last] = xfcc.elements() else {
        panic!("two elements: {xfcc:?}")
    };
    let bare = |value: Option<Value<'_>>| {
        let value = value.unwrap().bare().unwrap().to_vec();
        String::from_utf8(value).unwrap()
    };
    assert_eq!(bare(first.by), "spiffe://mesh.test/edge");
    assert_eq!(bare(first.hash), "00ff");
    assert_eq!(bare(first.uri), "spiffe://mesh.test/a");
    assert_eq!(first.dns, [Value::Bare(b"a.test"), Value::Bare(b"b.test")]);
    assert!(matches!(first.chain, Some(Value::Quoted(b"-----BEGIN%20"))));
    let certificate = first.cert.unwrap();
    assert_eq!(certificate.bare(), None);
    assert_eq!(
        *certificate.text(),
        *b"-----BEGIN%20CERTIFICATE-----%0AMII%3D"
    );
    assert_eq!(*first.subject.unwrap().text(), *br#"CN=a"b\,c,O=d\;e\\"#);
    assert_eq!(last.uri, Some(Value::Bare(b"")));
    assert_eq!(last.subject, Some(Value::Quoted(b"")));
    assert_eq!((last.cert, last.dns.len()), (None, 0));
    assert_eq!(xfcc.to_bytes(), header.as_bytes());
}

#[test]
fn keys_are_read_without_case() {
    let xfcc = Xfcc::parse(b"by=a;HASH=b;uri=c;dns=d").unwrap();
    assert_eq!(xfcc.to_bytes(), b"By=a;Hash=b;URI=c;DNS=d");
    assert_eq!(refused("URI=a;uri=b"), XfccError::Repeated(Key::Uri));
}

#[test]
fn what_is_no_key_is_refused() {
    for header in [
        "",
        ",",
        "Hash",
        "=a",
        "Hash=a,",
        ",Hash=a",
        "Hash=a,,Hash=b",
        "Hash=a;",
        "Hash=a;;URI=b",
        "Hash=a, Hash=b",
        "Hash =a",
        " Hash=a",
        "SAN=a",
        "Hash=a;x=b",
        "Hashes=a",
        r#"[{"hash":"a","uri":"b"}]"#,
        r#"{"hash"="a"}"#,
        "a,b=c",
        "URI=spiffe://mesh.test/a,spiffe://mesh.test/b",
        "U\u{130}I=a",
    ] {
        assert_eq!(refused(header), XfccError::BadKey, "{header:?}");
    }
}

#[test]
fn a_key_stands_once_and_in_envoys_order() {
    for (header, key) in [
        ("By=a;By=b", Key::By),
        ("Hash=a;Hash=a", Key::Hash),
        ("Cert=\"a\";Cert=\"a\"", Key::Cert),
        ("Chain=\"a\";Chain=\"a\"", Key::Chain),
        ("Subject=\"a\";Subject=\"a\"", Key::Subject),
        ("URI=a;URI=a", Key::Uri),
        ("Issuer=\"a\";Issuer=\"a\"", Key::Issuer),
        ("URI=a;DNS=b;URI=c", Key::Uri),
        ("By=a;Hash=b;By=a", Key::By),
        ("Hash=a,Hash=a;URI=a;URI=a", Key::Uri),
    ] {
        assert_eq!(refused(header), XfccError::Repeated(key), "{header:?}");
    }
    let all = [
        "By=a",
        "Hash=b",
        "Cert=\"c\"",
        "Chain=\"d\"",
        "Subject=\"e\"",
        "URI=f",
        "DNS=g",
        "Issuer=\"h\"",
    ];
    assert!(Xfcc::parse(all.join(";").as_bytes()).is_ok());
    for (at, later) in all.iter().enumerate() {
        for earlier in &all[..at] {
            let wrong = format!("{later};{earlier}");
            assert!(
                matches!(refused(&wrong), XfccError::OutOfOrder(_)),
                "{wrong}"
            );
        }
    }
}

#[test]
fn bytes_that_no_value_has_are_refused() {
    for byte in 0..=u8::MAX {
        let bare = [b"URI=a".as_slice(), &[byte], b"b"].concat();
        let quoted = [b"Subject=\"a".as_slice(), &[byte], b"b\""].concat();
        let escaped = [b"Subject=\"a\\".as_slice(), &[byte], b"b\""].concat();
        let is_bare = byte.is_ascii_graphic() && !b"\"\\;,".contains(&byte);
        assert_eq!(Xfcc::parse(&bare).is_ok(), is_bare, "bare {byte:#04x}");
        let is_quoted = byte >= b' ' && byte != 0x7f && !b"\";".contains(&byte);
        assert_eq!(
            Xfcc::parse(&quoted).is_ok(),
            is_quoted,
            "quoted {byte:#04x}"
        );
        let is_escaped = byte == b' ' || byte.is_ascii_graphic();
        assert_eq!(
            Xfcc::parse(&escaped).is_ok(),
            is_escaped,
            "escaped {byte:#04x}"
        );
    }
}

#[test]
fn a_quote_closes_its_value_and_hides_no_element() {
    for header in [
        "Subject=\"",
        "Subject=\"a",
        "Subject=\"a\\",
        "Subject=\"a\\\"",
        "Subject=\"a\"b",
        "Subject=\"a\"\"b\"",
        "Subject=\"a\" ",
        "URI=\"a\"x;DNS=b",
    ] {
        assert_eq!(refused(header), XfccError::BadQuote, "{header:?}");
    }
    for header in [
        // A client leaves a quote open, and its own certificate closes it: what the edge itself
        // wrote in between must not be swallowed.
        r#"By=x;Subject=",By=edge;Hash=00;URI=spiffe://a.test/a",By=edge;Hash=11;URI=spiffe://b.test/b"#,
        r#"URI=spiffe://a.test/a"b"#,
        r"URI=spiffe://a.test/a\b",
        "URI=a b",
    ] {
        assert_eq!(refused(header), XfccError::BadByte, "{header:?}");
    }
}

#[test]
fn a_backslash_at_a_subjects_end_does_not_swallow_the_quote() {
    let header = br#"Hash=a;Subject="CN=x\\";URI=spiffe://mesh.test/real"#;
    let xfcc = Xfcc::parse(header).unwrap();
    let element = &xfcc.elements()[0];
    assert_eq!(element.subject, Some(Value::Quoted(br"CN=x\\")));
    assert_eq!(element.uri, Some(Value::Bare(b"spiffe://mesh.test/real")));
    // and one that pretends to end is still inside
    assert_eq!(
        refused(r#"Hash=a;Subject="CN=x\";URI=spiffe://mesh.test/forged"#),
        XfccError::BadByte
    );
}

#[test]
fn length_and_number_are_bounded() {
    let header = |bytes: usize| format!("URI={}", "a".repeat(bytes - 4));
    assert!(Xfcc::parse(header(Xfcc::MAX_BYTES).as_bytes()).is_ok());
    assert_eq!(refused(&header(Xfcc::MAX_BYTES + 1)), XfccError::TooLong);
    let elements = |number: usize| vec!["Hash=a"; number].join(",");
    assert!(Xfcc::parse(elements(Xfcc::MAX_ELEMENTS).as_bytes()).is_ok());
    assert_eq!(
        refused(&elements(Xfcc::MAX_ELEMENTS + 1)),
        XfccError::TooManyElements
    );
}
