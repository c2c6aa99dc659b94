//! Peer certificates of the vectors' pure runs, the way a proxy states them.
//!
//! The filter reads certificates that the listener has verified, so what it reads can be built
//! without a key, also in bare wasm.

use base64ct::{Base64, Encoding};

use crate::der::{pem, url_encoded};
use crate::recipe::{Extension, Recipe};

/// What kind of leaf certificate a peer shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// As an X509-SVID should be.
    Plain,
    /// Past its end.
    Expired,
    /// With a second URI SAN.
    TwoUris,
    /// Without a URI SAN.
    NoUri,
    /// A certificate authority.
    Authority,
    /// Before its beginning.
    Future,
    /// No authority by its basic constraints, but with the key usage of one.
    Signer,
    /// With an extended key usage that is none of TLS.
    ForCode,
}

impl Form {
    /// The form of this name in the file.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "plain" => Self::Plain,
            "expired" => Self::Expired,
            "two_uris" => Self::TwoUris,
            "no_uri" => Self::NoUri,
            "authority" => Self::Authority,
            "future" => Self::Future,
            "signer" => Self::Signer,
            "for_code" => Self::ForCode,
            other => unreachable!("no form {other}"),
        }
    }
}

/// An unsigned certificate in the form in which Envoy states one: PEM.
#[must_use]
pub fn stated(recipe: &Recipe) -> Vec<u8> {
    pem(&recipe.unsigned()).into_bytes()
}

/// A certificate as URL-encoded PEM.
pub(crate) fn url_encoded_pem(id: &str, form: Form) -> String {
    url_encoded(&pem(&recipe(id, form).unsigned()))
}

/// A certificate in base64.
pub(crate) fn base64(id: &str, form: Form) -> String {
    Base64::encode_string(&recipe(id, form).unsigned())
}

fn recipe(id: &str, form: Form) -> Recipe {
    let good = Recipe::good(id);
    let uri = format!("uri:{id}");
    match form {
        Form::Plain => good,
        Form::Expired => good.until(b"010101000000Z"),
        Form::TwoUris => good.with(Extension::names(&[
            &uri,
            "uri:spiffe://mesh.test/ns/other/sa/other",
        ])),
        Form::NoUri => good.with(Extension::names(&["dns:shop.example.org"])),
        Form::Authority => good.with(Extension::authority()),
        Form::Future => good.from(b"480101000000Z"),
        Form::Signer => good.with(Extension::signer()),
        Form::ForCode => good.with(Extension::for_code()),
    }
}
