//! `payload_in_metadata`: tokens that a filter in front verifies, in place of keys.

use policy::language::{Place, Report};

use crate::Algorithm;
use crate::document::ProviderModel;
use crate::profile::Profile;

/// The key of the metadata, where the provider names one; everything that asks for the token itself is
/// refused beside it.
pub(super) fn of(
    model: &ProviderModel,
    place: &Place<'_>,
    report: &mut Report,
) -> Option<Box<str>> {
    let Some(key) = &model.payload_in_metadata else {
        if model.jwks.is_none() {
            let message = "missing; write jwks: {discovery: ..., cluster: ...}, or uri, or inline";
            report.error(&place.field("jwks"), message);
        }
        return None;
    };
    let tokens_end = "no token is read here: the filter in front has it; remove this";
    let by_default = [Algorithm::Rs256, Algorithm::Es256];
    for (name, stands) in [
        ("jwks", model.jwks.is_some()),
        ("algorithms", model.algorithms != by_default),
        ("from_headers", model.from_headers.is_some()),
        ("from_cookies", model.from_cookies.is_some()),
        ("from_params", model.from_params.is_some()),
        ("forward", model.forward),
        (
            "forward_payload_header",
            model.forward_payload_header.is_some(),
        ),
    ] {
        if stands {
            report.error(&place.field(name), tokens_end);
        }
    }
    if model.profile != Profile::Jwt {
        let message = "the header of a token is not in the metadata, so that its typ is not seen; only \
                       \"jwt\" goes with payload_in_metadata";
        report.error(&place.field("profile"), message);
    }
    Some(key.as_str().into())
}
