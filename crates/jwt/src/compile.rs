//! From the section as it is written to what decides: checks over all providers, and the verifier.

mod budgets;
mod keys;
mod origin;
mod presenters;
mod source;
mod told;
mod verified_in;

use std::cell::RefCell;
use std::rc::Rc;

use policy::Carrier;
use policy::carrier::listed;
use policy::language::{Place, Report};

use crate::cache::{Bounds, Secret, TokenCache};
use crate::carriers::Carriers;
use crate::challenge::{Challenges, Frame};
use crate::claim_test::ClaimTest;
use crate::document::{ProviderModel, Section};
use crate::keys::Keys;
use crate::provider::{AfterUse, Provider};
use crate::seams::Seams;
use crate::validator::{Audiences, IdTokens, Validator};
use crate::verifier::Verifier;

/// Compiles the section; everything wrong goes to the report.
pub(crate) fn compile(
    section: &Section,
    place: &Place<'_>,
    report: &mut Report,
    seams: &Seams,
) -> Verifier {
    let ledger = seams.budgets.as_deref();
    let budgets = budgets::of(&section.budgets, ledger, place, report);
    let place = &place.field("providers");
    let mut carriers = Vec::new();
    let mut providers = Vec::with_capacity(section.providers.len());
    for (index, model) in section.providers.iter().enumerate() {
        let place = &place.named(model.name.as_str());
        let before = section.providers.iter().take(index);
        refuse_alike(model, before, place, report);
        providers.push(provider(model, &mut carriers, seams, place, report));
    }
    if carriers.len() > Carriers::MAX {
        let (most, found) = (Carriers::MAX, carriers.len());
        let message = format!("tokens are read from {found} different places; at most {most}");
        report.error(place, message);
    }
    told::refuse_tokens(&section.providers, &carriers, place, report);
    told::refuse_two_meanings(&section.providers, place, report);
    let bound = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    Verifier {
        providers,
        carriers,
        challenges: Challenges::new(Frame {
            realm: section.realm.as_ref().map(|realm| realm.as_str().into()),
            resource_metadata: section
                .resource_metadata
                .as_ref()
                .map(|url| url.as_str().into()),
        }),
        cache: RefCell::new(TokenCache::new(Bounds {
            tokens: bound(section.cache.tokens.value()),
            bytes: bound(section.cache.bytes.value()),
            age: section.cache.age.value(),
        })),
        secret: Secret::new(seams.random.clone()),
        signatures: Rc::clone(&seams.signatures),
        workloads: seams.workloads.clone(),
        budgets,
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
    seams: &Seams,
    place: &Place<'_>,
    report: &mut Report,
) -> Provider {
    let verified_in = verified_in::of(model, place, report);
    let keys = match &model.jwks {
        Some(jwks) if verified_in.is_none() => {
            keys::check(model, jwks, place, report);
            source::of(model, jwks, place, seams, report)
        }
        _ => Keys::none(),
    };
    Provider {
        name: model.name.share(),
        validator: Validator {
            profile: model.profile,
            id_tokens: if model.refuse_id_tokens {
                IdTokens::Refuse
            } else {
                IdTokens::Take
            },
            origin: origin::of(model, place, seams.spiffe_ids, report),
            audiences: model.audiences.0.clone(),
            clock_skew: model.clock_skew.value(),
            max_lifetime: model.max_lifetime.map(policy::language::Span::value),
        },
        claims: claim_tests(model, place, report),
        binding: model.certificate_bound,
        presenters: presenters::of(model, seams.workloads.as_ref(), place, report),
        algorithms: model.algorithms.clone(),
        keys,
        max_token_bytes: usize::try_from(model.max_token_bytes.value()).unwrap_or(usize::MAX),
        carriers: if verified_in.is_some() {
            Vec::new()
        } else {
            carriers_of(model, carriers, place, report)
        },
        verified_in,
        after_use: if model.forward {
            AfterUse::Forward
        } else {
            AfterUse::Remove
        },
        claim_headers: told::headers(model, place, report),
        payload_header: told::payload_header(model, place, report),
        claim_state: told::state(model, place, report),
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
    let (headers, cookies, params) = (&model.from_headers, &model.from_cookies, &model.from_params);
    if headers.is_none() && cookies.is_none() && params.is_none() {
        return vec![number(
            carriers,
            Carrier::header(Carrier::AUTHORIZATION, "Bearer "),
        )];
    }
    let listed = listed(
        headers.as_deref().unwrap_or_default(),
        cookies.as_deref().unwrap_or_default(),
        params.as_deref().unwrap_or_default(),
        place,
        report,
    );
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
