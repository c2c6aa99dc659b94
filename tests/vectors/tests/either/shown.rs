//! The credentials that a request may show, and what each is good for.

use serde_json::json;
use vectors::{Form, NOW, sign};

/// What stands where a credential of one kind is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    None,
    Good,
    /// Good, and lacking what some parts ask for.
    Poor,
    Expired,
    Forged,
    /// A good one of the other provider, where this one's is read.
    Others,
}

impl Shown {
    pub(crate) const ALL: [Self; 6] = [
        Self::None,
        Self::Good,
        Self::Poor,
        Self::Expired,
        Self::Forged,
        Self::Others,
    ];

    pub(crate) const fn is_verified(self) -> bool {
        matches!(self, Self::Good | Self::Poor)
    }

    pub(crate) fn token(self, own: &str, other: &str) -> Option<String> {
        let (issuer, scope, exp) = match self {
            Self::None => return None,
            Self::Good | Self::Forged => (own, "read", 300),
            Self::Poor => (own, "none", 300),
            Self::Expired => (own, "read", -300),
            Self::Others => (other, "read", 300),
        };
        let key = if self == Self::Forged {
            "foreign"
        } else {
            "own"
        };
        let claims =
            json!({"iss": issuer, "aud": "shop", "sub": "anna", "scope": scope, "exp": exp});
        Some(sign(&json!({"key": key, "claims": claims}), NOW))
    }
}

/// Whose certificate the client shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    None,
    Good,
    /// Verified, and nobody whom a part names.
    Other,
    /// One that names two workloads.
    Bad,
}

impl Peer {
    pub(crate) const ALL: [Self; 4] = [Self::None, Self::Good, Self::Other, Self::Bad];

    pub(crate) fn certificate(self) -> Option<(String, Form)> {
        let id = |account: &str| format!("spiffe://mesh.test/ns/shop/sa/{account}");
        match self {
            Self::None => None,
            Self::Good => Some((id("checkout"), Form::Plain)),
            Self::Other => Some((id("other"), Form::Plain)),
            Self::Bad => Some((id("checkout"), Form::TwoUris)),
        }
    }
}

/// API keys as a request shows them: none, two good ones, nobody's, and two at once.
pub(crate) const KEYS: [Option<&str>; 5] = [
    None,
    Some("acme-key"),
    Some("beta-key"),
    Some("x"),
    Some("x,x"),
];

/// The credentials of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Credentials {
    pub(crate) peer: Peer,
    pub(crate) key: Option<&'static str>,
    pub(crate) login: Shown,
    pub(crate) partner: Shown,
}

impl Credentials {
    /// Whether the upstream may be told this issuer or client.
    pub(crate) fn may_tell(self, told: &[u8]) -> bool {
        match told {
            b"https://login.example.org" => self.login.is_verified(),
            b"acme" => self.key == Some("acme-key"),
            b"beta" => false, // no part takes it
            _ => self.partner.is_verified(),
        }
    }
}
