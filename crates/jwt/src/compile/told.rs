//! What others are told of a token: in which headers the upstream, in which filter state the rest.

use std::rc::Rc;

use policy::Carrier;
use policy::language::{HeaderName, Place, Report};

use crate::claim_header::ClaimHeader;
use crate::document::ProviderModel;

/// The headers that a provider's claims are told in.
pub(super) fn headers(
    model: &ProviderModel,
    place: &Place<'_>,
    report: &mut Report,
) -> Vec<ClaimHeader> {
    let entries = model.claim_to_headers.as_deref().unwrap_or_default();
    let place = &place.field("claim_to_headers");
    let mut headers = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let place = &place.index(index);
        let place = &place.field("header_name");
        let name = &entry.header_name;
        let mut others = entries.iter().take(index);
        refuse_reserved(name, place, report);
        if others.any(|other| are_alike(other.header_name.as_str(), name.as_str())) {
            report.error(place, format_args!("\"{}\" is given twice", name.as_str()));
        }
        headers.push(ClaimHeader {
            header: name.share(),
            claim: entry.claim_name.0.clone(),
        });
    }
    headers
}

/// The header that a provider's payload is told in.
pub(super) fn payload_header(
    model: &ProviderModel,
    place: &Place<'_>,
    report: &mut Report,
) -> Option<Rc<str>> {
    let name = model.forward_payload_header.as_ref()?;
    refuse_reserved(name, &place.field("forward_payload_header"), report);
    Some(name.share())
}

/// The filter state that a provider's claims are told in, named from behind `wasm.portcullis.`.
pub(super) fn state(
    model: &ProviderModel,
    place: &Place<'_>,
    report: &mut Report,
) -> Vec<ClaimHeader> {
    let entries = model.claims_to_state.as_deref().unwrap_or_default();
    let place = &place.field("claims_to_state");
    let mut state = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let name = entry.name.as_str();
        if entries
            .iter()
            .take(index)
            .any(|other| other.name == entry.name)
        {
            let place = &place.named(name);
            report.error(&place.field("name"), "given twice; names are unique");
        }
        state.push(ClaimHeader {
            header: format!("claim.{name}").into(),
            claim: entry.claim_name.0.clone(),
        });
    }
    state
}

/// A header that is stripped from every request, since only we set it, cannot carry a token.
pub(super) fn refuse_tokens(
    providers: &[ProviderModel],
    carriers: &[Carrier],
    place: &Place<'_>,
    report: &mut Report,
) {
    for model in providers {
        let place = &place.named(model.name.as_str());
        let mut refuse = |name: &HeaderName, place: &Place<'_>| {
            let mut carrying = carriers.iter().filter_map(Carrier::header_name);
            // Reserved names are reported already.
            if !name.is_reserved() && carrying.any(|one| are_alike(one, name.as_str())) {
                let name = name.as_str();
                let message = format!("\"{name}\" carries tokens; tell the upstream in another");
                report.error(place, message);
            }
        };
        let list = place.field("claim_to_headers");
        for (index, entry) in model.claim_to_headers.iter().flatten().enumerate() {
            refuse(&entry.header_name, &list.index(index).field("header_name"));
        }
        if let Some(name) = &model.forward_payload_header {
            refuse(name, &place.field("forward_payload_header"));
        }
    }
}

/// A header in which the upstream would find now a payload and now a claim is refused.
pub(super) fn refuse_two_meanings(
    providers: &[ProviderModel],
    place: &Place<'_>,
    report: &mut Report,
) {
    for model in providers {
        let mut claims = providers
            .iter()
            .flat_map(|one| one.claim_to_headers.iter().flatten());
        let Some(name) = &model.forward_payload_header else {
            continue;
        };
        if claims.any(|entry| are_alike(entry.header_name.as_str(), name.as_str())) {
            let place = &place.named(model.name.as_str());
            let message = format!("\"{}\" is a claim's too; use another", name.as_str());
            report.error(&place.field("forward_payload_header"), message);
        }
    }
}

fn refuse_reserved(name: &HeaderName, place: &Place<'_>, report: &mut Report) {
    if name.is_reserved() {
        let name = name.as_str();
        let message = format!("\"{name}\" is the proxy's own; tell the upstream in another");
        report.error(place, message);
    }
}

/// Whether upstreams could take one name for the other.
fn are_alike(one: &str, other: &str) -> bool {
    let folded = |byte: u8| if byte == b'_' { b'-' } else { byte };
    one.bytes().map(folded).eq(other.bytes().map(folded))
}
