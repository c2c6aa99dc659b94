//! How a JWK is read: what it must hold, what makes it unusable, what must never be there.

use base64ct::{Base64UrlUnpadded, Encoding};
use jwt_simple::algorithms::{ES256PublicKey, ES384PublicKey, Ed25519PublicKey, RS256PublicKey};
use policy::language::{Json, Place, Report};

use super::{Key, Material};
use crate::algorithm::Family;
use crate::{Algorithm, Purpose, der};

/// What became of a JWK.
pub(crate) enum Jwk {
    /// A key that verifies.
    Usable(Key),
    /// One that is there for something else, as RFC 7517 §5 allows; a warning says why.
    Unusable,
}

/// Members that are secret (RFC 7518 §6.2.2, §6.3.2; RFC 8037 §2). `k` of a `kty` of "oct" is too
/// (RFC 7518 §6.4.1), and may stand where the provider's algorithms are HMAC.
const SECRETS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

/// The least bytes of a secret: those of the smallest digest (RFC 7518 §3.2).
const SECRET: usize = 32;

/// The least bits of an RSA modulus (RFC 7518 §3.3), and the most that jwt-simple takes.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// The only exponent in use; a small one has a history, a large one only costs time.
const RSA_EXPONENT: [u8; 3] = [1, 0, 1];

/// Bytes of a coordinate on P-256 (RFC 7518 §6.2.1.2) and of an Ed25519 key (RFC 8032 §5.1.5).
const COORDINATE: usize = 32;

/// Bytes of a coordinate on P-384.
const LONG_COORDINATE: usize = 48;

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
    let (family, curves) = match kind {
        "RSA" => (Family::Rsa, None),
        "EC" => (Family::P256, Some(["P-256", "P-384"])),
        "OKP" => (Family::Ed25519, Some(["Ed25519", "Ed25519"])),
        "oct" => (Family::Secret, None),
        other => return Some(reader.unusable("kty", other)),
    };
    let mut family = family;
    if let Some(curves) = curves {
        let named = reader.required("crv")?;
        if !curves.contains(&named) {
            return Some(reader.unusable("crv", named));
        }
        if named == "P-384" {
            family = Family::P384;
        }
    }
    let purpose = match reader.text("use")? {
        None => None,
        Some(word) => match Purpose::named(word) {
            None => return Some(reader.unusable("use", word)),
            some => some,
        },
    };
    let only = match reader.text("alg")? {
        None => None,
        Some(word) => match Algorithm::named(word).filter(|one| one.family() == family) {
            None => return Some(reader.unusable("alg", word)),
            some => some,
        },
    };
    if !reader.may_verify()? {
        return Some(reader.unusable("key_ops", "without verify"));
    }
    let (material, public_key_info) = match family {
        Family::Rsa => reader.rsa()?,
        Family::P256 => reader.p256()?,
        Family::P384 => (reader.p384()?, None),
        Family::Ed25519 => (reader.ed25519()?, None),
        Family::Secret => (reader.secret(only)?, None),
    };
    Some(Jwk::Usable(Key {
        id,
        only,
        purpose,
        material,
        public_key_info,
    }))
}

/// A key, and the DER of one that a proxy may be asked about.
type WithDer = (Material, Option<Box<[u8]>>);

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

    fn coordinate(&mut self, name: &str, length: usize) -> Option<Vec<u8>> {
        let bytes = self.bytes(name)?;
        if bytes.len() == length {
            return Some(bytes);
        }
        let found = bytes.len();
        let message = format!("{found} bytes; a key on this curve has {length}");
        self.error(name, message)
    }

    fn rsa(&mut self) -> Option<WithDer> {
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
            Ok(key) => {
                let der = der::rsa_public_key(&modulus, &exponent);
                Some((Material::Rsa(Box::new(key)), Some(der)))
            }
            Err(_) => self.error("n", "is no RSA modulus"),
        }
    }

    /// x and y as SEC 1 §2.3.3 has a point.
    fn point(&mut self, length: usize) -> Option<Vec<u8>> {
        const UNCOMPRESSED: u8 = 4;
        let mut point = vec![UNCOMPRESSED];
        point.extend(self.coordinate("x", length)?);
        point.extend(self.coordinate("y", length)?);
        Some(point)
    }

    fn p256(&mut self) -> Option<WithDer> {
        let point = self.point(COORDINATE)?;
        match ES256PublicKey::from_bytes(&point) {
            Ok(key) => {
                let der = der::p256_public_key(&point);
                Some((Material::P256(Box::new(key)), Some(der)))
            }
            Err(_) => self.error("x", "x and y are no point on P-256"),
        }
    }

    fn p384(&mut self) -> Option<Material> {
        let point = self.point(LONG_COORDINATE)?;
        match ES384PublicKey::from_bytes(&point) {
            Ok(key) => Some(Material::P384(Box::new(key))),
            Err(_) => self.error("x", "x and y are no point on P-384"),
        }
    }

    fn ed25519(&mut self) -> Option<Material> {
        let point = self.coordinate("x", COORDINATE)?;
        match Ed25519PublicKey::from_bytes(&point) {
            Ok(key) => Some(Material::Ed25519(Box::new(key))),
            Err(_) => self.error("x", "is no Ed25519 public key"),
        }
    }

    fn secret(&mut self, only: Option<Algorithm>) -> Option<Material> {
        let secret = self.bytes("k")?;
        let least = only.map_or(SECRET, |only| only.sha().bytes());
        if secret.len() >= least {
            return Some(Material::Secret(secret.into()));
        }
        let found = secret.len();
        let message = format!("a secret of {found} bytes; it needs {least} (RFC 7518 §3.2)");
        self.error("k", message)
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
