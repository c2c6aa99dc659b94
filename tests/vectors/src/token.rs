//! Tokens of the vectors: signed at run time with an Ed25519 key that is no secret.
//!
//! Ed25519 because its signatures are deterministic (RFC 8032 §5.1.6) and need no source of
//! randomness, which bare wasm does not have.

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_compact::{KeyPair, Seed};
use serde_json::{Value, json};

/// The key id in the key set.
const KID: &str = "vectors";

/// The JWK set (RFC 8037 §2) that the documents hold.
pub(crate) fn key_set() -> Value {
    let x = Base64UrlUnpadded::encode_string(&*pair(7).pk);
    json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": KID, "alg": "EdDSA", "use": "sig", "x": x}]})
}

/// Signs `{header, claims, key}`: numbers in `claims` named exp, nbf or iat are relative to now;
/// `key: "foreign"` signs with another key under the same id; `key: "none"` does not sign.
#[must_use]
pub fn sign(token: &Value, unix_time: u64) -> String {
    let mut header = json!({"alg": "EdDSA", "typ": "JWT", "kid": KID});
    for (name, value) in token["header"].as_object().into_iter().flatten() {
        match value {
            Value::Null => drop(header.as_object_mut().map(|header| header.remove(name))),
            value => header[name] = value.clone(),
        }
    }
    let mut claims = token["claims"].clone();
    for name in ["exp", "nbf", "iat"] {
        let absolute = claims[name]
            .as_i64()
            .and_then(|offset| unix_time.checked_add_signed(offset));
        match absolute {
            Some(time) => claims[name] = json!(time),
            None => drop(claims.as_object_mut().map(|claims| claims.remove(name))),
        }
    }
    let encode = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let input = format!("{}.{}", encode(&header), encode(&claims));
    let signature = match token["key"].as_str() {
        Some("none") => String::new(),
        Some("foreign") => signature(&pair(8), &input),
        _ => signature(&pair(7), &input),
    };
    format!("{input}.{signature}")
}

fn signature(pair: &KeyPair, input: &str) -> String {
    Base64UrlUnpadded::encode_string(&*pair.sk.sign(input, None))
}

fn pair(seed: u8) -> KeyPair {
    KeyPair::from_seed(Seed::new([seed; Seed::BYTES]))
}
