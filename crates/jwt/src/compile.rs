//! From the section as it is written to what decides: checks over all providers, and the verifier.

mod keys;
mod origin;

use std::cell::RefCell;
use std::rc::Rc;

use policy::Carrier;
use policy::carrier::listed;
use policy::language::{Place, Report};

use crate::cache::{Bounds, TokenCache};
use crate::carriers::Carriers;
use crate::challenge::Challenges;
use crate::claim_header::ClaimHeader;
use crate::claim_test::ClaimTest;
use crate::document::{ClaimToHeader, ProviderModel, Section};
use crate::keys::Keys;
use crate::provider::{AfterUse, Provider};
use crate::validator::{Audiences, IdTokens, Validator};
use crate::verifier::Verifier;
use crate::{KeyRing, Signatures, SpiffeIds};

/// Compiles the section; everything wrong goes to the report.
pub(crate) fn compile(
    section: &Section,
    place: &Place<'_>,
    report: &mut Report,
    signatures: Rc<dyn Signatures>,
    spiffe_ids: Option<SpiffeIds>,
    key_ring: &KeyRing,
) -> Verifier {
    let place = &place.field("providers");
    let mut carriers = Vec::new();
    let mut providers = Vec::with_capacity(section.providers.len());
    for (index, model) in section.providers.iter().enumerate() {
        let place = &place.named(model.name.as_str());
        let before = section.providers.iter().take(index);
        refuse_alike(model, before, place, report);
        let provider = provider(model, &mut carriers, spiffe_ids, place, report);
        key_ring.hold(&provider.name, &provider.keys);
        providers.push(provider);
    }
    if carriers.len() > Carriers::MAX {
        let (most, found) = (Carriers::MAX, carriers.len());
        let message = format!("tokens are read from {found} different headers; at most {most}");
        report.error(place, message);
    }
    refuse_claims_as_tokens(section, &carriers, place, report);
    let bound = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    Verifier {
        providers,
        carriers,
        challenges: Challenges::new(section.realm.as_ref().map(crate::document::Realm::as_str)),
        cache: RefCell::new(TokenCache::new(Bounds {
            tokens: bound(section.cache.tokens.value()),
            bytes: bound(section.cache.bytes.value()),
            age: section.cache.age.value(),
        })),
        signatures,
    }
}

/// Names are unique, and an issuer stands twice only where the audiences tell whose a token is.
fn refuse_alike<'a>(
    model: &ProviderModel,
    before: impl Iterator<Item = &'a ProviderModel>,
    place: &Place<'_>,
    report: &mut Report,
) {
    for other in before {
        let name = other.name.as_str();
        if other.name == model.name {
            report.error(&place.field("name"), "given twice; names are unique");
        } else if other.issuer == model.issuer
            && other.trust_domain == model.trust_domain
            && overlap(&other.audiences.0, &model.audiences.0)
        {
            let (field, word) = match model.trust_domain {
                None => ("issuer", "issuer"),
                Some(_) => ("trust_domain", "trust domain"),
            };
            let message = format!(
                "providers[{name}] has the same {word}; two may share one only with different \
                 audiences, which then tell whose a token is"
            );
            report.error(&place.field(field), message);
        }
    }
}

fn overlap(a: &Audiences, b: &Audiences) -> bool {
    match (a, b) {
        (Audiences::OneOf(a), Audiences::OneOf(b)) => a.iter().any(|audience| b.contains(audience)),
        _ => true,
    }
}

fn provider(
    model: &ProviderModel,
    carriers: &mut Vec<Carrier>,
    spiffe_ids: Option<SpiffeIds>,
    place: &Place<'_>,
    report: &mut Report,
) -> Provider {
    keys::check(model, place, report);
    Provider {
        name: model.name.share(),
        validator: Validator {
            profile: model.profile,
            id_tokens: if model.refuse_id_tokens {
                IdTokens::Refuse
            } else {
                IdTokens::Take
            },
            origin: origin::of(model, place, spiffe_ids, report),
            audiences: model.audiences.0.clone(),
            clock_skew: model.clock_skew.value(),
            max_lifetime: model.max_lifetime.map(policy::language::Span::value),
        },
        claims: claim_tests(model, place, report),
        binding: model.certificate_bound,
        algorithms: model.algorithms.clone(),
        keys: Rc::new(Keys::new(Rc::clone(&model.jwks.inline))),
        max_token_bytes: usize::try_from(model.max_token_bytes.value()).unwrap_or(usize::MAX),
        carriers: carriers_of(model, carriers, place, report),
        after_use: if model.forward {
            AfterUse::Forward
        } else {
            AfterUse::Remove
        },
        claim_headers: claim_headers(model, place, report),
    }
}

fn claim_tests(model: &ProviderModel, place: &Place<'_>, report: &mut Report) -> Vec<ClaimTest> {
    let place = &place.field("claims");
    let entries = model.claims.iter().flatten().enumerate();
    entries
        .filter_map(|(index, entry)| entry.test(&place.index(index), report))
        .collect()
}

/// The numbers of a provider's carriers; a carrier of several providers is one.
fn carriers_of(
    model: &ProviderModel,
    carriers: &mut Vec<Carrier>,
    place: &Place<'_>,
    report: &mut Report,
) -> Vec<usize> {
    let Some(headers) = &model.from_headers else {
        return vec![number(
            carriers,
            Carrier::header(Carrier::AUTHORIZATION, "Bearer "),
        )];
    };
    let listed = listed(headers, &[], &[], place, report);
    let numbers = listed.into_iter().map(|one| number(carriers, one));
    numbers.collect()
}

fn number(carriers: &mut Vec<Carrier>, carrier: Carrier) -> usize {
    let known = carriers.iter().position(|one| *one == carrier);
    known.unwrap_or_else(|| {
        carriers.push(carrier);
        carriers.len().saturating_sub(1)
    })
}

fn claim_headers(
    model: &ProviderModel,
    place: &Place<'_>,
    report: &mut Report,
) -> Vec<ClaimHeader> {
    let entries = model.claim_to_headers.as_deref().unwrap_or_default();
    let place = &place.field("claim_to_headers");
    let compile = |(index, entry): (usize, &ClaimToHeader)| {
        let place = &place.index(index);
        let place = &place.field("header_name");
        let name = entry.header_name.as_str();
        let mut others = entries.iter().take(index);
        if entry.header_name.is_reserved() {
            let message = format!("\"{name}\" is the proxy's own; tell the upstream in another");
            report.error(place, message);
        } else if others.any(|other| other.header_name == entry.header_name) {
            report.error(place, format_args!("\"{name}\" is given twice"));
        }
        ClaimHeader {
            header: entry.header_name.share(),
            claim: entry.claim_name.0.clone(),
        }
    };
    entries.iter().enumerate().map(compile).collect()
}

/// A header that is stripped from every request, since only we set it, cannot carry a token.
fn refuse_claims_as_tokens(
    section: &Section,
    carriers: &[Carrier],
    place: &Place<'_>,
    report: &mut Report,
) {
    for model in &section.providers {
        let place = &place.named(model.name.as_str());
        let place = &place.field("claim_to_headers");
        let entries = model.claim_to_headers.iter().flatten();
        for (index, entry) in entries.enumerate() {
            let name = entry.header_name.as_str();
            // Reserved names are reported already.
            let is_one = carriers
                .iter()
                .any(|carrier| carrier.header_name() == Some(name));
            if is_one && !entry.header_name.is_reserved() {
                let place = &place.index(index);
                let message = format!("\"{name}\" carries tokens; tell the upstream in another");
                report.error(&place.field("header_name"), message);
            }
        }
    }
}
