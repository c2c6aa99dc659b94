//! Header and claims of a token, through a whole decision. Every signature is taken, so that what comes
//! behind it is reached too; before the first NUL stands the header, behind it the claims.
#![no_main]

use std::borrow::Cow;
use std::rc::Rc;
use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use jwt::{Algorithm, Key, Signatures, Tokens};
use libfuzzer_sys::fuzz_target;
use policy::{Engine, Fact, Policy, Source, Status, Unreadable, compile};

const DOCUMENT: &str = r#"{"version": "v1",
    "jwt": {"providers": [{
        "name": "login", "issuer": "i", "audiences": ["shop"], "algorithms": ["ES256"],
        "max_lifetime": "1h", "refuse_id_tokens": true, "certificate_bound": "if_present",
        "claims": [{"claim": ["a", "b"], "values": ["x", 1, true]}],
        "claim_to_headers": [{"header_name": "x-user", "claim_name": "sub"}],
        "jwks": {"inline": {"keys": [{"kty": "EC", "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}}
    }]},
    "routes": [{"name": "all", "paths": ["/**"], "allow": {"jwt": "login", "scopes": ["s"]}}]}"#;

struct Yes;

impl Signatures for Yes {
    fn verify(&self, _: Algorithm, _: &Key, _: &[u8], _: &[u8]) -> bool {
        true
    }
}

struct Bearer(String);

impl Source for Bearer {
    fn header(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        Ok(match name {
            ":method" => Some(b"GET".as_slice().into()),
            ":path" => Some(b"/".as_slice().into()),
            ":authority" => Some(b"h".as_slice().into()),
            "authorization" => Some(self.0.as_bytes().into()),
            _ => None,
        })
    }

    fn fact(&self, _: Fact) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        Ok(None)
    }

    fn unix_time(&self) -> Result<Duration, Unreadable> {
        Ok(Duration::from_secs(1_800_000_000))
    }

    fn monotonic(&self) -> Result<Duration, Unreadable> {
        Ok(Duration::from_secs(1_000))
    }
}

fn engine() -> Engine {
    let policies: Vec<Box<dyn Policy>> = vec![Box::new(Tokens::with_signatures(Rc::new(Yes)))];
    let (engine, _) = compile(DOCUMENT.as_bytes(), "jwt_authn.wasm", policies).unwrap();
    engine
}

fuzz_target!(|bytes: &[u8]| {
    thread_local!(static ENGINE: Engine = engine());
    let at = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (header, claims) = bytes.split_at(at);
    let [header, claims] = [header, claims.get(1..).unwrap_or_default()]
        .map(Base64UrlUnpadded::encode_string);
    let request = Bearer(format!("Bearer {header}.{claims}.AAAA"));
    ENGINE.with(|engine| {
        let [first, again] = [(), ()].map(|()| match engine.decide(&request) {
            Ok(_) => "permit",
            Err(denial) => {
                assert_ne!(denial.reason.status(), Status::Unavailable, "{}", denial.reason);
                denial.reason.code()
            }
        });
        assert_eq!(first, again, "what is remembered is decided like what is not");
        assert!(first == "permit" || first.starts_with("jwt."), "{first}");
    });
});
