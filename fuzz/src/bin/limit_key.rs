//! The key of a limit, out of any values: only equal requests share a bucket.
#![no_main]

use std::borrow::Cow;
use std::rc::Rc;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use policy::{Engine, Fact, Policy, Source, Unreadable, compile, internal};
use portcullis_fuzz::{Plain, Shelf};
use rate_limit::Limits;

const DOCUMENT: &str = r#"{"version":"v1","rate_limit":{"headers":["none"],"limits":[
    {"name":"pair","key":["request.headers[x-a]","request.headers[x-b]"],"rates":[{"requests":1,"per":"1h"}]}]}}"#;

/// An engine whose limit has counted nothing yet.
fn engine() -> Engine {
    let store = Rc::new(Shelf::default());
    let policies: Vec<Box<dyn Policy>> = vec![Box::new(Limits::new(store, || Ok([7; 16])))];
    match compile(DOCUMENT.as_bytes(), "rate_limit.wasm", policies) {
        Ok((engine, _)) => engine,
        Err(report) => panic!("{:?}", report.errors()),
    }
}

/// A request with the two headers.
struct Paired<'a> {
    plain: Plain<'a>,
    pair: [&'a [u8]; 2],
}

impl Source for Paired<'_> {
    fn header(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        match name {
            "x-a" => Ok(Some(self.pair[0].into())),
            "x-b" => Ok(Some(self.pair[1].into())),
            _ => self.plain.header(name),
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
    let parts: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let [a, b, c, d, ..] = parts[..] else { return };
    let engine = engine();
    let decide = |a, b| {
        let request = Paired { plain: Plain { method: b"GET", path: b"/", host: Some(b"h") }, pair: [a, b] };
        engine.decide(&request).map_err(|denial| denial.reason)
    };
    if let Err(reason) = decide(a, b) {
        panic!("the first one: {reason}");
    }
    let second = decide(c, d);
    assert_eq!(second.is_err(), (a, b) == (c, d));
    assert!(decide(a, b).is_err() && decide(c, d).is_err());
    if let Err(reason) = second {
        assert!(!internal::ALL.contains(&reason), "{reason}");
    }
});
