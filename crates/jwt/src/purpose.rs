//! What a key is published for: `use` of RFC 7517 §4.2, with the word that SPIFFE adds.

/// What a key verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Tokens: `sig`.
    Signature,
    /// JWT-SVIDs: `jwt-svid` (SPIFFE Trust Domain and Bundle §4.2.2).
    JwtSvid,
}

impl Purpose {
    /// The purpose of this word; `None` for a key that verifies no token.
    pub(crate) fn named(word: &str) -> Option<Self> {
        match word {
            "sig" => Some(Self::Signature),
            "jwt-svid" => Some(Self::JwtSvid),
            _ => None,
        }
    }
}
