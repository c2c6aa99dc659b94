//! What kind of token a provider's are, and what that kind must say.

use policy::Reason;

use crate::claims::Claims;
use crate::header::Header;
use crate::{Algorithm, Family, Purpose, reason};

policy::words! {
    /// A kind of token.
    pub(crate) enum Profile {
        /// A token of no particular profile: `typ` is JWT, at+jwt or absent.
        Jwt = "jwt",
        /// An OAuth 2.0 access token (RFC 9068): `typ` is at+jwt, and `iat`, `jti`, `sub` and
        /// `client_id` are there.
        AccessToken = "access_token",
        /// A JWT-SVID (SPIFFE JWT-SVID): `sub` is a SPIFFE ID, `typ` is JWT, JOSE or absent.
        JwtSvid = "jwt_svid",
    }
}

impl Profile {
    /// What its keys are published for.
    pub(crate) const fn purpose(self) -> Purpose {
        match self {
            Self::Jwt | Self::AccessToken => Purpose::Signature,
            Self::JwtSvid => Purpose::JwtSvid,
        }
    }

    /// Whether `typ` is that of the kind (RFC 8725 §3.11).
    pub(crate) fn check_type(self, header: &Header) -> Result<(), Reason> {
        let untyped = header.media_type.is_none();
        let fits = match self {
            Self::Jwt => untyped || header.is_typed(&["jwt", "at+jwt"]),
            Self::AccessToken => header.is_typed(&["at+jwt"]), // RFC 9068 §4
            Self::JwtSvid => untyped || header.is_typed(&["jwt", "jose"]), // JWT-SVID §2.3
        };
        if fits { Ok(()) } else { Err(reason::BAD_TYPE) }
    }

    /// Whether an issuer of this kind may sign by this algorithm.
    pub(crate) const fn takes(self, algorithm: Algorithm) -> bool {
        match self {
            Self::Jwt | Self::AccessToken => true,
            // JWT-SVID §2.1: RSA and ECDSA alone
            Self::JwtSvid => matches!(
                algorithm.family(),
                Family::Rsa | Family::P256 | Family::P384
            ),
        }
    }

    /// Whether the claims that the kind asks for are there; `iss`, `aud` and `exp`, and the `sub`
    /// of a JWT-SVID, are asked for elsewhere.
    pub(crate) fn check_claims(self, claims: &Claims) -> Result<(), Reason> {
        let complete = match self {
            Self::Jwt | Self::JwtSvid => true,
            // RFC 9068 §2.2
            Self::AccessToken => {
                claims.issued().is_some()
                    && ["jti", "sub", "client_id"]
                        .iter()
                        .all(|name| claims.text(name).is_some())
            }
        };
        if complete {
            Ok(())
        } else {
            Err(reason::MISSING_CLAIM)
        }
    }
}
