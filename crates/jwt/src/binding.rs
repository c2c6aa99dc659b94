//! Tokens bound to the certificate of the client that may use them (RFC 8705 §3).
//!
//! Whoever steals such a token cannot use it without the private key. A policy that does not look
//! makes a bearer token of it again.

use base64ct::{Base64UrlUnpadded, Encoding};
use policy::{Fact, Reason, Request, Unreadable};

use crate::claims::Claims;
use crate::reason;
use crate::value::Value;

policy::words! {
    /// Whether a token must be bound to the client's certificate.
    pub(crate) enum Binding {
        /// A token that is not bound is refused.
        Require = "require",
        /// A token that is bound must be so to this client; one that is not passes.
        IfPresent = "if_present",
        /// Nobody looks.
        Ignore = "ignore",
    }
}

/// The confirmation method of RFC 8705 §3.1, the only one that can be looked at here.
const THUMBPRINT: &str = "x5t#S256";

/// A SHA-256 digest.
type Digest = [u8; 32];

impl Binding {
    /// Whether the token is bound as it has to be to the client of this request, whose certificate
    /// has the digest that `client` gives.
    ///
    /// # Errors
    /// The proxy did not answer.
    ///
    /// # Security
    /// The digest is that of the certificate whose private key the client has shown to hold. Whether
    /// anybody vouches for the certificate makes no difference here (RFC 8705 §2.2). A `cnf` with a
    /// second method in it is refused: nobody has looked at that one.
    pub(crate) fn check<E>(
        self,
        claims: &Claims,
        client: impl FnOnce() -> Result<Option<Digest>, E>,
    ) -> Result<Result<(), Reason>, E> {
        let confirmation = match (self, claims.confirmation()) {
            (Self::Ignore, _) | (Self::IfPresent, None) => return Ok(Ok(())),
            (Self::Require, None) => return Ok(Err(reason::NOT_BOUND)),
            (Self::Require | Self::IfPresent, Some(confirmation)) => confirmation,
        };
        let Some((THUMBPRINT, Value::Text(thumbprint))) = confirmation.only_member() else {
            return Ok(Err(reason::UNSUPPORTED));
        };
        let client = client()?;
        let bound = of_base64url(thumbprint)
            .zip(client)
            .is_some_and(|(bound, client)| is_same(&bound, &client));
        Ok(if bound {
            Ok(())
        } else {
            Err(reason::NOT_BOUND)
        })
    }
}

/// The digest of the certificate at the other end of the connection.
///
/// # Errors
/// The proxy did not answer.
pub(crate) fn of_connection(request: &Request<'_>) -> Result<Option<Digest>, Unreadable> {
    let digest = request.fact(Fact::PeerDigest)?;
    Ok(digest.as_deref().and_then(of_hex))
}

fn of_base64url(text: &str) -> Option<Digest> {
    let mut digest = Digest::default();
    let read = Base64UrlUnpadded::decode(text, &mut digest).ok()?;
    (read.len() == size_of::<Digest>()).then_some(digest)
}

fn of_hex(text: &[u8]) -> Option<Digest> {
    let (pairs, rest) = text.as_chunks::<2>();
    let mut digest = Digest::default();
    if pairs.len() != digest.len() || !rest.is_empty() {
        return None;
    }
    let digit = |byte: u8| u8::try_from(char::from(byte).to_digit(16)?).ok();
    for (byte, [high, low]) in digest.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(digest)
}

