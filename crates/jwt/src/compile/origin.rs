//! Who has issued a provider's tokens: an issuer, or a trust domain.

use policy::language::{Place, Report, Text};

use crate::SpiffeIds;
use crate::document::ProviderModel;
use crate::profile::Profile;
use crate::validator::{Audiences, Origin};

/// What the provider says about it, or what is wrong with that.
pub(super) fn of(
    model: &ProviderModel,
    place: &Place<'_>,
    spiffe_ids: Option<SpiffeIds>,
    report: &mut Report,
) -> Origin {
    let text = |text: &Option<Text>| text.as_ref().map_or("", Text::as_str).into();
    if model.profile != Profile::JwtSvid {
        if model.issuer.is_none() {
            let message = "missing; write the iss of its tokens, exactly as they have it";
            report.error(&place.field("issuer"), message);
        }
        if model.trust_domain.is_some() {
            let message = "goes with profile: jwt_svid alone; who issues other tokens says issuer";
            report.error(&place.field("trust_domain"), message);
        }
        return Origin::Issuer(text(&model.issuer));
    }
    if model.issuer.is_some() {
        let message = "a JWT-SVID is told by its trust_domain; remove the issuer";
        report.error(&place.field("issuer"), message);
    }
    if model.audiences.0 == Audiences::Any {
        let message = "a JWT-SVID is always meant for somebody (JWT-SVID §3.2): list who this is";
        report.error(&place.field("audiences"), message);
    }
    let Some(is_in) = spiffe_ids else {
        let message = "this plugin reads no SPIFFE IDs, so it takes no JWT-SVIDs";
        report.error(&place.field("profile"), message);
        return Origin::Issuer(text(&model.issuer));
    };
    let place = place.field("trust_domain");
    let domain: Box<str> = text(&model.trust_domain);
    if model.trust_domain.is_none() {
        let message = "missing; write the trust domain whose keys these are, or they could speak \
                       for any other";
        report.error(&place, message);
    } else if !is_in(&format!("spiffe://{domain}/workload"), &domain) {
        let message =
            format!("\"{domain}\" is not a trust domain; write it alone: \"example.org\"");
        report.error(&place, message);
    }
    Origin::TrustDomain(domain, is_in)
}
