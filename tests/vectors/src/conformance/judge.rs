//! What the policy's own types make of a case, in the words of the files.

use std::borrow::Cow;
use std::time::Duration;

use policy::{Engine, Fact, Source, Unreadable};
use spiffe::{
    IdError, IdSet, IdTemplate, SpiffeId, Svid, TemplateError, TrustDomain, TrustDomainError,
};

use super::{SvidCase, good_ids};

/// The verdict on a SPIFFE ID.
#[must_use]
pub fn id_verdict(bytes: &[u8]) -> &'static str {
    match SpiffeId::parse(bytes) {
        Ok(_) => "valid",
        Err(error) => broken_by_id(error),
    }
}

/// The verdict on the name of a trust domain.
#[must_use]
pub fn trust_domain_verdict(bytes: &[u8]) -> &'static str {
    match TrustDomain::parse(bytes) {
        Ok(_) => "valid",
        Err(TrustDomainError::Empty) => "empty",
        Err(TrustDomainError::TooLong) => "too_long",
        Err(TrustDomainError::BadByte) => "bad_byte",
        Err(_) => "a rule without a word here",
    }
}

/// The verdict on a template.
#[must_use]
pub fn template_verdict(text: &str) -> &'static str {
    match text.parse::<IdTemplate>() {
        Ok(_) => "valid",
        Err(TemplateError::Id(error)) => broken_by_id(error),
        Err(TemplateError::OpenTrustDomain) => "open_trust_domain",
        Err(TemplateError::RestNotLast) => "rest_not_last",
        Err(TemplateError::Star) => "star",
        Err(TemplateError::Braces) => "braces",
        Err(_) => "a rule without a word here",
    }
}

/// Whether a good template matches an ID, alone and as a set of one.
#[must_use]
pub fn matches(template: &str, id: &str) -> [bool; 2] {
    let template: IdTemplate = template.parse().expect("a template");
    let id: SpiffeId = id.parse().expect("an ID");
    let set: IdSet = std::iter::once(&template).collect();
    [template.matches(&id), set.contains(&id)]
}

/// The verdict on a certificate: of the certificate alone, and of the whole policy at the case's time,
/// each `permit` or a reason code; and the ID that was read.
#[must_use]
pub fn svid_verdict(case: &SvidCase) -> (String, String, Option<String>) {
    let stated = case.stated();
    let read = Svid::from_pem(&stated);
    let alone = match &read {
        Ok(_) => "permit",
        Err(error) => error.reason().code(),
    };
    let connection = Connection {
        certificate: stated,
        now: case.now,
    };
    let decided = match engine().decide(&connection) {
        Ok(_) => "permit".to_owned(),
        Err(denial) => denial.reason.to_string(),
    };
    let id = read.ok().map(|svid| svid.id().to_string());
    (alone.to_owned(), decided, id)
}

const fn broken_by_id(error: IdError) -> &'static str {
    match error {
        IdError::TooLong => "too_long",
        IdError::WrongScheme => "wrong_scheme",
        IdError::TrustDomain(TrustDomainError::Empty) => "no_trust_domain",
        IdError::TrustDomain(TrustDomainError::TooLong) => "long_trust_domain",
        IdError::TrustDomain(TrustDomainError::BadByte) => "bad_trust_domain",
        IdError::EmptySegment => "empty_segment",
        IdError::TrailingSlash => "trailing_slash",
        IdError::DotSegment => "dot_segment",
        IdError::BadByte => "bad_byte",
        _ => "a rule without a word here",
    }
}

/// A policy that allows every ID of a good case, and asks for an identity.
fn engine() -> Engine {
    let document = serde_json::json!({
        "version": "v1",
        "routes": [{"name": "all", "paths": ["/**"], "allow": {"principals": good_ids()}}],
    });
    let policies: Vec<Box<dyn policy::Policy>> = vec![Box::new(spiffe::Identity::new())];
    match policy::compile(
        document.to_string().as_bytes(),
        "spiffe_authz.wasm",
        policies,
    ) {
        Ok((engine, _)) => engine,
        Err(report) => unreachable!("{:#?}", report.errors()),
    }
}

/// A connection on which this certificate was presented.
struct Connection {
    certificate: Vec<u8>,
    now: u64,
}

impl Source for Connection {
    fn header(&self, name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        Ok(match name {
            ":method" => Some(b"GET".into()),
            ":path" => Some(b"/".into()),
            ":authority" => Some(b"orders".into()),
            _ => None,
        })
    }

    fn fact(&self, fact: Fact) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        Ok(match fact {
            Fact::Mtls => Some(b"true".into()),
            Fact::PeerDigest => Some(Cow::Owned(vec![b'a'; 64])),
            Fact::PeerCertificate => Some(self.certificate.as_slice().into()),
            _ => None,
        })
    }

    fn unix_time(&self) -> Result<Duration, Unreadable> {
        Ok(Duration::from_secs(self.now))
    }

    fn monotonic(&self) -> Result<Duration, Unreadable> {
        Ok(Duration::from_secs(1))
    }
}
