//! API keys wherever a request can carry one, through a whole decision.
//!
//! The input is a header, a cookie header and a query, one a line.
#![no_main]

use std::borrow::Cow;
use std::sync::LazyLock;
use std::time::Duration;

use api_key::{ApiKeys, Digest};
use libfuzzer_sys::fuzz_target;
use policy::{Engine, Fact, HeaderChange, Source, Unreadable, compile};
use portcullis_fuzz::Plain;

const KEYS: [&str; 2] = ["Q1", "QQ22"];

const CARRIERS: &str = r#""from_headers":[{"name":"authorization","value_prefix":"Key "}],
    "from_cookies":["key"],"from_params":["key"]"#;

thread_local! {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
        let [one, two] = KEYS.map(|key| Digest::of(key.as_bytes()));
        let document = format!(
            r#"{{"version":"v1","api_key":{{{CARRIERS},"keys":[
                {{"client":"a","sha256":"{one}"}},{{"client":"b","sha256":"{two}"}}]}},
                "routes":[{{"name":"all","paths":["/**"],"allow":{{"api_key":"any"}}}}]}}"#
        );
        let policies: Vec<Box<dyn policy::Policy>> = vec![Box::new(ApiKeys::new())];
        match compile(document.as_bytes(), "gateway.wasm", policies) {
            Ok((engine, _)) => engine,
            Err(report) => panic!("{:?}", report.errors()),
        }
    });
}

/// A request with a header and cookies.
struct Keyed<'a> {
    plain: Plain<'a>,
    authorization: &'a [u8],
    cookie: &'a [u8],
}

impl Source for Keyed<'_> {
    fn header(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        match name {
            "authorization" => Ok(Some(self.authorization.into())),
            "cookie" => Ok(Some(self.cookie.into())),
            other => self.plain.header(other),
        }
    }

    fn fact(&self, fact: Fact) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        self.plain.fact(fact)
    }

    fn unix_time(&self) -> Result<Duration, Unreadable> {
        self.plain.unix_time()
    }

    fn monotonic(&self) -> Result<Duration, Unreadable> {
        self.plain.monotonic()
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.splitn(3, |byte| *byte == b'\n');
    let mut next = || lines.next().unwrap_or_default();
    let (authorization, cookie, query) = (next(), next(), next());
    let path = [b"/?", query].concat();
    let send = |authorization: &[u8], cookie: &[u8], path: &[u8]| {
        let plain = Plain { method: b"GET", path, host: Some(b"h") };
        ENGINE.with(|engine| engine.decide(&Keyed { plain, authorization, cookie }))
    };
    let Ok(permit) = send(authorization, cookie, &path) else {
        return;
    };
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let sent = [authorization, cookie, query].map(text);
    // percent-decoded, a key may be written in many ways
    let plain = KEYS.iter().any(|key| sent.iter().any(|one| one.contains(key)));
    assert!(plain || sent[2].contains('%'), "let in without a key");

    let mut left = (authorization.to_vec(), cookie.to_vec(), path);
    for change in permit.changes {
        let (name, value) = match change {
            HeaderChange::Remove(name) => (name, Vec::new()),
            HeaderChange::Set(name, value) => (name, value),
            HeaderChange::Add(name, _) => panic!("{name} added"),
        };
        match &*name {
            "authorization" => left.0 = value,
            "cookie" => left.1 = value,
            ":path" => left.2 = value,
            other => panic!("{other} changed"),
        }
    }
    let denial = send(&left.0, &left.1, &left.2).expect_err("the key was taken out");
    assert_eq!(denial.reason.code(), "api_key.missing");
});
