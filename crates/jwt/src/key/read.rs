//! How a JWK is read: what it must hold, what makes it unusable, what must never be there.

use base64ct::{Base64UrlUnpadded, Encoding};
use jwt_simple::algorithms::{ES256PublicKey, Ed25519PublicKey, RS256PublicKey};
use policy::language::{Json, Place, Report};

use super::{Key, Material};

/// What became of a JWK.
pub(crate) enum Jwk {
    /// A key that verifies.
    Usable(Key),
    /// One that is there for something else, as RFC 7517 §5 allows; a warning says why.
    Unusable,
}

/// Members that are secret (RFC 7518 §6.2.2, §6.3.2, §6.4.1; RFC 8037 §2).
const SECRETS: [&str; 8] = ["d", "k", "p", "q", "dp", "dq", "qi", "oth"];

/// The least bits of an RSA modulus (RFC 7518 §3.3), and the most that jwt-simple takes.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// The only exponent in use; a small one has a history, a large one only costs time.
const RSA_EXPONENT: [u8; 3] = [1, 0, 1];

/// Bytes of a coordinate on P-256 (RFC 7518 §6.2.1.2) and of an Ed25519 key (RFC 8032 §5.1.5).
const COORDINATE: usize = 32;

/// Reads one JWK. `None` where it is wrong, which is then in the report.
pub(crate) fn read(jwk: &Json, place: &Place<'_>, report: &mut Report) -> Option<Jwk> {
    let Json::Object(members) = jwk else {
        report.error(place, format_args!("expected a JWK, got {}", jwk.kind()));
        return None;
    };
    if let Some((name, _)) = members.iter().find(|(name, _)| SECRETS.contains(&&**name)) {
        report.error(
            &place.field(name),
            "is a secret; a token is verified with the public half of a key alone: remove this \
             member, and replace the key if anybody else has seen it",
        );
        return None;
    }
    let mut reader = Reader { jwk, place, report };
    let kind = reader.required("kty")?;
    let id = reader.text("kid")?.map(Into::into);
    let (expected, curve) = match kind {
        "RSA" => ("RS256", None),
        "EC" => ("ES256", Some("P-256")),
        "OKP" => ("EdDSA", Some("Ed25519")),
        other => return Some(reader.unusable("kty", other)),
    };
    if let Some(curve) = curve {
        let named = reader.required("crv")?;
        if named != curve {
            return Some(reader.unusable("crv", named));
        }
    }
    for (name, only) in [("use", "sig"), ("alg", expected)] {
        match reader.text(name)? {
            Some(named) if named != only => return Some(reader.unusable(name, named)),
            _ => {}
        }
    }
    if !reader.may_verify()? {
        return Some(reader.unusable("key_ops", "without verify"));
    }
    let material = match kind {
        "RSA" => reader.rsa()?,
        "EC" => reader.p256()?,
        _ => reader.ed25519()?,
    };
    Some(Jwk::Usable(Key { id, material }))
}

struct Reader<'a> {
    jwk: &'a Json,
    place: &'a Place<'a>,
    report: &'a mut Report,
}

impl<'a> Reader<'a> {
    fn error<T>(&mut self, name: &str, message: impl std::fmt::Display) -> Option<T> {
        self.report.error(&self.place.field(name), message);
        None
    }

    fn unusable(&mut self, name: &str, value: &str) -> Jwk {
        let message = format!("\"{value}\": this key is left out, since it verifies no token here");
        self.report.warning(&self.place.field(name), message);
        Jwk::Unusable
    }

    /// A member that is a string where it is there: `Some(None)` where it is not.
    fn text(&mut self, name: &str) -> Option<Option<&'a str>> {
        match self.jwk.member(name) {
            None => Some(None),
            Some(Json::Text(text)) => Some(Some(text)),
            Some(other) => {
                let kind = other.kind();
                self.error(name, format_args!("expected a string, got {kind}"))
            }
        }
    }

    fn required(&mut self, name: &str) -> Option<&'a str> {
        match self.text(name)? {
            Some(text) => Some(text),
            None => self.error(name, "missing (RFC 7517 §4, RFC 7518 §6)"),
        }
    }

    /// Whether `key_ops` (RFC 7517 §4.3), where it is there, lets the key verify.
    fn may_verify(&mut self) -> Option<bool> {
        match self.jwk.member("key_ops") {
            None => Some(true),
            Some(Json::List(ops)) => Some(ops.iter().any(|op| op.text() == Some("verify"))),
            Some(other) => {
                let kind = other.kind();
                self.error("key_ops", format_args!("expected a list, got {kind}"))
            }
        }
    }

    fn bytes(&mut self, name: &str) -> Option<Vec<u8>> {
        let text = self.required(name)?;
        match Base64UrlUnpadded::decode_vec(text) {
            Ok(bytes) => Some(bytes),
            Err(_) => self.error(name, "is not base64url without padding (RFC 7515 §2)"),
        }
    }

    fn coordinate(&mut self, name: &str) -> Option<Vec<u8>> {
        let bytes = self.bytes(name)?;
        if bytes.len() == COORDINATE {
            return Some(bytes);
        }
        let found = bytes.len();
        let message = format!("{found} bytes; a key on this curve has {COORDINATE}");
        self.error(name, message)
    }

    fn rsa(&mut self) -> Option<Material> {
        let modulus = self.bytes("n")?;
        let exponent = self.bytes("e")?;
        let bits = bits(&modulus);
        if !RSA_BITS.contains(&bits) {
            let (least, most) = (RSA_BITS.start(), RSA_BITS.end());
            let message = format!("an RSA key of {bits} bits; it needs {least} to {most}");
            return self.error("n", message);
        }
        if exponent != RSA_EXPONENT {
            return self.error("e", "an exponent other than 65537 (\"AQAB\") is not taken");
        }
        match RS256PublicKey::from_components(&modulus, &exponent) {
            Ok(key) => Some(Material::Rsa(Box::new(key))),
            Err(_) => self.error("n", "is no RSA modulus"),
        }
    }

    fn p256(&mut self) -> Option<Material> {
        const UNCOMPRESSED: u8 = 4; // SEC 1 §2.3.3
        let mut point = vec![UNCOMPRESSED];
        point.extend(self.coordinate("x")?);
        point.extend(self.coordinate("y")?);
        match ES256PublicKey::from_bytes(&point) {
            Ok(key) => Some(Material::P256(Box::new(key))),
            Err(_) => self.error("x", "x and y are no point on P-256"),
        }
    }

    fn ed25519(&mut self) -> Option<Material> {
        let point = self.coordinate("x")?;
        match Ed25519PublicKey::from_bytes(&point) {
            Ok(key) => Some(Material::Ed25519(Box::new(key))),
            Err(_) => self.error("x", "is no Ed25519 public key"),
        }
    }
}

/// The bits of a big-endian number.
fn bits(number: &[u8]) -> usize {
    let mut digits = number.iter().skip_while(|byte| **byte == 0);
    let first = digits
        .next()
        .map_or(0, |byte| u8::BITS.saturating_sub(byte.leading_zeros()));
    let rest = digits.count().saturating_mul(8);
    rest.saturating_add(usize::try_from(first).unwrap_or(0))
}

#[cfg(test)]
mod tests;
