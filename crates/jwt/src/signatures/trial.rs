//! Whether the proxy verifies signatures right: tried on good ones and bad ones before it is believed.

use base64ct::{Base64UrlUnpadded, Encoding};
use policy::{ProxySignatures, Signed};

use super::vectors::{ES256, MESSAGE, MODULUS, POINT, RS256, RS384, RS512};
use crate::{Algorithm, der};

/// What a proxy may know.
pub(super) const ALGORITHMS: [Algorithm; 4] = [
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::Es256,
];

/// Whether the proxy says yes to a good signature by this algorithm, and no to the same over another
/// message, to a bent one, and to none at all.
pub(super) fn passes(algorithm: Algorithm, proxy: &dyn ProxySignatures) -> bool {
    try_out(algorithm, proxy) == Some(true)
}

fn try_out(algorithm: Algorithm, proxy: &dyn ProxySignatures) -> Option<bool> {
    let bytes = |text| Base64UrlUnpadded::decode_vec(text).ok();
    let signature = match algorithm {
        Algorithm::Rs256 => bytes(RS256)?,
        Algorithm::Rs384 => bytes(RS384)?,
        Algorithm::Rs512 => bytes(RS512)?,
        Algorithm::Es256 => {
            let raw = bytes(ES256)?;
            let (r, s) = raw.split_at_checked(32)?;
            der::ecdsa_signature(r, s)
        }
        _ => return None,
    };
    let public_key = if algorithm == Algorithm::Es256 {
        der::p256_public_key(&bytes(POINT)?)
    } else {
        der::rsa_public_key(&bytes(MODULUS)?, &[1, 0, 1])
    };
    let ask = |message, signature| {
        proxy.verify(&Signed {
            digest: algorithm.sha().into(),
            public_key: &public_key,
            signature,
            message,
        })
    };
    let mut bent = signature.clone();
    *bent.last_mut()? ^= 1;
    let good = ask(MESSAGE, &signature)?;
    let others = [
        ask(b"portcullis ", &signature)?,
        ask(b"", &signature)?,
        ask(MESSAGE, &bent)?,
        ask(MESSAGE, b"")?,
    ];
    Some(good && !others.contains(&true))
}
