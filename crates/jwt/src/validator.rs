//! What a token's claims must say for a provider (RFC 7519 §4.1), looked at on every request.
//!
//! A signature stays good; a date does not. So this is never cached, and costs no allocation.

use std::time::Duration;

use policy::Reason;

use crate::claims::Claims;
use crate::profile::Profile;
use crate::{SpiffeIds, reason};

/// For whom tokens must be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Audiences {
    /// The issuer sets none, or whatever it sets is taken.
    Any,
    /// `aud` must name one of these.
    OneOf(Vec<Box<str>>),
}

/// A provider's rules for claims.
#[derive(Debug)]
pub(crate) struct Validator {
    /// What kind of token it must be.
    pub(crate) profile: Profile,
    /// What becomes of ID tokens.
    pub(crate) id_tokens: IdTokens,
    /// Who has issued it.
    pub(crate) origin: Origin,
    /// For `aud`.
    pub(crate) audiences: Audiences,
    /// How far clocks may be apart.
    pub(crate) clock_skew: Duration,
    /// The longest that a token may live.
    pub(crate) max_lifetime: Option<Duration>,
}

/// Who has issued a token.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// `iss` is this, compared as bytes.
    Issuer(Box<str>),
    /// `sub` is a SPIFFE ID in this trust domain.
    TrustDomain(Box<str>, SpiffeIds),
}

/// What becomes of a token that answers a sign-in, where an access token is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdTokens {
    /// It is a token like any other.
    Take,
    /// It is refused by its marks.
    Refuse,
}

impl Validator {
    /// Whether claims hold at a time since 1970.
    pub(crate) fn check(&self, claims: &Claims, now: Duration) -> Result<(), Reason> {
        self.check_recipient(claims)?;
        self.check_dates(claims, now)?;
        self.profile.check_claims(claims)?;
        if self.id_tokens == IdTokens::Refuse && claims.is_id_token() {
            return Err(reason::BAD_TYPE);
        }
        Ok(())
    }

    /// Whether the token is from this issuer.
    pub(crate) fn check_origin(&self, claims: &Claims) -> Result<(), Reason> {
        match &self.origin {
            Origin::Issuer(issuer) if claims.issuer() == Some(issuer) => Ok(()),
            Origin::Issuer(_) => Err(reason::UNKNOWN_ISSUER),
            Origin::TrustDomain(domain, is_in) => match claims.text("sub") {
                Some(subject) if is_in(subject, domain) => Ok(()),
                Some(_) => Err(reason::BAD_SUBJECT),
                None => Err(reason::MISSING_CLAIM),
            },
        }
    }

    /// Whether the token is from this issuer and for us.
    pub(crate) fn check_recipient(&self, claims: &Claims) -> Result<(), Reason> {
        self.check_origin(claims)?;
        match &self.audiences {
            Audiences::OneOf(ours) if !ours.iter().any(|audience| claims.is_for(audience)) => {
                Err(reason::WRONG_AUDIENCE)
            }
            _ => Ok(()),
        }
    }

    fn check_dates(&self, claims: &Claims, now: Duration) -> Result<(), Reason> {
        let earliest = now.saturating_sub(self.clock_skew);
        let latest = now.saturating_add(self.clock_skew);
        if claims.expires() <= earliest {
            return Err(reason::EXPIRED); // "on or after" its time (RFC 7519 §4.1.4)
        }
        let in_future = |date: Option<Duration>| date.is_some_and(|date| date > latest);
        if in_future(claims.not_before()) || in_future(claims.issued()) {
            return Err(reason::NOT_YET_VALID);
        }
        let lifetime = claims
            .expires()
            .saturating_sub(claims.issued().unwrap_or(now));
        match self.max_lifetime {
            Some(longest) if lifetime > longest => Err(reason::LIFETIME),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
