//! What a token's claims must say for a provider (RFC 7519 §4.1), looked at on every request.
//!
//! A signature stays good; a date does not. So this is never cached, and costs no allocation.

use std::time::Duration;

use policy::Reason;

use crate::claims::Claims;
use crate::reason;

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
    /// `iss`, compared as bytes.
    pub(crate) issuer: Box<str>,
    /// For `aud`.
    pub(crate) audiences: Audiences,
    /// How far clocks may be apart.
    pub(crate) clock_skew: Duration,
    /// The longest that a token may live.
    pub(crate) max_lifetime: Option<Duration>,
}

impl Validator {
    /// Whether claims hold at a time since 1970.
    pub(crate) fn check(&self, claims: &Claims, now: Duration) -> Result<(), Reason> {
        self.check_recipient(claims)?;
        self.check_dates(claims, now)
    }

    /// Whether the token is from this issuer.
    pub(crate) fn check_issuer(&self, claims: &Claims) -> Result<(), Reason> {
        if claims.issuer() == Some(&self.issuer) {
            Ok(())
        } else {
            Err(reason::UNKNOWN_ISSUER)
        }
    }

    /// Whether the token is from this issuer and for us.
    pub(crate) fn check_recipient(&self, claims: &Claims) -> Result<(), Reason> {
        self.check_issuer(claims)?;
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
            Some(longest) if lifetime > longest => Err(reason::UNSUPPORTED),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_000_000);

    fn validator() -> Validator {
        Validator {
            issuer: "https://login.test".into(),
            audiences: Audiences::OneOf(vec!["shop".into(), "cart".into()]),
            clock_skew: Duration::from_secs(60),
            max_lifetime: None,
        }
    }

    fn check(validator: &Validator, extra: &str) -> Result<(), Reason> {
        let json = format!(r#"{{"iss":"https://login.test","aud":"shop"{extra}}}"#);
        let claims = Claims::parse(json.as_bytes()).expect("claims");
        validator.check(&claims, NOW)
    }

    #[test]
    fn dates_are_compared_with_the_skew_on_the_right_side() {
        for (extra, verdict) in [
            (r#","exp":1000001"#, Ok(())),
            (r#","exp":999941"#, Ok(())), // 59 s ago
            (r#","exp":999940.5"#, Ok(())),
            (r#","exp":999940"#, Err(reason::EXPIRED)), // on its time, with the skew
            (r#","exp":0"#, Err(reason::EXPIRED)),
            (r#","exp":9007199254740991"#, Ok(())),
            (r#","exp":1000600,"nbf":1000060"#, Ok(())),
            (
                r#","exp":1000600,"nbf":1000060.25"#,
                Err(reason::NOT_YET_VALID),
            ),
            (
                r#","exp":1000600,"nbf":1000061"#,
                Err(reason::NOT_YET_VALID),
            ),
            (
                r#","exp":1000600,"iat":1000061"#,
                Err(reason::NOT_YET_VALID),
            ),
            (r#","exp":1000600,"iat":1000060"#, Ok(())),
            (r#","exp":999000,"nbf":1000061"#, Err(reason::EXPIRED)),
        ] {
            assert_eq!(check(&validator(), extra), verdict, "{extra}");
        }
    }

    #[test]
    fn a_lifetime_is_from_iat_or_else_from_now() {
        let validator = Validator {
            max_lifetime: Some(Duration::from_hours(1)),
            ..validator()
        };
        for (extra, verdict) in [
            (r#","exp":1003600"#, Ok(())),
            (r#","exp":1003601"#, Err(reason::UNSUPPORTED)),
            (r#","exp":1003000,"iat":999400"#, Ok(())),
            (r#","exp":1003000,"iat":999399"#, Err(reason::UNSUPPORTED)),
            (
                r#","exp":9007199254740991,"iat":0"#,
                Err(reason::UNSUPPORTED),
            ),
            (r#","exp":999990,"iat":1000050"#, Ok(())), // never negative
        ] {
            assert_eq!(check(&validator, extra), verdict, "{extra}");
        }
    }

    #[test]
    fn the_issuer_is_compared_byte_by_byte_and_one_audience_is_enough() {
        let check = |json: &str| {
            let claims = Claims::parse(json.as_bytes()).expect("claims");
            validator().check(&claims, NOW)
        };
        for (json, verdict) in [
            (
                r#"{"exp":2e6,"iss":"https://login.test","aud":["x","cart"]}"#,
                Ok(()),
            ),
            (
                r#"{"exp":2e6,"iss":"https://login.test","aud":[]}"#,
                Err(reason::WRONG_AUDIENCE),
            ),
            (
                r#"{"exp":2e6,"iss":"https://login.test","aud":"Shop"}"#,
                Err(reason::WRONG_AUDIENCE),
            ),
            (
                r#"{"exp":2e6,"iss":"https://login.test"}"#,
                Err(reason::WRONG_AUDIENCE),
            ),
            (
                r#"{"exp":2e6,"iss":"https://login.test/","aud":"shop"}"#,
                Err(reason::UNKNOWN_ISSUER),
            ),
            (
                r#"{"exp":2e6,"iss":"HTTPS://login.test","aud":"shop"}"#,
                Err(reason::UNKNOWN_ISSUER),
            ),
            (r#"{"exp":2e6,"aud":"shop"}"#, Err(reason::UNKNOWN_ISSUER)),
        ] {
            assert_eq!(check(json), verdict, "{json}");
        }
        let any = Validator {
            audiences: Audiences::Any,
            ..validator()
        };
        let claims = Claims::parse(br#"{"exp":2e6,"iss":"https://login.test"}"#);
        assert_eq!(any.check(&claims.expect("claims"), NOW), Ok(()));
    }
}
