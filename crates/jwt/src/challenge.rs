//! `WWW-Authenticate` after RFC 6750 §3, written once when the document is read.

use std::rc::Rc;

use policy::{Challenge, Reason};

use crate::reason;

/// The challenges of one document.
pub(crate) struct Challenges {
    frame: Frame,
    missing: Rc<Challenge>,
    bad: Vec<(Reason, Rc<Challenge>)>,
}

/// What stands in every challenge.
#[derive(Clone, Debug, Default)]
pub(crate) struct Frame {
    /// The realm, which holds no quote or backslash.
    pub(crate) realm: Option<Box<str>>,
    /// Where the client finds out whom to ask for a token (RFC 9728 §5.1).
    pub(crate) resource_metadata: Option<Box<str>>,
}

/// What the client is told about a token that is not taken: a code of RFC 6750 §3.1 and a
/// sentence. They say nothing about the provider's settings or keys.
const BAD: [(Reason, &str, &str); 17] = [
    (reason::MALFORMED, INVALID_TOKEN, "the token cannot be read"),
    (reason::TOO_LARGE, INVALID_TOKEN, "the token is too large"),
    (
        reason::SEVERAL_TOKENS,
        "invalid_request",
        "more than one token was sent",
    ),
    (
        reason::ALGORITHM_NOT_ALLOWED,
        INVALID_TOKEN,
        "the token cannot be verified",
    ),
    (
        reason::UNKNOWN_KEY,
        INVALID_TOKEN,
        "the token cannot be verified",
    ),
    (
        reason::BAD_SIGNATURE,
        INVALID_TOKEN,
        "the token cannot be verified",
    ),
    (
        reason::UNKNOWN_ISSUER,
        INVALID_TOKEN,
        "the token is of another issuer",
    ),
    (
        reason::BAD_SUBJECT,
        INVALID_TOKEN,
        "the token is of another trust domain",
    ),
    (
        reason::WRONG_AUDIENCE,
        INVALID_TOKEN,
        "the token is for another audience",
    ),
    (reason::EXPIRED, INVALID_TOKEN, "the token has expired"),
    (
        reason::NOT_YET_VALID,
        INVALID_TOKEN,
        "the token is not yet valid",
    ),
    (
        reason::BAD_TYPE,
        INVALID_TOKEN,
        "the token is of another type",
    ),
    (
        reason::MISSING_CLAIM,
        INVALID_TOKEN,
        "the token lacks a claim",
    ),
    (reason::LIFETIME, INVALID_TOKEN, "the token lives too long"),
    (
        reason::NOT_BOUND,
        INVALID_TOKEN,
        "the token is not bound to this client",
    ),
    (
        reason::WRONG_PRESENTER,
        INVALID_TOKEN,
        "the token is not this client's to present",
    ),
    (
        reason::UNSUPPORTED,
        INVALID_TOKEN,
        "the token is of a kind that is not taken",
    ),
];

const INVALID_TOKEN: &str = "invalid_token";

impl Challenges {
    /// The challenges in a frame.
    pub(crate) fn new(frame: Frame) -> Self {
        let bad = BAD.iter().map(|(reason, code, sentence)| {
            let rest = [("error", *code), ("error_description", *sentence)];
            (*reason, plain(frame.around(&rest)))
        });
        Self {
            missing: plain(frame.around(&[])),
            bad: bad.collect(),
            frame,
        }
    }

    /// No token was sent: no error code (RFC 6750 §3.1).
    pub(crate) const fn missing(&self) -> &Rc<Challenge> {
        &self.missing
    }

    /// A token was sent that is not taken.
    pub(crate) fn bad(&self, reason: Reason) -> Option<&Rc<Challenge>> {
        let mut known = self.bad.iter();
        known
            .find(|(one, _)| *one == reason)
            .map(|(_, challenge)| challenge)
    }

    /// A verified token lacks scopes, which hold no quote or backslash. Several alternatives that
    /// failed so name none of them.
    pub(crate) fn insufficient_scope(&self, scopes: &[Box<str>]) -> Rc<Challenge> {
        const CODE: (&str, &str) = ("error", "insufficient_scope");
        Rc::new(Challenge {
            full: self.frame.around(&[CODE, ("scope", &scopes.join(" "))]),
            bare: self.frame.around(&[CODE]),
        })
    }
}

fn plain(text: String) -> Rc<Challenge> {
    Rc::new(Challenge {
        full: text.clone(),
        bare: text,
    })
}

impl Frame {
    /// The challenge with these parameters.
    fn around(&self, parameters: &[(&str, &str)]) -> String {
        let realm = self.realm.as_deref().map(|realm| ("realm", realm));
        let metadata = self.resource_metadata.as_deref();
        let metadata = metadata.map(|metadata| ("resource_metadata", metadata));
        let written: Vec<String> = realm
            .iter()
            .chain(parameters)
            .chain(&metadata)
            .map(|(name, value)| format!("{name}=\"{value}\""))
            .collect();
        if written.is_empty() {
            return "Bearer".to_owned(); // a scheme alone is a challenge too (RFC 9110 §11.6.1)
        }
        format!("Bearer {}", written.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_those_of_rfc_6750() {
        let shop = Challenges::new(Frame {
            realm: Some("shop".into()),
            resource_metadata: None,
        });
        let bare = Challenges::new(Frame::default());
        assert_eq!(shop.missing().full, "Bearer realm=\"shop\"");
        assert_eq!(bare.missing().full, "Bearer");
        assert_eq!(
            shop.bad(reason::EXPIRED).unwrap().full,
            "Bearer realm=\"shop\", error=\"invalid_token\", \
             error_description=\"the token has expired\""
        );
        assert_eq!(
            bare.bad(reason::SEVERAL_TOKENS).unwrap().full,
            "Bearer error=\"invalid_request\", error_description=\"more than one token was sent\""
        );
        let scope = shop.insufficient_scope(&["orders:read".into(), "orders:write".into()]);
        assert_eq!(
            scope.full,
            "Bearer realm=\"shop\", error=\"insufficient_scope\", scope=\"orders:read orders:write\""
        );
        assert_eq!(
            scope.bare,
            "Bearer realm=\"shop\", error=\"insufficient_scope\""
        );
    }

    #[test]
    fn a_client_is_told_where_to_ask() {
        let url = "https://api.test/.well-known/oauth-protected-resource";
        let told = Challenges::new(Frame {
            realm: None,
            resource_metadata: Some(url.into()),
        });
        let parameter = format!("resource_metadata=\"{url}\"");
        assert_eq!(told.missing().full, format!("Bearer {parameter}"));
        let scope = told.insufficient_scope(&["a".into()]);
        for text in [
            &told.bad(reason::EXPIRED).unwrap().full,
            &scope.full,
            &scope.bare,
        ] {
            assert!(text.ends_with(&format!(", {parameter}")), "{text}");
        }
    }

    #[test]
    fn every_reason_of_a_bad_token_has_a_challenge() {
        let challenges = Challenges::new(Frame::default());
        for reason in reason::ALL {
            let has = challenges.bad(*reason).is_some();
            let other = [
                reason::MISSING,
                reason::INSUFFICIENT_SCOPE,
                reason::CLAIM_NOT_ALLOWED,
                reason::TOO_MANY_FAILURES,
                reason::TOO_MANY_SIGNATURES,
                reason::KEYS_UNAVAILABLE,
            ];
            assert_eq!(has, !other.contains(reason), "{reason}");
        }
    }
}
