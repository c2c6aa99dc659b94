//! Whether the algorithms and the keys of a provider are made for each other.

use policy::language::{Place, Report};

use crate::algorithm::Family;
use crate::document::{Jwks, ProviderModel};
use crate::{Algorithm, Key};

/// Reports what does not fit.
///
/// # Security
/// Secrets and key pairs never stand side by side: a provider that took both could be shown a
/// public key as a secret (RFC 8725 §2.1).
pub(super) fn check(model: &ProviderModel, jwks: &Jwks, place: &Place<'_>, report: &mut Report) {
    let of_secrets = |algorithm: &&Algorithm| algorithm.family() == Family::Secret;
    let with_secrets = model.algorithms.iter().filter(of_secrets).count();
    let place_of_algorithms = place.field("algorithms");
    if with_secrets > 0 && with_secrets < model.algorithms.len() {
        let message = "HS256, HS384 and HS512 stand by themselves: who may verify them may make \
                       them, so no key pair goes with them; make two providers of it";
        report.error(&place_of_algorithms, message);
        return;
    }
    for (index, algorithm) in model.algorithms.iter().enumerate() {
        if !model.profile.takes(*algorithm) {
            let message = format!("{} signs no JWT-SVID (JWT-SVID §2.1)", algorithm.word());
            report.error(&place_of_algorithms.index(index), message);
        }
    }
    let Some(keys) = jwks.inline.as_ref().map(|inline| &inline.0) else {
        return; // a set that is fetched is judged then
    };
    let place = place.field("jwks");
    let place = place.field("inline");
    if with_secrets > 0 {
        let message = "holds a secret: whoever can read this document can make tokens; an issuer \
                       with a key pair needs none";
        report.warning(&place, message);
    } else if !keys.secrets().is_empty() {
        refuse_secrets(keys.secrets(), &place, report);
        return;
    }
    let fits = |key: &Key| {
        key.serves(model.profile.purpose()) && model.algorithms.iter().any(|one| key.verifies(*one))
    };
    if !keys.iter().any(fits) {
        let words: Vec<&str> = model.algorithms.iter().map(|one| one.word()).collect();
        let message = format!("holds no key that verifies {}", words.join(" or "));
        report.error(&place, message);
        return;
    }
    for key in keys.iter().filter(|key| !fits(key)) {
        let kid = key.id().unwrap_or_default();
        let message = format!("the key \"{kid}\" verifies none of this provider's algorithms");
        report.warning(&place, message);
    }
}

fn refuse_secrets(secrets: &[usize], place: &Place<'_>, report: &mut Report) {
    let place = place.field("keys");
    for number in secrets {
        let place = place.index(*number);
        let message = "is a secret, and this provider's algorithms are for public keys; remove it, \
                       and replace it if anybody else has seen it";
        report.error(&place.field("k"), message);
    }
}