/// Compared without a hint at where they differ.
fn is_same(a: &Digest, b: &Digest) -> bool {
    let differing = a.iter().zip(b).fold(0, |bits, (a, b)| bits | (a ^ b));
    std::hint::black_box(differing) == 0
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::time::Duration;

    use policy::Source;
    use proptest::prelude::*;

    use super::*;

    /// A connection whose peer has this digest; without one where it has none.
    struct Peer(Option<&'static [u8]>);

    impl Source for Peer {
        fn header(&self, _name: &str) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
            Err(Unreadable)
        }

        fn fact(&self, fact: Fact) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
            match (fact, self.0) {
                (Fact::PeerDigest, Some(b"!")) => Err(Unreadable),
                (Fact::PeerDigest, digest) => Ok(digest.map(Cow::Borrowed)),
                _ => Err(Unreadable),
            }
        }

        fn unix_time(&self) -> Result<Duration, Unreadable> {
            Err(Unreadable)
        }

        fn monotonic(&self) -> Result<Duration, Unreadable> {
            Err(Unreadable)
        }
    }

    /// The thumbprint of RFC 8705 §3.1 in its canonical spelling, and the same digest as Envoy states it.
    const BOUND: &str = r#"{"x5t#S256":"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg0"}"#;
    const DIGEST: &[u8] = b"6f070ad1eb1cdc0082dc3076639fe5112b1713ca3d96d734e4ef3d8dd37e760d";
    const OTHER: &[u8] = b"6f070ad1eb1cdc0082dc3076639fe5112b1713ca3d96d734e4ef3d8dd37e760e";

    fn check(
        binding: Binding,
        confirmation: &str,
        peer: Option<&'static [u8]>,
    ) -> Result<Result<(), Reason>, Unreadable> {
        let more = if confirmation.is_empty() {
            String::new()
        } else {
            format!(r#","cnf":{confirmation}"#)
        };
        let claims = Claims::parse(format!(r#"{{"exp":1{more}}}"#).as_bytes()).unwrap();
        binding.check(&claims, || of_connection(&Request::new(&Peer(peer))))
    }

    #[test]
    fn a_bound_token_is_good_with_its_certificate_alone() {
        use Binding::{IfPresent, Ignore, Require};
        let good = Ok(Ok(()));
        let not_bound = Ok(Err(reason::NOT_BOUND));
        for (confirmation, peer, require, if_present) in [
            (BOUND, Some(DIGEST), good, good),
            (BOUND, Some(OTHER), not_bound, not_bound),
            (BOUND, Some(&DIGEST[..63]), not_bound, not_bound),
            (BOUND, Some(b"" as &[u8]), not_bound, not_bound),
            (BOUND, None, not_bound, not_bound),
            ("", Some(DIGEST), not_bound, good),
            ("", None, not_bound, good),
        ] {
            assert_eq!(
                check(Require, confirmation, peer),
                require,
                "{confirmation}"
            );
            assert_eq!(
                check(IfPresent, confirmation, peer),
                if_present,
                "{confirmation}"
            );
            assert_eq!(check(Ignore, confirmation, peer), good, "{confirmation}");
        }
        assert_eq!(check(Require, BOUND, Some(b"!")), Err(Unreadable));
        assert_eq!(check(IfPresent, BOUND, Some(b"!")), Err(Unreadable));
    }

    #[test]
    fn another_binding_is_refused_and_never_taken_for_none() {
        let thumbprint = BOUND.trim_matches(['{', '}']);
        for confirmation in [
            "null",
            "{}",
            "[]",
            r#""x""#,
            r#"{"jkt":"x"}"#,
            r#"{"jwk":{}}"#,
            r#"{"x5t#S256":7}"#,
            &format!(r#"{{{thumbprint},"jkt":"x"}}"#),
        ] {
            for binding in [Binding::Require, Binding::IfPresent] {
                let checked = check(binding, confirmation, Some(DIGEST));
                assert_eq!(checked, Ok(Err(reason::UNSUPPORTED)), "{confirmation}");
            }
            assert_eq!(check(Binding::Ignore, confirmation, None), Ok(Ok(())));
        }
        for thumbprint in [
            "",
            "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg",
            "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg0=",
            "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg0A",
            "bwcK0esc3ACC3DB2Y5/lESsXE8o9ltc05O89jdN+dg2",
            "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2", // RFC 8705's own spelling has stray bits
        ] {
            let confirmation = format!(r#"{{"x5t#S256":"{thumbprint}"}}"#);
            let checked = check(Binding::IfPresent, &confirmation, Some(DIGEST));
            assert_eq!(checked, Ok(Err(reason::NOT_BOUND)), "{thumbprint}");
        }
    }

    proptest! {
        #[test]
        fn hex_is_read_as_bytes(digest in any::<[u8; 32]>(), text in any::<Vec<u8>>()) {
            let hex = digest.map(|byte| format!("{byte:02x}")).concat();
            prop_assert_eq!(of_hex(hex.as_bytes()), Some(digest));
            prop_assert!(is_same(&digest, &digest));
            let _ = of_hex(&text);
        }
    }
}
