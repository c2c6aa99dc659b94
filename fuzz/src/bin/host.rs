//! The host that a decision is made on, through a whole decision.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use policy::{Engine, compile};
use portcullis_fuzz::Plain;
use spiffe::Identity;

const DOCUMENT: &str = r#"{"version":"v1","routes":[
    {"name":"all","paths":["/**"],"allow":"none"},
    {"name":"shop","hosts":["shop.example.org"],"paths":["/**"],"allow":"any"}]}"#;

thread_local! {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
        let policies: Vec<Box<dyn policy::Policy>> = vec![Box::new(Identity::new())];
        match compile(DOCUMENT.as_bytes(), "spiffe-authz.wasm", policies) {
            Ok((engine, _)) => engine,
            Err(report) => panic!("{:?}", report.errors()),
        }
    });
}

fuzz_target!(|bytes: &[u8]| {
    ENGINE.with(|engine| {
        let route = |host: &[u8]| {
            let request = Plain { method: b"GET", path: b"/", host: Some(host) };
            match engine.decide(&request) {
                Ok(permit) => permit.route.as_deref().unwrap_or_default().to_owned(),
                Err(denial) => denial.reason.code().to_owned(),
            }
        };
        let verdict = route(bytes);
        if verdict == "shop" {
            let lower = bytes.to_ascii_lowercase();
            let rest = lower.strip_prefix(b"shop.example.org").expect("its own host alone");
            assert!(rest.is_empty() || rest.starts_with(b":"), "and a port");
        }
        assert_eq!(route(&bytes.to_ascii_uppercase()), verdict, "case changes nothing");
        let plain = !bytes.contains(&b':') && !verdict.starts_with("request.");
        if plain {
            assert_eq!(route(&[bytes, b":8443"].concat()), verdict, "a port changes nothing");
        }
    });
});
