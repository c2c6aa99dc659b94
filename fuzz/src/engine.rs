//! An engine whose one route asks for a token.

use std::rc::Rc;

use jwt::Tokens;
use policy::{Engine, Policy, compile};

use crate::Shelf;

/// The public key of RFC 8037 §A.2; whoever guesses a signature of it has earned the finding.
const KEYS: &str = r#"{"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

/// An engine that asks for a token of a provider `login` with these fields beside its name, issuer and
/// audience; `$KEYS` in them stands for a key set.
#[must_use]
pub fn asking(fields: &str) -> Engine {
    let fields = fields.replace("$KEYS", KEYS);
    let document = format!(
        r#"{{"version": "v1", "jwt": {{"providers": [{{"name": "login", "issuer": "i", "audiences": ["a"], {fields}}}]}},
            "routes": [{{"name": "all", "paths": ["/**"], "allow": {{"jwt": "login"}}}}]}}"#
    );
    let policies: Vec<Box<dyn Policy>> = vec![Box::new(Tokens::new().with_store(Rc::new(Shelf::default())))];
    match compile(document.as_bytes(), "jwt-authn.wasm", policies) {
        Ok((engine, _)) => engine,
        Err(report) => panic!("{:#?}", report.errors()),
    }
}
