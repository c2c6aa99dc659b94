//! What came of a fetch, and what of it can be believed.

use policy::{Answer, StoreError};

/// Why a fetch brought no new set, for the log and the counters. It quotes nothing of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchFault {
    /// No answer in time.
    #[error("no answer in time")]
    NoResponse,
    /// The cluster is not there.
    #[error(
        "no such cluster in this Envoy; define it in static_resources.clusters (Istio: a ServiceEntry \
              makes outbound|443||HOST)"
    )]
    NoCluster,
    /// The proxy did not take the call.
    #[error("the proxy did not take the request")]
    NotSent,
    /// Another status than 200.
    #[error("answered with status {status}{}", perhaps_the_proxy(*.status))]
    Status {
        /// The status.
        status: u16,
    },
    /// Another media type than JSON's.
    #[error("answered with something that is not JSON")]
    ContentType,
    /// Longer than 256 KiB.
    #[error("answered with more than 256 KiB")]
    TooLarge,
    /// The discovery document is not one.
    #[error("the discovery document names no issuer or no jwks_uri")]
    Discovery,
    /// The discovery document is another issuer's.
    #[error("the discovery document is another issuer's")]
    OtherIssuer,
    /// The discovery document leads to another host.
    #[error("the discovery document's jwks_uri is on another host")]
    OtherHost,
    /// Not a JWK set.
    #[error("answered with something that is no JWK set")]
    NotASet,
    /// A JWK set without a key that verifies what this provider signs with.
    #[error("the JWK set holds no key for the provider's algorithms")]
    NoUsableKey,
    /// Another worker fetched in between: ours came too late to be published.
    #[error("another worker was first")]
    Fenced,
    /// The shared store failed.
    #[error("the shared store failed")]
    Store,
}

impl From<StoreError> for FetchFault {
    fn from(_: StoreError) -> Self {
        Self::Store
    }
}

/// Envoy answers a call itself where the issuer does not.
const fn perhaps_the_proxy(status: u16) -> &'static str {
    match status {
        503 => ", or the proxy had no connection",
        504 => ", or the proxy had no answer in time",
        _ => "",
    }
}

/// The body of a good answer.
pub(super) fn body(answer: Answer) -> Result<Vec<u8>, FetchFault> {
    match answer {
        Answer::NoResponse => Err(FetchFault::NoResponse),
        Answer::NoCluster => Err(FetchFault::NoCluster),
        Answer::NotSent => Err(FetchFault::NotSent),
        Answer::Response { status, .. } if status != 200 => Err(FetchFault::Status { status }),
        Answer::Response { body, .. } if body.len() > Answer::MAX_BODY => Err(FetchFault::TooLarge),
        Answer::Response {
            content_type: Some(kind),
            ..
        } if !is_json(&kind) => Err(FetchFault::ContentType),
        // Without a media type it is what it parses as (RFC 9110 §8.3).
        Answer::Response { body, .. } => Ok(body),
    }
}

/// `application/json` or any `application/...+json` (RFC 7517 §8.5, RFC 6839 §3.1), without its
/// parameters. GitHub, Kubernetes and others serve sets as `application/jwk-set+json`.
fn is_json(kind: &[u8]) -> bool {
    let kind = kind.split(|byte| *byte == b';').next().unwrap_or_default();
    let kind = kind.trim_ascii().to_ascii_lowercase();
    match kind.strip_prefix(b"application/") {
        Some(b"json") => true,
        Some(subtype) => subtype.ends_with(b"+json"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, kind: Option<&str>, length: usize) -> Result<Vec<u8>, FetchFault> {
        let content_type = kind.map(|kind| kind.as_bytes().to_vec());
        body(Answer::Response {
            status,
            content_type,
            body: vec![b' '; length],
            grpc_status: None,
        })
    }

    #[test]
    fn only_json_with_200_within_bounds_is_believed() {
        for kind in [
            None,
            Some("application/json"),
            Some("Application/JSON; charset=utf-8"),
            Some("application/jwk-set+json"),
        ] {
            assert!(response(200, kind, Answer::MAX_BODY).is_ok(), "{kind:?}");
        }
        for kind in ["text/html", "text/json", "application/jsonp", "json", ""] {
            assert_eq!(
                response(200, Some(kind), 2),
                Err(FetchFault::ContentType),
                "{kind}"
            );
        }
        for status in [0, 199, 201, 204, 302, 404, 500] {
            assert_eq!(
                response(status, None, 2),
                Err(FetchFault::Status { status })
            );
        }
        assert_eq!(
            response(200, None, Answer::MAX_BODY + 1),
            Err(FetchFault::TooLarge)
        );
        assert_eq!(body(Answer::NoCluster), Err(FetchFault::NoCluster));
        assert_eq!(body(Answer::NoResponse), Err(FetchFault::NoResponse));
        assert_eq!(body(Answer::NotSent), Err(FetchFault::NotSent));
    }
}
