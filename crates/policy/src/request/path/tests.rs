use proptest::prelude::*;

use super::*;

fn ambiguity(raw: &str) -> Ambiguity {
    NormalPath::read(raw.as_bytes()).ambiguity()
}

#[test]
fn plain_paths_have_one_reading() {
    for (raw, normal) in [
        ("/", "/"),
        ("/?q=//..;", "/"),
        ("/a", "/a"),
        ("/a/", "/a"),
        ("/a/b.c/d..e/...", "/a/b.c/d..e/..."),
        ("/%61dmin", "/admin"),
        ("/a%20b", "/a b"),
        ("/caf%C3%A9", "/café"),
        ("/café", "/café"),
        ("/100%25", "/100%"),
        ("/pkg.Service/Method", "/pkg.Service/Method"),
    ] {
        let path = NormalPath::read(raw.as_bytes());
        assert_eq!(path.ambiguity(), Ambiguity::NONE, "{raw}");
        assert_eq!(path.as_bytes(), normal.as_bytes(), "{raw}");
    }
}

#[test]
fn what_two_servers_read_differently_is_found() {
    for (raw, expected) in [
        ("/v1/orders%2f..%2fadmin", Ambiguity::ENCODED_SLASH),
        ("/v1/orders%2Fx", Ambiguity::ENCODED_SLASH),
        ("/a%5cb", Ambiguity::ENCODED_BACKSLASH),
        ("/a\\b", Ambiguity::ENCODED_BACKSLASH),
        ("//admin", Ambiguity::EMPTY_SEGMENT),
        ("/a//b", Ambiguity::EMPTY_SEGMENT),
        ("/a//", Ambiguity::EMPTY_SEGMENT),
        ("/a;v=1/b", Ambiguity::SEMICOLON),
        ("/a%3bv=1/b", Ambiguity::SEMICOLON),
        ("/%252e%252e/admin", Ambiguity::DOUBLE_ENCODING),
        ("/a%25%32%66b", Ambiguity::DOUBLE_ENCODING),
        ("/a%25%32fb", Ambiguity::DOUBLE_ENCODING),
        ("/a%252%66b", Ambiguity::DOUBLE_ENCODING),
    ] {
        assert_eq!(ambiguity(raw), expected, "{raw}");
    }
}

#[test]
fn what_no_route_can_accept() {
    for raw in [
        "",
        "*",
        "admin",
        "http://h/a",
        "/a/../b",
        "/a/./b",
        "/..",
        "/.",
        "/%2e%2e/a",
        "/%2E/a",
        "/a/..;/b",
        "/a/.;x/b",
        "/a%00b",
        "/a\0b",
        "/a\nb",
        "/a%0d%0ab",
        "/a\x7f",
        "/%ff",
        "/%c0%af",
        "/%",
        "/%2",
        "/%zz",
        "/a#/../b",
        "/a%23b",
        "/a%3fb",
        // each in two forms, of which a server may know one
        "/a;b%3bc",
        "/a%5cb\\c",
    ] {
        assert!(ambiguity(raw).has(Ambiguity::NEVER), "{raw:?}");
    }
    assert!(
        NormalPath::read(b"/\xc0\xaf")
            .ambiguity()
            .has(Ambiguity::NEVER),
        "overlong"
    );
}

#[test]
fn the_other_reading_is_that_of_the_laxer_server() {
    for (raw, other) in [
        ("/a%2fb", "/a/b"),
        ("/a\\b", "/a/b"),
        ("//admin", "/admin"),
        ("/admin;x/y", "/admin/y"),
        ("/%252fadmin", "/admin"),
        ("/%2561dmin", "/admin"),
    ] {
        assert_eq!(
            NormalPath::read(raw.as_bytes()).other_reading().as_bytes(),
            other.as_bytes(),
            "{raw}"
        );
    }
    let climbing = NormalPath::read(b"/a%2f..%2fadmin").other_reading();
    assert_eq!(climbing.ambiguity(), Ambiguity::NEVER);
}

#[test]
fn a_path_as_it_was_written_matches_no_literal_where_it_could_be_written_otherwise() {
    for raw in [
        "/",
        "/v1/things:cancel",
        "/a!$&'()*+,=@b/-._~",
        "/caf%C3%A9/a%20b",
        "/100%25",
    ] {
        let readings = NormalPath::read(raw.as_bytes()).other_readings().count();
        assert_eq!(readings, 0, "{raw}");
    }
    for (raw, written) in [
        ("/%61dmin", b"/\xffdmin".as_slice()),
        ("/v1/things%3Acancel", b"/v1/things\xffcancel"),
        ("/caf%c3%a9/x", b"/caf\xff\xff/x"),
        ("/caf\u{e9}", b"/caf\xff\xff"),
        ("/{a}|b", b"/\xffa\xff\xffb"),
        ("/%7Ebob/%41/", b"/\xffbob/\xff"),
    ] {
        let path = NormalPath::read(raw.as_bytes());
        assert_eq!(path.ambiguity(), Ambiguity::NONE, "{raw}");
        let others: Vec<_> = path.other_readings().collect();
        assert_eq!(others.len(), 1, "{raw}");
        assert_eq!(others[0].as_bytes(), written, "{raw}");
    }
}

#[test]
fn a_lax_server_may_or_may_not_merge() {
    let readings = |raw: &str| -> Vec<String> {
        let path = NormalPath::read(raw.as_bytes());
        let text = |path: NormalPath<'_>| String::from_utf8_lossy(path.as_bytes()).into_owned();
        path.other_readings().map(text).collect()
    };
    let as_written = "/a\u{fffd}\u{fffd}b";
    assert_eq!(readings("/a%2F%2Fb"), [as_written, "/a//b", "/a/b"]);
    assert_eq!(readings("/a/;x/b"), ["/a//b", "/a/b"]);
    assert_eq!(readings("/a//b"), ["/a//b", "/a/b"]);
    for never in [
        "/a%2500b",
        "/a%25ff",
        "/a%252525",
        "/a%25252fb",
        "/a/%252e%252e",
    ] {
        let path = NormalPath::read(never.as_bytes());
        assert!(
            path.other_readings()
                .any(|other| other.ambiguity() == Ambiguity::NEVER),
            "{never}"
        );
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read(raw in proptest::collection::vec(any::<u8>(), 0..200)) {
        let path = NormalPath::read(&raw);
        let _ = path.other_reading();
        if path.ambiguity() == Ambiguity::NONE {
            prop_assert!(path.as_bytes().starts_with(b"/"));
            prop_assert!(!path.as_bytes().windows(2).any(|pair| pair == b"//"));
            prop_assert!(std::str::from_utf8(path.as_bytes()).is_ok());
        }
    }

    /// A path with one reading is its own other reading, so nothing hides behind it.
    #[test]
    fn one_reading_means_one(raw in "/[a-z%2fF5cC./;\\\\0-9]{0,30}") {
        let path = NormalPath::read(raw.as_bytes());
        if path.ambiguity() == Ambiguity::NONE {
            let other = path.other_reading();
            // a literal percent sign may be decoded by a second reader, which only
            // DOUBLE_ENCODING allows to change anything
            prop_assert_eq!(path.as_bytes(), other.as_bytes());
        }
    }
}
