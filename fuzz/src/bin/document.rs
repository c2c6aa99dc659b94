//! A document, through the policies of the gateway.
#![no_main]

use std::rc::Rc;

use api_key::ApiKeys;
use jwt::Tokens;
use libfuzzer_sys::fuzz_target;
use policy::{Policy, compile, internal};
use portcullis_fuzz::{Plain, Shelf};
use rate_limit::Limits;
use spiffe::{Identity, SpiffeId};

const REQUESTS: [(&[u8], &[u8], Option<&[u8]>); 5] = [
    (b"GET", b"/", Some(b"shop.example.org")),
    (b"POST", b"/v1/orders/7?x=1", Some(b"api.example.org:8443")),
    (b"PATCH", b"/v1//a%2fb;c", Some(b"h.")),
    (b"OPTIONS", b"*", None),
    (b"CONNECT", b"/", Some(b"x")),
];

fuzz_target!(|bytes: &[u8]| {
    let store = Rc::new(Shelf::default());
    let identity = Identity::new();
    let tokens = Tokens::new()
        .with_spiffe_ids(SpiffeId::is_in)
        .with_workloads(identity.workloads());
    let policies: Vec<Box<dyn Policy>> = vec![
        Box::new(identity),
        Box::new(tokens),
        Box::new(ApiKeys::new()),
        Box::new(Limits::new(store, || Ok([7; 16]))),
    ];
    match compile(bytes, "gateway.wasm", policies) {
        Err(report) => {
            assert!(report.is_refused());
            assert!(!report.errors().is_empty(), "refused without a word");
        }
        Ok((engine, report)) => {
            assert!(!report.is_refused());
            for (method, path, host) in REQUESTS {
                if let Err(denial) = engine.decide(&Plain { method, path, host }) {
                    assert!(!internal::ALL.contains(&denial.reason), "{}", denial.reason);
                }
            }
        }
    }
});
