//! Where a provider's keys come from, and whether that can be trusted.

use std::rc::Rc;

use policy::language::{Place, Report, Text};

use crate::algorithm::Family;
use crate::document::{Jwks, ProviderModel};
use crate::keys::Keys;
use crate::remote::{KeySource, Location, Origin, Own, Settings};
use crate::seams::Seams;

/// The end of a discovery document's address (OpenID Connect Discovery §4; RFC 8414 §3.1).
const DISCOVERY: [&str; 2] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
];

/// The provider's keys as they are written, or what fetches them; what is wrong is reported.
pub(super) fn of(
    model: &ProviderModel,
    jwks: &Jwks,
    place: &Place<'_>,
    seams: &Seams,
    report: &mut Report,
) -> Keys {
    let name = format!("{place}");
    let place = &place.field("jwks");
    let origin = match (&jwks.inline, &jwks.uri, &jwks.discovery) {
        (Some(inline), None, None) => {
            refuse_with_inline(jwks, place, report);
            return Keys::Written(Rc::clone(&inline.0));
        }
        (None, Some(uri), None) => {
            refuse_discovery(&uri.0, &place.field("uri"), report);
            Origin::Keys(uri.0.clone())
        }
        (None, None, Some(discovery)) => {
            check_discovery(model, &discovery.0, &place.field("discovery"), report);
            Origin::Discovery(discovery.0.clone())
        }
        (None, None, None) => {
            let message = "says nowhere to find the keys; write uri, discovery or inline";
            report.error(place, message);
            return Keys::none();
        }
        _ => {
            let message = "the keys come from one place: write one of uri, discovery and inline";
            report.error(place, message);
            return Keys::none();
        }
    };
    let secrets = model.algorithms.iter();
    if secrets.clone().any(|one| one.family() == Family::Secret) {
        let message = "HS256, HS384 and HS512 go with jwks: {inline: ...} alone: a secret that is \
                       fetched is none";
        report.error(place, message);
    }
    check_scheme(jwks, origin.location(), place, report);
    if jwks.max_stale.value() < jwks.cache_duration.value() {
        let message = "shorter than cache_duration: the set would end before it is fetched anew";
        report.error(&place.field("max_stale"), message);
    }
    let cluster = cluster(jwks, origin.location(), place, report);
    let settings = Settings {
        origin,
        cluster,
        issuer: model.issuer.as_ref().map_or("", Text::as_str).into(),
        algorithms: model.algorithms.clone(),
        timeout: jwks.timeout.value(),
        cache_duration: jwks.cache_duration.value(),
        max_stale: jwks.max_stale.value(),
        unknown_kid_interval: jwks.unknown_kid_interval.value(),
    };
    let store = if jwks.shared {
        Rc::clone(&seams.store)
    } else {
        Rc::<Own>::default()
    };
    let source = KeySource::new(&name, settings, store).counting(&seams.fetches);
    Keys::Fetched(Rc::new(source))
}

fn refuse_with_inline(jwks: &Jwks, place: &Place<'_>, report: &mut Report) {
    for (field, given) in [
        ("cluster", jwks.cluster.is_some()),
        ("insecure", jwks.insecure),
        ("shared", !jwks.shared),
    ] {
        if given {
            let message = "goes with uri or discovery; these keys are not fetched";
            report.error(&place.field(field), message);
        }
    }
}

fn refuse_discovery(uri: &Location, place: &Place<'_>, report: &mut Report) {
    if let Some(end) = DISCOVERY.iter().find(|end| uri.path().ends_with(**end)) {
        let message = format!(
            "\"...{end}\" is a discovery document, not a key set; write \"discovery:\" instead of \
             \"uri:\""
        );
        report.error(place, message);
    }
}

/// The issuer must be there to be compared: without it, whoever answers would choose the keys.
fn check_discovery(
    model: &ProviderModel,
    document: &Location,
    place: &Place<'_>,
    report: &mut Report,
) {
    if model.issuer.is_none() {
        let message = "names an issuer, and this provider has none to compare with; write uri";
        report.error(place, message);
    }
    if !document.path().contains("/.well-known/") {
        let message = "has no /.well-known/ in it, as a discovery document's address has; if this \
                       is the key set, write \"uri:\" instead of \"discovery:\"";
        report.warning(place, message);
    }
}

fn check_scheme(jwks: &Jwks, location: &Location, place: &Place<'_>, report: &mut Report) {
    match (location.is_https(), jwks.insecure) {
        (false, false) => {
            let field = if jwks.uri.is_some() {
                "uri"
            } else {
                "discovery"
            };
            let message = "over http anybody on the way chooses the keys; write https, or, where \
                           the cluster leads to this machine or is the mesh's own, insecure: true";
            report.error(&place.field(field), message);
        }
        (true, true) => {
            let message = "changes nothing: the address is https; remove it";
            report.warning(&place.field("insecure"), message);
        }
        (true, false) | (false, true) => {}
    }
}

fn cluster(jwks: &Jwks, location: &Location, place: &Place<'_>, report: &mut Report) -> Rc<str> {
    let cluster = jwks.cluster.as_ref().map_or("", Text::as_str);
    if jwks.cluster.is_none() {
        let host = location.host();
        let message = format!(
            "missing; name the proxy's cluster that leads to {host} (Istio: \
             \"outbound|443||{host}\", from a ServiceEntry)"
        );
        report.error(&place.field("cluster"), message);
    }
    cluster.into()
}
