//! As much DER (X.690) as a proxy asks for: public keys, and ECDSA signatures.
//!
//! Written strictly, each number in its one shortest form, so that nothing is left to whoever reads it.

/// The `SubjectPublicKeyInfo` of an RSA key (RFC 3279 §2.3.1), from big-endian numbers.
pub(crate) fn rsa_public_key(modulus: &[u8], exponent: &[u8]) -> Box<[u8]> {
    // The sequence of the OID rsaEncryption and NULL.
    const ALGORITHM: [u8; 15] = [
        0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    ];
    let key = element(SEQUENCE, &[integer(modulus), integer(exponent)].concat());
    let bits = element(BIT_STRING, &[&[NO_UNUSED_BITS][..], &key].concat());
    element(SEQUENCE, &[&ALGORITHM[..], &bits].concat()).into()
}

/// The `SubjectPublicKeyInfo` of a key on P-256 (RFC 5480 §2), from an uncompressed point.
pub(crate) fn p256_public_key(point: &[u8]) -> Box<[u8]> {
    // The sequence of the OIDs ecPublicKey and prime256v1.
    const ALGORITHM: [u8; 21] = [
        0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
        0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
    ];
    let bits = element(BIT_STRING, &[&[NO_UNUSED_BITS][..], point].concat());
    element(SEQUENCE, &[&ALGORITHM[..], &bits].concat()).into()
}

/// An ECDSA signature (RFC 3279 §2.2.3), from r and s as big-endian numbers.
pub(crate) fn ecdsa_signature(r: &[u8], s: &[u8]) -> Vec<u8> {
    element(SEQUENCE, &[integer(r), integer(s)].concat())
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const SEQUENCE: u8 = 0x30;
const NO_UNUSED_BITS: u8 = 0;

/// A number that is not negative, in its shortest form (X.690 §8.3.2).
fn integer(number: &[u8]) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let digits = number.get(zeros..).unwrap_or_default();
    let sign = match digits.first() {
        Some(0..0x80) => &[][..],
        // The top bit would make it negative; nothing at all would be no number.
        Some(0x80..) | None => &[0],
    };
    element(INTEGER, &[sign, digits].concat())
}

/// A tag, the length in its shortest form (X.690 §10.1), and the content.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let zeros = length.iter().take_while(|byte| **byte == 0).count();
    let digits = length.get(zeros..).unwrap_or_default();
    let mut out = Vec::with_capacity(content.len().saturating_add(6));
    out.push(tag);
    match digits {
        [] => out.push(0),
        [short @ 0..0x80] => out.push(*short),
        long => {
            out.push(u8::try_from(long.len()).unwrap_or(0) | 0x80);
            out.extend_from_slice(long);
        }
    }
    out.extend_from_slice(content);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_and_lengths_have_their_shortest_form() {
        for (number, der) in [
            (&[][..], &[2, 1, 0][..]),
            (&[0], &[2, 1, 0]),
            (&[0, 0, 1], &[2, 1, 1]),
            (&[0x7f], &[2, 1, 0x7f]),
            (&[0x80], &[2, 2, 0, 0x80]),
            (&[0, 0x80, 0], &[2, 3, 0, 0x80, 0]),
        ] {
            assert_eq!(integer(number), der, "{number:?}");
        }
        for (length, head) in [
            (0, &[4, 0][..]),
            (127, &[4, 127]),
            (128, &[4, 0x81, 128]),
            (255, &[4, 0x81, 255]),
            (256, &[4, 0x82, 1, 0]),
            (65_535, &[4, 0x82, 255, 255]),
        ] {
            assert!(element(4, &vec![7; length]).starts_with(head), "{length}");
            assert_eq!(element(4, &vec![7; length]).len(), head.len() + length);
        }
    }

    /// Read by another's reader: the one that the RSA and ECDSA libraries bring along.
    #[test]
    fn keys_are_read_by_others() {
        use jwt_simple::algorithms::{ECDSAP256PublicKeyLike, ES256PublicKey, RS256PublicKey};
        for algorithm in [fixtures::Algorithm::Rs256, fixtures::Algorithm::Es256] {
            let key = fixtures::Key::new(algorithm, "k");
            let bytes = |name: &str| {
                let jwk = key.jwk();
                let text = jwk[name].as_str().unwrap().to_owned();
                <base64ct::Base64UrlUnpadded as base64ct::Encoding>::decode_vec(&text).unwrap()
            };
            if algorithm == fixtures::Algorithm::Es256 {
                let point = [&[4][..], &bytes("x"), &bytes("y")].concat();
                let der = p256_public_key(&point);
                let read = ES256PublicKey::from_der(&der).unwrap();
                assert_eq!(read.public_key().to_bytes_uncompressed(), point);
            } else {
                let der = rsa_public_key(&bytes("n"), &bytes("e"));
                let read = RS256PublicKey::from_der(&der).unwrap();
                assert_eq!(read.to_components().n, bytes("n"));
            }
        }
    }

    proptest! {
        #[test]
        fn signatures_are_read_by_others(r in any::<[u8; 32]>(), s in any::<[u8; 32]>()) {
            let raw = [r, s].concat();
            if let Ok(signature) = p256::ecdsa::Signature::from_slice(&raw) {
                let theirs = signature.to_der();
                prop_assert_eq!(theirs.as_bytes(), ecdsa_signature(&r, &s));
            }
        }
    }
}
