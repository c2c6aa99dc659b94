//! Credentials in headers, cookies and the query.
#![no_main]

use libfuzzer_sys::fuzz_target;
use policy::{Carried, Carrier, Engine, HeaderChange, Permit, Request, internal};
use portcullis_fuzz::{Carrying, asking};

thread_local! {
    static ENGINE: Engine = asking(
        r#""algorithms": ["EdDSA"], "jwks": {"inline": $KEYS}, "from_params": ["t"], "from_cookies": ["t"],
           "from_headers": [{"name": "authorization", "value_prefix": "Bearer "}, {"name": "x-t"}]"#,
    );
}

/// The carrier, the header it is read from, and the request that carries the bytes there.
fn cases<'a>(bytes: &'a [u8], path: &'a [u8]) -> [(Carrier, &'static str, Carrying<'a>); 4] {
    let with = |name| Carrying {
        headers: vec![(name, bytes)],
        ..Carrying::default()
    };
    let query = Carrying {
        path,
        ..Carrying::default()
    };
    [
        (Carrier::header("authorization", "Bearer "), "authorization", with("authorization")),
        (Carrier::header("x-t", ""), "x-t", with("x-t")),
        (Carrier::cookie("t"), "cookie", with("cookie")),
        (Carrier::param("t"), ":path", query),
    ]
}

fuzz_target!(|bytes: &[u8]| {
    let path = [b"/?", bytes].concat();
    for (carrier, name, source) in cases(bytes, &path) {
        let request = Request::new(&source);
        let carried = carrier.read(&request).expect("the request answers");
        let mut permit = Permit::default();
        carrier.remove(&request, &mut permit).expect("the request answers");
        // A scheme with nothing behind it is a token too: an empty one, which is malformed and not missing.
        if let Carried::Token(_) = &carried {
            assert!(!permit.changes.is_empty(), "it stays where it was");
        }
        // Behind the change nobody finds it.
        for change in &permit.changes {
            match change {
                HeaderChange::Remove(header) => assert_eq!(&**header, name),
                HeaderChange::Set(header, value) => {
                    assert_eq!(&**header, name);
                    let left = if name == ":path" {
                        Carrying { path: value, ..Carrying::default() }
                    } else {
                        Carrying { headers: vec![(name, value)], ..Carrying::default() }
                    };
                    let left = carrier.read(&Request::new(&left)).expect("the request answers");
                    assert!(matches!(left, Carried::Nothing));
                }
                HeaderChange::Add(..) => panic!("nothing is added"),
            }
        }
        ENGINE.with(|engine| match engine.decide(&source) {
            Ok(_) => panic!("nobody has signed it"),
            Err(denial) => assert!(!internal::ALL.contains(&denial.reason), "{}", denial.reason),
        });
    }
});
