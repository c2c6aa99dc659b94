//! The proxy's function `verify_signature`, in the words of Envoy's `verify_signature.proto`.
//!
//! Protobuf is written and read by hand: four fields one way, two the other.

use policy::{Digest, ProxySignatures, Signed};

use super::abi;

/// The proxy's function. A proxy that has none of the name answers nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct VerifySignature;

impl ProxySignatures for VerifySignature {
    fn verify(&self, signed: &Signed<'_>) -> Option<bool> {
        let answer = abi::foreign("verify_signature", &arguments(signed)).ok()??;
        read(&answer)
    }
}

/// Field numbers of the arguments, with the wire type of what has a length.
const HASH_FUNCTION: u8 = 1 << 3 | 2;
const PUBLIC_KEY: u8 = 2 << 3 | 2;
const SIGNATURE: u8 = 3 << 3 | 2;
const TEXT: u8 = 4 << 3 | 2;

fn arguments(signed: &Signed<'_>) -> Vec<u8> {
    let digest: &[u8] = match signed.digest {
        Digest::Sha256 => b"sha256",
        Digest::Sha384 => b"sha384",
        Digest::Sha512 => b"sha512",
    };
    let fields = [
        (HASH_FUNCTION, digest),
        (PUBLIC_KEY, signed.public_key),
        (SIGNATURE, signed.signature),
        (TEXT, signed.message),
    ];
    let size = fields.iter().map(|(_, value)| value.len());
    let mut out = Vec::with_capacity(size.sum::<usize>().saturating_add(fields.len() * 11));
    for (tag, value) in fields {
        out.push(tag);
        length(value.len(), &mut out);
        out.extend_from_slice(value);
    }
    out
}

/// A number in groups of seven bits, the lowest first.
fn length(mut number: usize, out: &mut Vec<u8>) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or(0);
        number >>= 7;
        if number == 0 {
            return out.push(low);
        }
        out.push(low | 0x80);
    }
}

/// The result, field 1, which is left out where it is false; then the error, field 2, is there. Anything
/// else is no answer.
fn read(answer: &[u8]) -> Option<bool> {
    const RESULT: u8 = 1 << 3;
    const ERROR: u8 = 2 << 3 | 2;
    match answer {
        [RESULT, 1] => Some(true),
        [ERROR, length @ 1..0x80, text @ ..] if text.len() == usize::from(*length) => Some(false),
        _ => None,
    }
}
